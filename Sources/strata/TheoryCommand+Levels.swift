internal import ArgumentParser
internal import HierarchicalGraphs
internal import Identifiability
internal import Reporting
internal import Specifications
internal import Stochastics

/// `strata theory levels`.
struct TheoryLevelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "levels",
    abstract: "Prints at which levels the content of random masks sits.",
    discussion: """
      mean: mean over masks of the mean level in c; pooled: expected sum of levels over expected size; lowest, highest: \
      means of the extreme levels in c; contamination: expected share of c below its highest level; size, dimension: \
      expected |c| and d_c; P(h): probability that c has a member of level h. Numbers without ± are exact.

      Example:
        strata theory levels tree:depth=6,branching=2 --patch-sizes 1,4 --csv
      """)

  @Argument(help: "A graph file or built-in family.")
  var graph: String

  @OptionGroup var masks: MaskGridOptions

  @Flag(help: "Print CSV, one statistic a line.")
  var csv = false

  func run() throws {
    try reporting {
      let loaded = try GraphCommand.load(graph)
      var options = LevelLawOptions()
      if let draws = masks.draws { options.draws = draws }
      let key = RandomKey(seed: masks.maskSeed).child("theory levels")
      let laws = try masks.distributions(loaded.grid).map { cell in
        (cell: cell, law: LevelLaw(loaded, masks: cell.masks, options: options, key: key))
      }
      if csv {
        var writer = CSVWriter(header: [
          "graph", "mask_law", "mask_ratio", "patch_size", "method", "statistic", "level", "value", "standard_error",
        ])
        for (cell, law) in laws {
          for (name, level, estimate) in statistics(law) {
            writer.append([
              .text(loaded.name), .text(masks.law.rawValue), .number(cell.ratio), .integer(cell.patchSize),
              .text(method(law)), .text(name), level.map { .integer($0) } ?? .missing, .number(estimate.value),
              .number(estimate.standardError),
            ])
          }
        }
        print(writer.text, terminator: "")
        return
      }
      let levels = Array(1...max(1, loaded.height))
      var table = MarkdownTable(
        headings: [
          "ratio", "patch", "mean", "pooled", "lowest", "highest", "contamination", "size", "dimension",
        ] + levels.map { "P(\($0))" } + ["method"])
      for (cell, law) in laws {
        let numbers = [
          law.meanHeight, law.pooledHeight, law.lowestHeight, law.highestHeight, law.contamination, law.size,
          law.dimension,
        ]
        table.append(
          ["\(cell.ratio)", "\(cell.patchSize)"] + numbers.map(Self.text)
            + levels.map { $0 < law.presence.count ? Self.text(law.presence[$0]) : NumberFormat.missing } + [
              method(law)
            ])
      }
      print(table.text, terminator: "")
    }
  }

  private func statistics(_ law: LevelLaw) -> [(name: String, level: Int?, estimate: Estimate)] {
    let single: [(String, Int?, Estimate)] = [
      ("mean_height", nil, law.meanHeight), ("pooled_height", nil, law.pooledHeight),
      ("lowest_height", nil, law.lowestHeight), ("highest_height", nil, law.highestHeight),
      ("contamination", nil, law.contamination), ("size", nil, law.size), ("dimension", nil, law.dimension),
      ("empty_probability", nil, law.emptyProbability),
    ]
    let byLevel = [
      ("presence", law.presence), ("lowest", law.lowest), ("highest", law.highest), ("sinks", law.sinks),
    ]
    return single + byLevel.flatMap { name, values in values.enumerated().map { (name, $0, $1) } }
  }

  private func method(_ law: LevelLaw) -> String {
    switch law.method {
    case .dynamicProgramming: "exact"
    case .enumeration(let masks): "exact (\(masks) masks)"
    case .monteCarlo(let draws): "\(draws) draws"
    }
  }

  /// The value, with its standard error where there is one.
  static func text(_ estimate: Estimate) -> String {
    let format = NumberFormat()
    guard estimate.standardError > 0 else { return format.string(estimate.value) }
    return format.string(mean: estimate.value, halfWidth: estimate.standardError)
  }
}
