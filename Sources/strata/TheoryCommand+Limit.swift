internal import ArgumentParser
internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import Reporting
internal import Specifications
internal import Stochastics

/// `strata theory limit`.
struct TheoryLimitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limit",
    abstract: "Prints the recovery that the best possible masked autoencoder of a linear-Gaussian model attains.",
    discussion: """
      R² of each level from the representation that minimises the masked squared error, one encoder for each mask \
      (reduced-rank regression), averaged over nodes and masks; 'all' is the ceiling, R² from all that is visible. \
      Numbers are means ± standard error over drawn masks, or exact where ± is missing.

      Example:
        strata theory limit tree:depth=6,branching=2 --rho 0.85 --mask-ratios 0.1,0.9
      """)

  /// What of the masked observables counts.
  enum Loss: String, ExpressibleByArgument, CaseIterable {
    case all, interior

    var targets: MaskTargets { self == .all ? .all : .interior }
  }

  @Argument(help: "A model file, a data set with its model, or a graph or family together with --mechanism or --rho.")
  var model: String

  @Option(
    parsing: .unconditional,
    help:
      "Short for --mechanism rho:ρ: z = ρ · parents (standardised) + √(1 − ρ²) · ε; ρ strictly between -1 and 1 (default: --mechanism)."
  )
  var rho: Double?

  @Option(help: "linear, linear:orthogonal, rho:0.85; wins over the file. (default: the file's)")
  var mechanism: String?

  @Option(help: "The seed of the mechanisms' weights, as in a plan's generator_seeds; wins over the file. (default: 1)")
  var modelSeed: UInt64?

  @Flag(help: "Count errors in units of each observable's variance, as a training with 'standardize: true' does.")
  var standardize = false

  @Option(help: "The widths of the representation, with commas between.")
  var widths = NumberList<Int>(values: [1])

  @Option(
    help: "What counts in the loss: all that is masked, or the interior, the masked patches that touch no visible one.")
  var loss = Loss.all

  @OptionGroup var masks: MaskGridOptions

  @Flag(help: "Add the optimum under one linear encoder shared by all masks.")
  var shared = false

  @Flag(help: "Print CSV with every node's and every noise's R² and that of the content, one a line.")
  var csv = false

  func validate() throws {
    if shared, standardize {
      throw ValidationError("--shared counts errors in the data's units; leave out --standardize")
    }
    if shared, loss != .all { throw ValidationError("--shared counts all that is masked; leave out --loss") }
    if rho != nil, mechanism != nil { throw ValidationError("give --rho or --mechanism, not both") }
    for width in widths.values where width < 1 { throw ValidationError("\(width) is not a width; give numbers from 1") }
  }

  func run() throws {
    try reporting {
      let (loaded, model) = try linearModel()
      var options = GaussianLimitOptions()
      if let draws = masks.draws { options.draws = draws }
      let key = RandomKey(seed: masks.maskSeed).child("theory limit")
      var rows: [Row] = []
      for cell in try masks.distributions(loaded.grid) {
        guard cell.masks.canCount(loss.targets) else {
          throw SpecificationError(
            file: nil, keyPath: "--loss",
            "with mask ratio \(cell.ratio) and patch size \(cell.patchSize) every masked patch touches a visible one",
            remedy: "mask more, take smaller patches, or leave out --loss")
        }
        let limits = try model.limits(
          masks: cell.masks, widths: widths.values, standardized: standardize, targets: loss.targets, options: options,
          key: key)
        rows += limits.map {
          Row(ratio: cell.ratio, patch: cell.patchSize, width: $0.width.map(String.init) ?? "all", limit: $0)
        }
        for width in widths.values where shared {
          let found = try model.sharedEncoderLimit(masks: cell.masks, width: width, options: options, key: key)
          if !found.hasConverged { printNote("the shared encoder of width \(width) had not settled yet") }
          rows.append(Row(ratio: cell.ratio, patch: cell.patchSize, width: "\(width) shared", limit: found.limit))
        }
      }
      if rows.contains(where: { $0.limit.smallestVisibleRankShare < 1 }) {
        printNote("some visible observables are functions of others; their covariance was inverted on its range")
      }
      print(csv ? Self.csvText(rows, loaded) : Self.table(rows, loaded), terminator: "")
    }
  }

  private struct Row {
    let ratio: Double
    let patch: Int
    let width: String
    let limit: GaussianLimit
  }

  private func linearModel() throws -> (HierarchicalGraph, LinearGaussianModel) {
    if let rho, !(rho > -1 && rho < 1) {
      throw SpecificationError(
        file: nil, keyPath: "--rho", "\(rho) is not a correlation", remedy: "give a number strictly between -1 and 1")
    }
    let overrides = ModelFile.Overrides(mechanism: rho.map { "rho:\($0)" } ?? mechanism, seed: modelSeed)
    let specification = try ModelFile.load(model, overrides: overrides)
    for note in specification.notes { printNote("\(model): \(note)") }
    guard let linear = LinearGaussianModel(try specification.model()) else {
      throw SpecificationError(
        file: model, "the limit has a closed form for linear mechanisms with Gaussian noise only",
        remedy: "use the mechanism linear or rho and gaussian noise")
    }
    return (specification.graph, linear)
  }

  private static func table(_ rows: [Row], _ graph: HierarchicalGraph) -> String {
    let levels = Array((0...graph.height).reversed())
    var table = MarkdownTable(
      headings: ["ratio", "patch", "width"] + levels.map { "level \($0)" } + ["loss"])
    for row in rows {
      table.append(
        ["\(row.ratio)", "\(row.patch)", row.width]
          + levels.map { TheoryLevelsCommand.text(row.limit.recovery.level[$0]) }
          + [TheoryLevelsCommand.text(row.limit.recovery.loss)])
    }
    return table.text
  }

  private static func csvText(_ rows: [Row], _ graph: HierarchicalGraph) -> String {
    var writer = CSVWriter(header: [
      "graph", "mask_ratio", "patch_size", "width", "target", "node", "level", "value", "standard_error",
    ])
    for row in rows {
      func add(_ target: String, _ node: String?, _ level: Int?, _ estimate: Estimate) {
        writer.append([
          .text(graph.name), .number(row.ratio), .integer(row.patch), .text(row.width), .text(target),
          node.map { .text($0) } ?? .missing, level.map { .integer($0) } ?? .missing, .number(estimate.value),
          .number(estimate.standardError),
        ])
      }
      let recovery = row.limit.recovery
      for (v, node) in graph.nodes.enumerated() { add("r2_value", node.name, graph.levels[v], recovery.node[v]) }
      for (v, node) in graph.nodes.enumerated() where node.noiseDimension > 0 {
        add("r2_noise", node.name, graph.levels[v], recovery.noise[v])
      }
      for (level, estimate) in recovery.level.enumerated() { add("r2_level", nil, level, estimate) }
      if let content = recovery.content { add("r2_content", nil, nil, content) }
      add("loss", nil, nil, recovery.loss)
    }
    return writer.text
  }
}
