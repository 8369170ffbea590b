internal import ArgumentParser
internal import Specifications

/// A model on the command line: a model file, or a graph with options.
struct ModelOptions: ParsableArguments {
  @Argument(
    help: "A model file, or a graph file or built-in family together with --mechanism.")
  var model: String

  @Option(
    help: """
      linear, linear:orthogonal, rho:0.85, mlp, mlp:layers=2,slope=0.5, residual-flow, polynomial:degree=5, \
      additive-noise:signal=0.9, location-scale, post-nonlinear, multiplicative; wins over the file.
      """)
  var mechanism: String?

  @Option(
    help: """
      gaussian, laplace, uniform, student-t:5, logistic, exponential, gumbel, correlated:0.5, degenerate; wins over the \
      file. (default: gaussian)
      """)
  var noise: String?

  @Option(help: "The seed of the mechanisms' weights, as in a plan's generator_seeds; wins over the file. (default: 1)")
  var modelSeed: UInt64?

  /// Reads the model's parts and prints the notes on how the graph was read.
  func load() throws -> ModelSpecification {
    let specification = try ModelFile.load(model, overrides: .init(mechanism: mechanism, noise: noise, seed: modelSeed))
    for note in specification.notes { printNote("\(model): \(note)") }
    return specification
  }
}
