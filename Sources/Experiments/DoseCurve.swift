internal import Specifications

/// What an experiment measures over the doses of something, such as a violated assumption: a panel of its figure, with a line for each
/// thing that is measured.
public struct DoseCurve: Sendable {
  /// One value of the dose.
  public struct Dose: Sendable {
    /// The value as readers know it.
    public let label: String
    /// What every line of the curve has at it, in the order of the lines.
    let measures: [ResultMeasure]
  }

  /// A name that is unique in the experiment.
  public let id: String
  /// What is varied, in a few words.
  public let title: String
  /// What the doses are.
  public let axis: String
  /// What each line is of.
  public let lines: [String]
  /// The doses in the order of the axis.
  public let doses: [Dose]
}

extension DoseCurve {
  /// `{id, title, dose, lines: [{label, select}], doses: [{label, select}]}`: `select` of a line says which rows of which sweep, that of
  /// a dose which of its cells.
  ///
  /// - Parameter sweeps: The sweeps that it may select.
  init(_ node: DocumentNode, sweeps: [ExperimentSweep]) throws(SpecificationError) {
    let map = try node.mapping(keys: ["id", "title", "dose", "lines", "doses"])
    id = try map.required("id").nonEmptyString
    title = try map.required("title").nonEmptyString
    axis = try map.required("dose").nonEmptyString
    var (labels, selections): ([String], [ResultSelection]) = ([], [])
    for item in try map.required("lines").nonEmptyList {
      let line = try item.mapping(keys: ["label", "select"])
      labels.append(try line.required("label").nonEmptyString)
      selections.append(try ResultSelection(try line.required("select"), base: nil, sweeps: sweeps))
    }
    lines = labels
    let items = try map.required("doses").nonEmptyList
    guard items.count > 1 else { throw map.error(at: "doses", "one dose is no curve", remedy: "give two or more") }
    var doses: [Dose] = []
    for item in items {
      let dose = try item.mapping(keys: ["label", "select"])
      let select = try dose.required("select")
      try select.refuse(ResultSelection.rowKeys, because: "it says which cells have the dose; lines say which rows")
      var measures: [ResultMeasure] = []
      for selection in selections {
        measures.append(
          ResultMeasure(selection: try ResultSelection(select, base: selection, sweeps: sweeps), statistic: .mean))
      }
      doses.append(Dose(label: try dose.required("label").nonEmptyString, measures: measures))
    }
    self.doses = doses
  }
}
