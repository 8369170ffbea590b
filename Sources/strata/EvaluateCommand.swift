internal import ArgumentParser
internal import Datasets
internal import LinearAlgebra
internal import Recovery
internal import Stochastics

/// `strata evaluate`: the recovery scores of any two matrices of the same samples.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Scores a representation against true latents, wherever it was trained.",
    discussion: """
      Files are .npy, .npz:array, .h5:path/to/array or .csv. Rows are samples, the same in all \
      files; shuffle rows that come in an order. The first --train-rows rows fit the probes, the others score them. \
      The definitions of all metrics and protocols are in docs/metrics.md.
      """)

  @Option(help: "The representation, shape (samples, width).")
  var representation: String

  @Option(help: "The true latents, shape (samples, dimensions).")
  var targets: String

  @Option(help: "A JSON object: name of a group (a level, a node) → its target columns, counted from 0.")
  var groups: String?

  @Option(help: "Metrics with commas between, or 'all'.")
  var metrics = "r2-linear,r2-kernel,cca-mean"

  @Option(help: "Whose conventions: strata, ssl-identifiability, multiview-crl or cl-ica.")
  var `protocol` = "strata"

  @Option(help: "The raw input of the encoder: scored as the ceiling, and by its principal components as a floor.")
  var input: String?

  @Option(help: "The true content c: scored as the dependence ceiling.")
  var content: String?

  @Option(help: "Rows to fit on (default: half).")
  var trainRows: Int?

  @Option(help: "Shuffles for p-values; above 0 also adds the shuffled floor of held-out scores.")
  var permutations: Int = 0

  @Option(help: "Rows for metrics whose cost grows with the square of the rows; the first of them are used.")
  var pairRows: Int = 2000

  @Option(help: "The seed of shuffles and random splits.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print CSV.")
  var csv = false

  @Flag(help: "Print a Markdown table (the default).")
  var markdown = false

  func validate() throws {
    if [json, csv, markdown].count(where: { $0 }) > 1 {
      throw ValidationError("give at most one of --json, --csv and --markdown")
    }
    if let trainRows, trainRows < 2 { throw ValidationError("--train-rows is \(trainRows); give at least 2") }
    if permutations < 0 { throw ValidationError("--permutations is \(permutations); give 0 or more") }
    if pairRows < 4 { throw ValidationError("--pair-rows is \(pairRows); give at least 4") }
    _ = try selection()
  }

  /// The protocol and the metrics, from their names.
  func selection() throws -> (protocol: RecoveryProtocol, metrics: [EvaluationMetric]) {
    guard let chosen = RecoveryProtocol(rawValue: `protocol`) else {
      throw ValidationError(
        unknown("protocol", `protocol`, of: RecoveryProtocol.allCases.map(\.rawValue)))
    }
    if metrics == "all" { return (chosen, EvaluationMetric.allCases) }
    let words = metrics.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
    let list = try words.map { word in
      guard let metric = EvaluationMetric(rawValue: word) else {
        throw ValidationError(unknown("metric", word, of: EvaluationMetric.allCases.map(\.rawValue)))
      }
      return metric
    }
    return (chosen, list)
  }

  func run() throws {
    try reporting {
      BLASRuntime.useOneThread()
      let (chosen, metrics) = try selection()
      let features = try MatrixFile.read(representation)
      let truth = try MatrixFile.read(targets)
      try EvaluationInput.requireSameRows(features, representation, truth, targets)
      let rows = trainRows ?? features.rows / 2
      guard rows <= features.rows - 2, rows >= 2 else {
        throw ValidationError(
          "\(rows) training rows of \(features.rows) leave fewer than 2 to score; give --train-rows a smaller number")
      }
      let blocks = try EvaluationInput.groups(groups, columns: truth.columns, file: targets)
      var report = EvaluationReport(
        representation: representation, targets: targets, protocol: chosen, rows: features.rows, trainRows: rows,
        seed: seed)
      var others: [(name: String, matrix: Matrix<Double>)] = []
      for (name, path) in [("input", input), ("content", content)] {
        guard let path else { continue }
        let matrix = try MatrixFile.read(path)
        try EvaluationInput.requireSameRows(features, representation, matrix, path)
        others.append((name, matrix))
      }
      let key = RandomKey(seed: seed).child("evaluate")
      for (index, block) in blocks.enumerated() {
        let blockKey = key.child(index)
        guard chosen == .strata else {
          let scores = try chosen.scores(
            features: features, targets: truth.columns(at: block.columns), trainRows: rows, key: blockKey)
          for score in scores {
            report.append(.init(group: block.name, estimator: "representation", metric: score.name, value: score.value))
          }
          continue
        }
        let scorer = BlockScorer(
          truth: truth, block: block, trainRows: rows, pairRows: pairRows, permutations: permutations, key: blockKey)
        for metric in metrics {
          report.append(contentsOf: try scorer.scores(metric, features: features, others: others))
        }
      }
      print(json ? report.json : csv ? report.csv : report.markdown, terminator: "")
    }
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
