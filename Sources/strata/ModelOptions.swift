internal import ArgumentParser
internal import Specifications

/// A model on the command line: a model file, or a graph with options.
struct ModelOptions: ParsableArguments {
  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Option(help: ModelOptions.mechanismHelp)
  var mechanism: String?

  @Option(help: ModelOptions.noiseHelp)
  var noise: String?

  @Option(help: ModelOptions.modelSeedHelp)
  var modelSeed: UInt64?

  /// Reads the model's parts and prints the notes on how the graph was read.
  func load() throws -> ModelSpecification {
    let specification = try ModelFile.load(model, overrides: .init(mechanism: mechanism, noise: noise, seed: modelSeed))
    for note in specification.notes { printNote("\(model): \(note)") }
    return specification
  }
}

/// What every command that takes a model says of it.
extension ModelOptions {
  static let modelHelp: ArgumentHelp = """
    A model file, a data set that strata sample wrote with its model (.h5, .npz, or a folder's name with / at its end), \
    or a graph file or built-in family together with --mechanism.
    """
  static let mechanismHelp: ArgumentHelp = """
    linear, linear:orthogonal, rho:0.85, mlp, mlp:layers=2,slope=0.5, residual-flow, polynomial:degree=5, \
    additive-noise:signal=0.9, location-scale, post-nonlinear, multiplicative; wins over the file. docs/mechanisms.md \
    lists all parameters. (default: the file's)
    """
  static let noiseHelp: ArgumentHelp = """
    gaussian, laplace, uniform, student-t:5, logistic, exponential, gumbel, correlated:0.5, degenerate, \
    gaussian-mixture:weights=1:3,means=-2:2,deviations=1:0.5; wins over the file. (default: the file's, or gaussian)
    """
  static let modelSeedHelp: ArgumentHelp = """
    The seed of the mechanisms' weights, as in a plan's generator_seeds; wins over the file. (default: the file's, or 1)
    """
}
