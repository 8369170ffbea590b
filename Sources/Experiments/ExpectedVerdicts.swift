public import Specifications

/// Verdicts that are committed with an experiment, for comparison: the `verdicts.json` of an earlier run.
public struct ExpectedVerdicts: Sendable {
  /// One committed verdict.
  public struct Entry: Sendable, Equatable {
    /// The claim's name.
    public let id: String
    /// The measurement; nil where nothing could be measured.
    public let value: Double?
    /// The number of trials or cells.
    public let count: Int
    /// How far a measurement may lie from ``value``.
    public let tolerance: Double
    /// The verdict.
    public let verdict: Verdict
    /// Where it stands in the file.
    let place: DocumentNode

    /// Places are not compared.
    public static func == (left: Entry, right: Entry) -> Bool {
      (left.id, left.value, left.count, left.tolerance, left.verdict)
        == (right.id, right.value, right.count, right.tolerance, right.verdict)
    }
  }

  /// The file.
  public let path: String
  /// The verdicts in the order of the file.
  public let entries: [Entry]

  /// The file of a form: `expected/full.json`, `expected/quick.json` in the experiment's folder.
  public static func path(of experiment: Experiment, form: ExperimentForm) -> String {
    "\(experiment.folder)/expected/\(form.rawValue).json"
  }

  /// Reads the committed verdicts of a form.
  ///
  /// - Throws: `SpecificationError` with file, line, key and remedy.
  public init(of experiment: Experiment, form: ExperimentForm) throws(SpecificationError) {
    path = Self.path(of: experiment, form: form)
    let map = try Document.load(path).mapping(keys: ["experiment", "title", "command", "cell_seconds", "verdicts"])
    var entries: [Entry] = []
    for node in try map.required("verdicts").list {
      let item = try node.anyMapping
      let value = try item.required("value")
      entries.append(
        Entry(
          id: try item.required("id").nonEmptyString, value: value.isNull ? nil : try value.double,
          count: try item.required("n").int(atLeast: 0, called: "a count"),
          tolerance: try item.required("tolerance").double(atLeast: 0, called: "a tolerance"),
          verdict: try item.required("verdict").choice(Verdict.self, called: "a verdict"), place: node))
    }
    self.entries = entries
  }

  /// Compares verdicts with these: the same claims in the same order, the same counts, measurements within the tolerances, and the
  /// same verdicts, or those of an interval that the tolerance moves across the claim's limit.
  ///
  /// - Throws: `SpecificationError` at the first entry that differs, saying how many more do.
  public func check(_ table: VerdictTable) throws(SpecificationError) {
    let found = table.verdicts
    guard found.map(\.claim.id) == entries.map(\.id) else {
      throw SpecificationError(
        file: path, "the claims are \(found.map(\.claim.id).joined(separator: ", ")) and not those of this file",
        remedy: "run '\(table.command) --record' if the experiment was changed on purpose")
    }
    var differences: [SpecificationError] = []
    for (entry, item) in zip(entries, found) {
      guard let problem = entry.difference(from: item) else { continue }
      differences.append(
        entry.place.error(
          "claim '\(entry.id)': \(problem)", remedy: "if that is right, record it with '\(table.command) --record'"))
    }
    guard var first = differences.first else { return }
    if differences.count > 1 { first.message += " (and \(differences.count - 1) more differ)" }
    throw first
  }
}

extension VerdictTable {
  /// Whether these are the curves that the experiment's folder shows: of the full form, with the files' own seeds.
  public var isRecordOfCurves: Bool { !curves.isEmpty && form == .full && experiment.seedOffset == 0 }

  /// Commits these verdicts with their experiment: writes the file that ``ExpectedVerdicts`` reads, or, for a replication,
  /// `expected/replication.json`, which is quoted in the documentation and compared with nothing. The full form's curves go to
  /// `expected/curves.csv`.
  ///
  /// - Throws: `SpecificationError` if it cannot be written, or (usage) for the quick form of a replication.
  public func record() throws(SpecificationError) {
    let isReplication = experiment.seedOffset != 0
    guard !isReplication || form == .full else {
      throw SpecificationError(
        file: nil, "the quick form of a replication is not recorded", remedy: "leave out --quick, or --record",
        status: .usage)
    }
    try OutputFolder.create("\(experiment.folder)/expected")
    if isRecordOfCurves {
      try OutputFile.write(MeasuredCurve.csv(curves), to: "\(experiment.folder)/expected/curves.csv")
    }
    try OutputFile.write(
      json,
      to: isReplication
        ? "\(experiment.folder)/expected/replication.json" : ExpectedVerdicts.path(of: experiment, form: form))
  }
}

extension ExpectedVerdicts.Entry {
  /// What differs, in words.
  fileprivate func difference(from item: ClaimVerdict) -> String? {
    let measured = item.measurement
    if item.verdict != verdict, !isWithinTolerance(item) {
      return "the verdict is \(item.verdict.rawValue) (\(item.text)), not \(verdict.rawValue)"
    }
    if measured.count != count { return "\(measured.count) \(measured.unit) were measured, not \(count)" }
    switch (value, measured.value.isFinite) {
    case (nil, false): return nil
    case (let value?, true) where abs(measured.value - value) <= tolerance: return nil
    default:
      return "\(measured.value) was measured, not \(value.map { "\($0) ± \(tolerance)" } ?? "nothing")"
    }
  }

  /// Whether the measured interval would have this verdict if it stood elsewhere by no more than the tolerance: another machine may
  /// measure that.
  private func isWithinTolerance(_ item: ClaimVerdict) -> Bool {
    guard tolerance > 0, let interval = item.measurement.interval else { return false }
    return (-20...20).contains { step in
      let offset = tolerance * Double(step) / 20
      let measured = item.measurement
      let moved = Measurement(
        value: measured.value + offset, interval: interval.lowerBound + offset...interval.upperBound + offset,
        count: measured.count, unit: measured.unit, lost: measured.lost, isEvery: measured.isEvery)
      return item.claim.expectation.verdict(on: moved) == verdict
    }
  }
}
