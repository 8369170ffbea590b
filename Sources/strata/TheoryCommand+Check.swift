internal import ArgumentParser
internal import Foundation
internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import Reporting
internal import Specifications
internal import Stochastics

/// `strata theory check`.
struct TheoryCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Prints which assumptions of the theorems a model meets, and what follows.",
    discussion: """
      Each clause of Assumptions 1 (the generating process) and 2 (the autoencoder) passes, fails, or is not decidable, \
      with the numbers behind it. Modules are examined at samples: dimension count, singular values of the Jacobian \
      ∂value/∂(parents, ε), error of mapping values back. A model that violates an assumption is a result, not an error. \
      The clauses are explained in docs/model-format.md.

      Example:
        strata theory check tree:depth=2,branching=2,regime=invertible --mechanism mlp
      """)

  @OptionGroup var source: ModelOptions

  @Option(help: "Samples at which every module is examined.")
  var samples = 256

  @Option(help: "The seed of these samples. (default: the model's seed)")
  var seed: UInt64?

  @Option(help: observableNamesHelp("For the clauses that depend on the mask: the masked observables"))
  var mask: [String] = []

  @Option(help: "Without --mask: the shares of patches to mask, with commas between.")
  var maskRatios = NumberList<Double>(values: [0.25, 0.5, 0.75])

  @Option(help: "Without --mask: the sides of a patch in observables, with commas between.")
  var patchSizes = NumberList<Int>(values: [1])

  @Option(help: "Without --mask: the masks to draw for each ratio and patch size.")
  var masks = 4

  @Option(help: "Without --mask: the seed of drawn masks. (default: the model's seed)")
  var maskSeed: UInt64?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if samples < 1 { throw ValidationError("--samples is \(samples); give at least 1") }
    if masks < 1 { throw ValidationError("--masks is \(masks); give at least 1") }
    try MaskGridOptions.validate(maskRatios, patchSizes)
  }

  func run() throws {
    try reporting {
      let specification = try source.load()
      let model = try specification.model()
      func key(_ seed: UInt64?) -> RandomKey { RandomKey(seed: seed ?? specification.seed).child("theory check") }
      let report = AssumptionReport(
        model, masks: try chosenMasks(specification.graph, key: key(maskSeed).child("masks")), samples: samples,
        key: key(seed))
      let printed = AssumptionReportText(report: report, specification: specification)
      print(json ? printed.json : printed.text, terminator: json ? "\n" : "")
    }
  }

  private func chosenMasks(_ graph: HierarchicalGraph, key: RandomKey) throws -> [Mask] {
    if !mask.isEmpty { return [try Mask(masking: try observableNames(mask), in: graph)] }
    // Nothing can be masked and something left visible.
    guard graph.observables.count > 1 else { return [] }
    var chosen: [Mask] = []
    let cells = patchSizes.values.flatMap { size in maskRatios.values.map { (size, $0) } }
    for (index, (patchSize, ratio)) in cells.enumerated() {
      let masking = try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: patchSize)
      var stream = RandomStream(key.child(index))
      for _ in 0..<masks {
        let drawn = masking.draw(using: &stream)
        if !chosen.contains(drawn) { chosen.append(drawn) }
      }
    }
    return chosen
  }
}

/// An assumption report as a table and as JSON.
struct AssumptionReportText {
  let report: AssumptionReport
  let specification: ModelSpecification

  private var graph: HierarchicalGraph { specification.graph }

  var text: String {
    var table = MarkdownTable(
      headings: ["assumption", "clause", "verdict", "evidence", "value"],
      alignments: [.left, .left, .left, .left, .right])
    for clause in report.clauses {
      for (index, item) in clause.evidence.enumerated() {
        let head = ["\(clause.assumption)", clause.name.rawValue, Self.word(clause.verdict)]
        let name = item.name.replacing("_", with: " ")
        table.append((index == 0 ? head : ["", "", ""]) + [name, Self.number(item.value)])
      }
    }
    var lines = [table.text, "\n", "Invertibility of (parents, ε) → node, as the mechanisms state it:\n"]
    for group in statements {
      lines.append("  \(group.word): \(group.why)\(names(group.nodes))\n")
    }
    for clause in report.clauses where clause.verdict != .pass {
      lines.append("\(clause.name.rawValue): \(clause.summary)\(names(clause.offenders))\n")
      if let consequence = clause.consequence { lines.append("  → \(consequence)\n") }
    }
    for theorem in AssumptionReport.Theorem.allCases {
      let reasons = report.obstacles(theorem).map(\.rawValue).joined(separator: ", ")
      let line =
        switch report.verdict(theorem) {
        case .pass: theorem == .one ? "applies" : "applies to a network of the right width that attains its objective"
        case .fail: "does not apply: \(reasons)"
        case .notDecidable: "is open: \(reasons)"
        }
      lines.append("Theorem \(theorem.rawValue) \(line)\n")
    }
    return lines.joined()
  }

  /// Nodes whose mechanisms say the same, in the order of the first of each.
  private var statements: [(word: String, why: String, nodes: [Int])] {
    var groups: [(word: String, why: String, nodes: [Int])] = []
    for module in report.certificate.modules {
      let (word, why) = (module.stated.word, module.stated.why)
      if let known = groups.firstIndex(where: { $0.word == word && $0.why == why }) {
        groups[known].nodes.append(module.node)
      } else {
        groups.append((word, why, [module.node]))
      }
    }
    return groups
  }

  private func names(_ nodes: [Int]) -> String {
    guard !nodes.isEmpty else { return "" }
    let names = nodes.prefix(6).map { graph.nodes[$0].name.escapingControlCharacters }
    return " (\(names.joined(separator: ", "))\(nodes.count > 6 ? ", …" : ""))"
  }

  var json: String {
    let clauses = report.clauses.map { clause in
      let evidence = clause.evidence.map { "\($0.name.jsonQuoted): \(Self.jsonNumber($0.value))" }
      let names = clause.offenders.map { graph.nodes[$0].name.jsonQuoted }
      return """
            {
              "clause": \(clause.name.rawValue.jsonQuoted), "assumption": \(clause.assumption), \
        "verdict": \(clause.verdict.rawValue.jsonQuoted),
              "theorems": [\(clause.theorems.map { "\($0.rawValue)" }.joined(separator: ", "))],
              "summary": \(clause.summary.jsonQuoted),
              "evidence": {\(evidence.joined(separator: ", "))},
              "nodes": [\(names.joined(separator: ", "))],
              "consequence": \(clause.consequence?.jsonQuoted ?? "null")
            }
        """
    }
    let theorems = AssumptionReport.Theorem.allCases.map { theorem in
      let obstacles = report.obstacles(theorem).map(\.rawValue.jsonQuoted).joined(separator: ", ")
      return """
            {"theorem": \(theorem.rawValue), "verdict": \(report.verdict(theorem).rawValue.jsonQuoted), \
        "obstacles": [\(obstacles)]}
        """
    }
    let stated = statements.map { group in
      """
          {"statement": \(group.word.jsonQuoted), "why": \(group.why.jsonQuoted), \
      "nodes": [\(group.nodes.map { graph.nodes[$0].name.jsonQuoted }.joined(separator: ", "))]}
      """
    }
    return """
      {
        "graph": \(graph.name.jsonQuoted),
        "mechanism": \(specification.mechanism.label.jsonQuoted),
        "noise": \(specification.noise.label.jsonQuoted),
        "seed": \(specification.seed),
        "samples": \(report.certificate.samples),
        "clauses": [
      \(clauses.joined(separator: ",\n"))
        ],
        "invertibility": [
      \(stated.joined(separator: ",\n"))
        ],
        "theorems": [
      \(theorems.joined(separator: ",\n"))
        ]
      }
      """
  }

  private static func word(_ verdict: AssumptionReport.Verdict) -> String {
    verdict == .notDecidable ? "not decidable" : verdict.rawValue
  }

  /// Whole numbers in full, others with three significant digits.
  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? NumberFormat.missing : "inf" }
    if let whole = Int(exactly: value) { return "\(whole)" }
    return String(format: "%.3g", value)
  }

  /// JSON has no infinity and no NaN: `null`.
  private static func jsonNumber(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    return Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
