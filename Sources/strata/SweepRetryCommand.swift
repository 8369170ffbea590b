internal import ArgumentParser
internal import Specifications
internal import Sweeps

/// `strata sweep retry`: failed cells once more.
struct SweepRetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Runs the failed cells of a sweep again, and whatever else is not finished.",
    discussion: """
      The plan is the one that the folder was last run with. Raise the limits that cells have failed at.

      Example:
        strata sweep retry results --failed --cell-memory 8000
      """)

  @Argument(help: ArgumentHelp("The folder of the sweep.", valueName: "dir"))
  var directory: String

  @Flag(help: "Cells that failed: by an error, a crash or a limit. Required, so that the command says what it does.")
  var failed = false

  @OptionGroup var running: SweepRunOptions

  func validate() throws {
    if !failed { throw ValidationError("say what to run again: --failed") }
  }

  func run() async throws {
    try await reporting {
      let plan = try SweepDirectory(directory).lastPlan()
      var options = running.sweepOptions
      options.retriesFailed = true
      let outcome = try await running.run(plan, in: directory, options: options)
      try reportEnd(of: outcome, in: directory)
    }
  }
}
