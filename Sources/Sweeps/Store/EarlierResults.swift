internal import FoundationEssentials
internal import Specifications

/// The results of versions that kept a file for each cell, `DIR/cells/<cell>.json`. A run takes those of its plan over into the
/// store; the files stay as they are.
struct EarlierResults {
  private let folder: String

  /// Nil if a folder has none.
  init?(in directory: String) {
    folder = directory + "/cells"
    guard FileManager.default.fileExists(atPath: folder) else { return nil }
  }

  /// The result of a cell; nil if there is none, or one of another specification, or a damaged one: the cell is run then.
  func result(of cell: PlannedCell) -> CellResult? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(cell.name).json"),
      let result = try? CellResultCoding.decode(CellResult.self, from: data),
      result.specification == cell.canonicalText
    else { return nil }
    return result
  }

  /// Takes over what there is of some cells, in one go.
  ///
  /// - Returns: how many.
  func takeOver(_ cells: [PlannedCell], plan: SweepPlan, into store: ResultsStore, run: () throws -> Int64) throws
    -> Int
  {
    let found = cells.compactMap { cell in result(of: cell).map { (cell, $0) } }
    guard !found.isEmpty else { return 0 }
    let generators = try Generators(cells: found.map(\.0.specification), plan: plan)
    let number = try run()
    for (cell, result) in found {
      var result = result
      // The first versions had no predictions, the next none of the content.
      if result.predictions.map({ CellPredictions.lackContent($0, of: cell.specification) }) ?? true {
        result.predictions = try CellPredictions(
          specification: cell.specification, generator: generators[cell.specification]
        ).all()
      }
      try store.finish(cell, result.normalizingNumbers(), run: number, peakMemory: nil)
    }
    return found.count
  }
}
