internal import ArgumentParser
internal import Recovery
internal import Specifications
internal import Sweeps

/// `strata sweep compare`: paired comparisons between mask ratios, patch sizes, widths, mechanisms or nodes of what is finished.
struct SweepCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares mask ratios, patch sizes, widths, mechanisms or nodes of a sweep, pair by pair of equal seeds.",
    discussion: """
      Mean difference of the trained autoencoder's score with its interval, Cohen's d of the paired differences, and the \
      exact sign-flip p-value, corrected by Holm's procedure for all comparisons that are printed: narrow them down with \
      --level, --evaluation and --against before you look.

      Example:
        strata sweep compare plan.yaml --out results --level 3 --against 0.5
      """)

  /// The settings by their names on the command line.
  enum Axis: String, ExpressibleByArgument, CaseIterable {
    case maskRatio = "mask-ratio"
    case patchSize = "patch-size"
    case width, mechanism, node

    var axis: SweepComparison.Axis { SweepComparison.Axis(rawValue: rawValue)! }

    /// What of a plan has the values.
    var key: String {
      switch self {
      case .maskRatio: "mask_ratios"
      case .patchSize: "patch_sizes"
      case .width: "widths"
      case .mechanism: "mechanisms"
      case .node: "graphs"
      }
    }
  }

  /// The modes of evaluation by their names in a plan.
  enum Mode: String, ExpressibleByArgument, CaseIterable {
    case perMask = "per-mask"
    case pooled, full
  }

  @OptionGroup var sweep: SweepOptions

  @Option(help: "What differs between the two sides.")
  var by = Axis.maskRatio

  @OptionGroup var scores: ScoreOptions

  @Option(help: "Only this level; default: all.")
  var level: Int?

  @Option(help: "Only this mode of evaluation; default: all of the plan.")
  var evaluation: Mode?

  @Option(help: "Compare every ratio, size, width, mechanism or node with this one; default: all pairs.")
  var against: String?

  @OptionGroup var form: FormOptions

  func run() throws {
    try reporting {
      let (planPath, directory) = (sweep.planPath, sweep.directory)
      let plan = try SweepPlan.load(planPath)
      let table = try TableSelection(scores, plan: plan, file: planPath)
      let mode = evaluation.flatMap { EvaluationPlan.Mode(rawValue: $0.rawValue) }
      if let mode, !plan.evaluation.modes.contains(mode) {
        throw ValidationError(
          "--evaluation \(mode.rawValue): \(planPath) does not measure it; add it to evaluation.modes")
      }
      if by == .node, !plan.evaluation.recordsNodes {
        throw SpecificationError(
          file: planPath, keyPath: ".evaluation.nodes", "single nodes are not recorded",
          remedy: "write 'nodes: true', and run the sweep")
      }
      let values = SweepComparison.values(of: by.axis, in: plan)
      guard values.count > 1 else {
        throw SpecificationError(
          file: planPath, keyPath: ".\(by.key)", "there is nothing to compare in \(values.count) of them",
          remedy: "give two or more, and run the sweep")
      }
      let reference = try against.map { try Self.reference($0, values, key: by.key) }
      let (outcome, missing) = try SweepDirectory(directory).finished(plan)
      let selection = SweepComparison.Selection(
        axis: by.axis, target: table.target, metric: table.metric, mode: mode, level: level, reference: reference)
      let comparison = SweepComparison(
        outcome, plan: plan, selection: selection, key: scores.bootstrap.key)
      guard !comparison.rows.isEmpty else {
        if let level, !outcome.cells.isEmpty {
          throw ValidationError(
            "--level \(level): no two finished cells have that level; see 'strata sweep table \(planPath) --out \(directory)'"
          )
        }
        throw SpecificationError(
          file: directory, "no two cells of this plan that could be compared are finished here",
          remedy: "run 'strata sweep run \(planPath) --out \(directory)' first", status: .noInput)
      }
      let report = ComparisonReport(
        rows: comparison.rows, selection: selection, plan: plan, scores: table, missing: missing,
        cells: outcome.cells.count)
      print(form.text(markdown: report.markdown, csv: report.csv, json: report.json), terminator: "")
    }
  }

  /// The value that a text names; numbers may be written in any way.
  private static func reference(
    _ text: String, _ values: [SweepComparison.Value], key: String
  ) throws -> SweepComparison.Value {
    let found = values.first { value in
      if case .number(let number) = value { number == Double(text) } else { value.description == text }
    }
    guard let found else {
      let known = values.map(\.description).joined(separator: ", ")
      throw ValidationError("--against \(text): give one of .\(key): \(known)")
    }
    return found
  }
}
