internal import ArgumentParser

@main
struct Strata: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "strata")
}
