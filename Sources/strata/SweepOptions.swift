internal import ArgumentParser
internal import Recovery
internal import Specifications
internal import Stochastics

/// The sweep that a command is about.
struct SweepOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The plan, a YAML file.", valueName: "plan"))
  var planPath: String

  @Option(name: .customLong("out"), help: ArgumentHelp("The folder of the sweep; 'run' makes it.", valueName: "dir"))
  var directory: String
}

/// Which scores are printed, and from where their intervals are resampled.
struct ScoreOptions: ParsableArguments {
  @Option(help: "What is recovered, in the printed tables: z, epsilon, content, leakage; default: the plan's first.")
  var target: String?

  @Option(help: "The score in the printed tables, a metric of the plan such as r2_linear; default: the plan's first.")
  var metric: String?

  @OptionGroup var bootstrap: BootstrapOptions
}

/// The randomness of printed intervals.
struct BootstrapOptions: ParsableArguments {
  @Option(help: "The seed of the bootstrap's resamples, which intervals over ten or more generators are made from.")
  var bootstrapSeed: UInt64 = 0

  /// The source of the resamples.
  var key: RandomKey { RandomKey(seed: bootstrapSeed).child("intervals") }
}

/// What a recovery table shows besides scores.
struct RowOptions: ParsableArguments {
  @Flag(help: "Also show recovery normalised between the floor 'untrained' (0) and the ceiling 'raw input' (1).")
  var normalised = false
}

/// The form of printed results.
struct FormOptions: ParsableArguments {
  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print CSV.")
  var csv = false

  @Flag(help: "Print Markdown tables (the default).")
  var markdown = false

  func validate() throws {
    if [json, csv, markdown].count(where: { $0 }) > 1 {
      throw ValidationError("give at most one of --json, --csv and --markdown")
    }
  }

  /// The form that was chosen.
  func text(markdown: @autoclosure () -> String, csv: @autoclosure () -> String, json: @autoclosure () -> String)
    -> String
  {
    self.json ? json() : self.csv ? csv() : markdown()
  }
}

/// The target and metric of the printed tables, checked before anything runs.
struct TableSelection {
  let target: EvaluationPlan.Target
  let metric: EvaluationPlan.Metric
  let bootstrap: BootstrapOptions

  /// - Throws: `ValidationError` for a word that is none, or a score that the plan does not measure.
  init(_ options: ScoreOptions, plan: SweepPlan, file: String) throws {
    try self.init(
      target: options.target, metric: options.metric, bootstrap: options.bootstrap, plan: plan, file: file)
  }

  /// As ``init(_:plan:file:)``, from words.
  init(target: String?, metric: String?, bootstrap: BootstrapOptions, plan: SweepPlan, file: String) throws {
    self.target = try Self.choose(
      target, of: plan.evaluation.targets, option: "--target", key: "targets", file: file)
    self.metric = try Self.choose(
      metric, of: plan.evaluation.metrics, option: "--metric", key: "metrics", file: file)
    self.bootstrap = bootstrap
  }

  private static func choose<Choice: RawRepresentable & CaseIterable & Equatable>(
    _ word: String?, of measured: [Choice], option: String, key: String, file: String
  ) throws -> Choice where Choice.RawValue == String {
    guard let word else { return measured[0] }
    guard let choice = Choice(rawValue: word) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(option) \(word): give one of \(choices)")
    }
    guard measured.contains(choice) else {
      throw ValidationError("\(option) \(word): \(file) does not measure it; add it to evaluation.\(key)")
    }
    return choice
  }
}
