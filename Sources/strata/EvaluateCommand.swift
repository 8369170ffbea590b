internal import ArgumentParser
internal import Datasets
internal import LinearAlgebra
internal import Recovery
internal import Specifications
internal import Stochastics
internal import Sweeps

/// `strata evaluate`: the recovery scores of any two matrices of the same samples, or of a model that a sweep kept.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Scores a representation against true latents, wherever it was trained.",
    discussion: """
      Files are .npy, .npz:array, .h5:path/to/array or .csv. Rows are samples, the same in all \
      files; shuffle rows that come in an order. The first --train-rows rows fit the probes, the others score them. \
      With --model the matrices are those of an encoder that 'strata sweep run' kept. The definitions of all metrics and \
      protocols are in docs/metrics.md.

      Examples:
        strata evaluate --representation Z.npy --targets C.npy --metrics all
        strata evaluate --model results --cell all --mode full --json
      """)

  @Option(help: "The representation, a file of shape (samples, width); required without --model.")
  var representation: String?

  @Option(help: "The true latents, a file of shape (samples, dimensions); required without --model.")
  var targets: String?

  @Option(
    help:
      "A JSON object: name of a group (a level, a node) → its target columns, counted from 0 (default: all columns together)."
  )
  var groups: String?

  @OptionGroup var kept: KeptModelOptions

  @Option(help: "Metrics with commas between, or 'all' (default: r2-linear,r2-kernel,cca-mean).")
  var metrics: String?

  @Option(help: "Whose conventions: strata, ssl-identifiability, multiview-crl or cl-ica.")
  var `protocol` = "strata"

  @Option(
    help:
      "The raw input of the encoder: scored as the ceiling, and by its principal components as a floor (default: none)."
  )
  var input: String?

  @Option(
    help:
      "The representation of the untrained encoder: a floor; with --input the scores are also normalised (default: none)."
  )
  var untrained: String?

  @Option(help: "The true content c: scored as the dependence ceiling (default: none).")
  var content: String?

  @Option(help: "The exact posterior means: scored as a ceiling (default: none).")
  var posterior: String?

  @Option(help: "Rows to fit on (default: half; ssl-identifiability a third).")
  var trainRows: Int?

  @Option(
    help: ArgumentHelp(
      "With --protocol multiview-crl: the order in which each batch of rows is split, for each target (default: a random one).",
      valueName: "file"))
  var rowOrder: String?

  @Option(help: "Shuffles for p-values of all metrics; above 0 also adds the shuffled floor (default: 0; hsic 199).")
  var permutations: Int?

  @Option(
    help: "Rows for metrics whose cost grows with the square of the rows; the first of them are used (default: 2000).")
  var pairRows: Int?

  @Option(help: "Rows that kernel ridge is fitted on, or searched on with Nyström; the first of them (default: 2000).")
  var kernelRows: Int?

  @Option(help: "Landmark rows of the Nyström metrics (default: 1000).")
  var landmarks: Int?

  @Option(
    help:
      "The ridge of cca-mean and cca-each, added to the unit diagonals of both views' correlation matrices (default: 1e-6)."
  )
  var ccaRidge: Double?

  @Option(help: "The seed of shuffles and random splits; with --model also of samples and masks.")
  var seed: UInt64 = 0

  @OptionGroup var form: FormOptions

  @OptionGroup var bootstrap: BootstrapOptions

  func validate() throws {
    if let trainRows, trainRows < 2 { throw ValidationError("--train-rows is \(trainRows); give at least 2") }
    if let permutations, permutations < 0 { throw ValidationError("--permutations is \(permutations); give 0 or more") }
    if let pairRows, pairRows < 4 { throw ValidationError("--pair-rows is \(pairRows); give at least 4") }
    if let kernelRows, kernelRows < 4 { throw ValidationError("--kernel-rows is \(kernelRows); give at least 4") }
    if let landmarks, landmarks < 1 { throw ValidationError("--landmarks is \(landmarks); give at least 1") }
    if let ccaRidge, !(ccaRidge >= 0 && ccaRidge.isFinite) {
      throw ValidationError("--cca-ridge is \(ccaRidge); give a finite number from 0 on")
    }
    let chosen = try selection().protocol
    if let option = unusedOption(of: chosen) {
      throw ValidationError(
        "\(option) does not apply to --protocol \(chosen.rawValue), which has its own metrics and rows; leave one out")
    }
    if rowOrder != nil, chosen != .multiviewCRL {
      throw ValidationError(
        "--row-order belongs to --protocol multiview-crl, and the protocol is \(chosen.rawValue); leave one out")
    }
    let matrices = [
      ("--representation", representation), ("--targets", targets), ("--groups", groups), ("--input", input),
      ("--untrained", untrained), ("--content", content), ("--posterior", posterior),
      ("--train-rows", trainRows.map(String.init)), ("--row-order", rowOrder),
    ]
    if kept.model != nil {
      if let (name, _) = matrices.first(where: { $0.1 != nil }) {
        throw ValidationError("\(name) does not go with --model, which makes its own matrices; leave one out")
      }
    } else {
      for (name, value) in matrices.prefix(2) where value == nil {
        throw ValidationError("Missing expected argument '\(name) <\(name.dropFirst(2))>'; or give --model <dir>")
      }
    }
  }

  /// The first option given that the protocol has no use for.
  private func unusedOption(of chosen: RecoveryProtocol) -> String? {
    guard chosen != .strata else { return nil }
    let options = [
      ("--metrics", metrics != nil), ("--permutations", permutations != nil), ("--pair-rows", pairRows != nil),
      ("--kernel-rows", kernelRows != nil), ("--landmarks", landmarks != nil), ("--cca-ridge", ccaRidge != nil),
      ("--input", input != nil), ("--untrained", untrained != nil), ("--content", content != nil),
      ("--posterior", posterior != nil), ("--train-rows", trainRows != nil && !chosen.usesTrainRows),
    ]
    return options.first { $0.1 }?.0
  }

  /// The protocol and the metrics, from their names.
  func selection() throws -> (protocol: RecoveryProtocol, metrics: [RecoveryMetric]) {
    guard let chosen = RecoveryProtocol(rawValue: `protocol`) else {
      throw ValidationError(
        unknown("protocol", `protocol`, of: RecoveryProtocol.allCases.map(\.rawValue)))
    }
    let metrics = self.metrics ?? "r2-linear,r2-kernel,cca-mean"
    if metrics == "all" { return (chosen, RecoveryMetric.allCases) }
    let words = metrics.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
    let list = try words.map { word in
      guard let metric = RecoveryMetric(named: word) else {
        throw ValidationError(unknown("metric", word, of: RecoveryMetric.allCases.map(\.name)))
      }
      return metric
    }
    return (chosen, list)
  }

  func run() throws {
    try reporting {
      BLASRuntime.useOneThread()
      let report = if let folder = kept.model { try modelReport(folder) } else { try matrixReport() }
      print(form.text(markdown: report.markdown, csv: report.csv, json: report.json), terminator: "")
    }
  }

  private func matrixReport() throws -> EvaluationReport {
    let (chosen, metrics) = try selection()
    let (representation, targets) = (representation!, targets!)
    let features = try EvaluationInput.matrix(representation)
    let truth = try EvaluationInput.matrix(targets)
    try EvaluationInput.requireSameRows(features, representation, truth, targets)
    let rows = trainRows ?? chosen.defaultTrainRows(total: features.rows)
    let needed = chosen.usesTrainRows ? 2 * (1 + chosen.scoredPerFitted) : 4
    guard features.rows >= needed else {
      throw RecoveryError.tooFewRows(what: "the rows of \(representation)", rows: features.rows, needed: needed)
    }
    guard rows <= features.rows - 2, rows >= 2 else {
      throw ValidationError(
        "\(rows) training rows of \(features.rows) leave fewer than 2 to score; give --train-rows a smaller number")
    }
    let blocks = try EvaluationInput.groups(groups, columns: truth.columns, file: targets)
    var references: [MatrixEvaluation.Reference] = []
    let files = [("input", input), ("untrained", untrained), ("content", content), ("posterior", posterior)]
    for (name, path) in files {
      guard let path else { continue }
      let matrix = try EvaluationInput.matrix(path)
      try EvaluationInput.requireSameRows(features, representation, matrix, path)
      references.append(.init(name: name, features: matrix))
    }
    let order = try EvaluationInput.rowOrder(rowOrder, targets: truth)
    let scores = try evaluation(features, truth, blocks, references, rows, order).scores(chosen, metrics: metrics)
    return EvaluationReport(
      representation: representation, targets: targets, protocol: chosen, rows: features.rows, trainRows: rows,
      seed: seed, hasRowOrder: order != nil, scores: scores.map { .init(score: $0, masks: nil, probes: nil) })
  }

  /// The same for matrices of files and of kept models, so that exported ones give the same numbers.
  func evaluation(
    _ representation: Matrix<Double>, _ targets: Matrix<Double>, _ groups: [MatrixEvaluation.Group],
    _ references: [MatrixEvaluation.Reference], _ trainRows: Int, _ rowOrder: RowOrder? = nil
  ) throws -> MatrixEvaluation {
    try MatrixEvaluation(
      representation: representation, targets: targets, groups: groups, references: references, trainRows: trainRows,
      limits: .init(
        kernelFitRows: kernelRows ?? 2000, landmarks: landmarks ?? RecoveryScorer.Limits.defaultLandmarks,
        pairRows: pairRows ?? 2000),
      canonicalRidge: ccaRidge ?? RecoveryScorer.defaultCanonicalRidge, permutations: permutations ?? 0,
      rowOrder: rowOrder, key: RandomKey(seed: seed).child("evaluate"))
  }
}

/// `unknown metric 'x'; did you mean 'y'? Give one of …`, with the word of least edit distance.
private func unknown(_ kind: String, _ word: String, of known: [String]) -> String {
  let nearest = known.min { editDistance(word, $0) < editDistance(word, $1) } ?? ""
  return "unknown \(kind) '\(word)'; did you mean '\(nearest)'? Known: \(known.joined(separator: ", "))"
}

private func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var current = [i + 1]
    for j in 0..<b.count {
      current.append(min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1)))
    }
    previous = current
  }
  return previous[b.count]
}
