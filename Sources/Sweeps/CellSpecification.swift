public import GenerativeModels
public import HierarchicalGraphs
public import MaskedAutoencoding
public import Specifications
internal import Stochastics

/// Everything that determines one cell of a sweep. A cell is a pure function of this value: same specification, same
/// machine, same bits.
public struct CellSpecification: Sendable {
  /// The latent graph.
  public let graph: HierarchicalGraph
  /// How mechanisms are drawn.
  public let mechanism: MechanismFamily
  /// The laws of the exogenous noise.
  public let noise: NoiseAssignment
  /// Interventions that are part of the generator.
  public let interventions: [Intervention]
  /// The environment whose interventions are made on top; nil for none.
  public let environment: Environment?
  /// The law of the masks.
  public let masks: MaskDistribution
  /// Whether samples of a batch share their mask.
  public let maskSharing: MaskSharing
  /// Which masked observables count in the loss of the training.
  public let maskTargets: MaskTargets
  /// Masked share of the patches; for a fixed mask, of the observables.
  public let maskRatio: Double
  /// The side of a patch, in observables.
  public let patchSize: Int
  /// The network's shape.
  public let architecture: AutoencoderArchitecture
  /// The training.
  public let training: TrainingConfiguration
  /// Where training samples come from.
  public let data: DataPlan
  /// How recovery is measured.
  public let evaluation: EvaluationPlan
  /// The seed of the mechanisms' weights.
  public internal(set) var generatorSeed: UInt64
  /// The seed of everything else.
  public internal(set) var trainingSeed: UInt64

  /// The source of all streams of the cell.
  ///
  /// They hang on the training seed alone: cells that differ in ratio, patch size or width see the same samples and, for equal
  /// shapes, start from the same weights, so that comparisons between them are paired.
  var trainingKey: RandomKey { RandomKey(seed: trainingSeed) }

  /// The source of the initial weights.
  var initialKey: RandomKey { trainingKey.child("initial-weights") }

  /// The source of evaluation samples, masks and shuffles.
  var evaluationKey: RandomKey { trainingKey.child("evaluation") }

  /// The whole specification as text, one fact a line: two cells are the same exactly if these texts are.
  ///
  /// It holds no path and no time, so a moved or copied plan keeps its cells. Interventions and what counts in the loss are
  /// named only where there are any and where not all counts, so that other cells are those of plans that never spoke of them.
  public var canonicalText: String { settingText + seedText }

  /// The lines of ``canonicalText`` that follow ``settingText``, with the line break before them.
  var seedText: String { "\ngenerator-seed \(generatorSeed)\ntraining-seed \(trainingSeed)" }

  /// ``canonicalText`` without the seeds: cells that share it are repetitions of one setting.
  var settingText: String {
    let nodes = graph.nodes.map { "\($0.name)|\($0.dimension)|\($0.noiseDimension)|\($0.isObserved ? "x" : "z")" }
    let edges = graph.edges.map { "\($0.from)>\($0.to)" }
    return """
      strata-cell 1
      graph \(graph.name) \(graph.regime.rawValue) grid \(graph.grid.sides)
      nodes \(nodes.joined(separator: ";"))
      edges \(edges.joined(separator: ";"))
      mechanism \(mechanism)
      noise \(noise)\(interventionLines)
      mask \(masks.law) patch \(patchSize) \(maskSharing.rawValue)\(maskTargets == .all ? "" : " loss \(maskTargets.rawValue)")
      architecture \(architecture)
      training \(training)
      data \(data)
      evaluation \(evaluation)
      """
  }

  private var interventionLines: String {
    let own = interventions.isEmpty ? "" : "\ninterventions \(Environment(name: "", interventions).text)"
    return own + (environment.map { "\nenvironment \($0.name.jsonQuoted) \($0.text)" } ?? "")
  }

  /// The generator as tables name it: the mechanism, and the environment if there is one, `rho-0.85 @ cold`.
  public var generatorLabel: String { Self.generatorLabel(mechanism, in: environment) }

  static func generatorLabel(_ mechanism: MechanismFamily, in environment: Environment?) -> String {
    mechanism.label + (environment.map { " @ \($0.name)" } ?? "")
  }

  /// The cell's name: 16 hexadecimal digits of a hash of ``canonicalText``.
  ///
  /// 64 bits make an accidental clash among a million cells a chance of 3 in 10⁸; the store compares their SHA-256 as well.
  public var identifier: String {
    var hash = NameHash()
    hash.add(canonicalText)
    return Self.identifier(ofCanonicalText: hash)
  }

  /// The name of a cell by the hash of its ``canonicalText``.
  static func identifier(ofCanonicalText hash: NameHash) -> String {
    let bits = RandomKey(seed: 0).child("cell").child(hash).bits
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
