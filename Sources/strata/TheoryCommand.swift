internal import ArgumentParser
internal import HierarchicalGraphs

/// `strata theory …`: what the graph and the masks alone say about recovery.
struct TheoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theory",
    abstract: "Computes what masks make recoverable, from the graph and the mask distribution alone.",
    discussion: """
      A GRAPH is a graph file or a built-in family such as tree:depth=6,branching=2. The definitions of everything \
      printed are in docs/theory.md.

      Example:
        strata theory levels tree:depth=6,branching=2 --mask-ratios 0.25,0.5,0.75
      """,
    subcommands: [TheoryLocateCommand.self, TheoryLevelsCommand.self, TheoryLimitCommand.self, TheoryCheckCommand.self])
}

/// Numbers with commas between, as in `0.1,0.5,0.9`.
struct NumberList<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument, Sendable {
  let values: [Number]

  /// As a user would write it, for the help text.
  var defaultValueDescription: String { values.map(\.description).joined(separator: ",") }

  init(values: [Number]) { self.values = values }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Number(String($0.filter { !$0.isWhitespace })) }
    guard values.count == parts.count else { return nil }
  }
}

/// The masks of a table: every ratio with every patch size.
struct MaskGridOptions: ParsableArguments {
  /// The laws that can be named on the command line.
  enum Law: String, ExpressibleByArgument, CaseIterable {
    case exactCount = "exact-count"
    case bernoulli
    case block
  }

  @Option(help: "The shares of patches to mask, with commas between, each between 0 and 1.")
  var maskRatios = NumberList<Double>(values: [0.5])

  @Option(help: "The sides of a patch in observables, with commas between.")
  var patchSizes = NumberList<Int>(values: [1])

  @Option(
    help:
      "exact-count: a fixed number of patches (as MAE does); bernoulli: each patch by itself, never none or all; block: one rectangle of neighbouring patches."
  )
  var law = Law.exactCount

  @Option(help: "Masks to draw where there are too many to enumerate; default: 4000 for levels, 200 for limit.")
  var draws: Int?

  @Option(help: "The seed of drawn masks.")
  var maskSeed: UInt64 = 0

  func validate() throws {
    try Self.validate(maskRatios, patchSizes)
    if let draws, draws < 2 { throw ValidationError("--draws is \(draws); give at least 2") }
  }

  /// - Throws: `ValidationError` for a ratio outside (0, 1) or a size below 1.
  static func validate(_ ratios: NumberList<Double>, _ sizes: NumberList<Int>) throws {
    for ratio in ratios.values where !(ratio > 0 && ratio < 1) {
      throw ValidationError("\(ratio) is not a mask ratio; give numbers between 0 and 1, both excluded")
    }
    for size in sizes.values where size < 1 {
      throw ValidationError("\(size) is not a patch size; give whole numbers from 1")
    }
  }

  /// The distributions in the order of the table: patch sizes, then ratios.
  func distributions(_ grid: ObservationGrid) throws -> [(ratio: Double, patchSize: Int, masks: MaskDistribution)] {
    var result: [(ratio: Double, patchSize: Int, masks: MaskDistribution)] = []
    for size in patchSizes.values {
      for ratio in maskRatios.values {
        let law: MaskDistribution.Law =
          switch self.law {
          case .exactCount: .exactCount(ratio: ratio)
          case .bernoulli: .bernoulli(ratio: ratio)
          case .block: .block(ratio: ratio)
          }
        result.append((ratio, size, try MaskDistribution(law, grid: grid, patchSize: size)))
      }
    }
    return result
  }
}
