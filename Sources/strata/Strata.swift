internal import ArgumentParser
internal import Sweeps

@main
struct Strata: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strata",
    abstract: "Simulates hierarchical latent-variable models and measures what masked autoencoders recover of them.",
    version: StrataVersion.current,
    subcommands: [
      EvaluateCommand.self, GraphCommand.self, ReportCommand.self, ReproduceCommand.self, SampleCommand.self,
      SweepCommand.self, TheoryCommand.self,
    ])
}
