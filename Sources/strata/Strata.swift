internal import ArgumentParser
internal import LinearAlgebra
internal import Sweeps

@main
struct Strata: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strata",
    abstract: "Simulates hierarchical latent-variable models and measures what masked autoencoders recover of them.",
    discussion: """
      A plan, a YAML file, is run by 'strata sweep run'; 'strata sweep table' and 'strata report' show its results, and \
      'strata theory' what is to be expected without any training. Exit codes are those of sysexits.h: 64 for a wrong \
      command line, 65 for bad data, 66 for a missing file, 69 to 75 for what is beyond the input. Every error names \
      the remedy.

      Examples:
        strata sweep run plan.yaml --out results
        strata report results
        strata theory locate tree:depth=3,branching=2 --mask x0,x1
      """,
    version: StrataVersion.current,
    subcommands: [
      EvaluateCommand.self, GraphCommand.self, ReportCommand.self, ReproduceCommand.self, SampleCommand.self,
      SweepCommand.self, TheoryCommand.self,
    ])

  /// Before any subcommand: a kernel that cannot follow the environment would end the process midway.
  func validate() throws {
    do { try ProcessorKind.checkVariable() } catch { throw ValidationError(error.description) }
  }
}
