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
  public let generatorSeed: UInt64
  /// The seed of everything else.
  public let trainingSeed: UInt64

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
  /// It holds no path and no time, so a moved or copied plan keeps its cells. Interventions have a line only where there are
  /// any, so that cells without them are the cells of plans that never spoke of them.
  public var canonicalText: String {
    """
    \(settingText)
    generator-seed \(generatorSeed)
    training-seed \(trainingSeed)
    """
  }

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
      mask \(masks.law) patch \(patchSize) \(maskSharing.rawValue)
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
  public var identifier: String { Self.identifier(ofCanonicalText: canonicalText) }

  static func identifier(ofCanonicalText text: String) -> String {
    let bits = RandomKey(seed: 0).child("cell").child(text).bits
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension SweepPlan {
  /// All cells, in the order of the plan: graph, patch size, mask ratio, mechanism, environment, width, generator
  /// seed, training seed.
  ///
  /// - Throws: `GraphError` if a mask does not fit a graph, which a plan that was read from a file has ruled out.
  public func cells() throws(GraphError) -> [CellSpecification] {
    var result: [CellSpecification] = []
    for graph in graphs {
      for (masks, ratio, patch) in try maskDistributions(of: graph) {
        var training = training
        if balancesMaskGain { training.maskGain = TrainingConfiguration.balancedMaskGain(ratio: ratio) }
        for (mechanism, environment) in generators {
          for width in widths {
            for generatorSeed in Self.distinctSeeds(generatorSeeds, mechanism) {
              for trainingSeed in trainingSeeds {
                result.append(
                  CellSpecification(
                    graph: graph, mechanism: mechanism, noise: noise, interventions: interventions,
                    environment: environment, masks: masks, maskSharing: masking.sharing, maskRatio: ratio,
                    patchSize: patch,
                    architecture: AutoencoderArchitecture(
                      observedDimension: graph.observedDimension, representationWidth: width,
                      hiddenWidth: model.hiddenWidth, hiddenLayers: model.hiddenLayers, activation: model.activation),
                    training: training, data: data, evaluation: evaluation, generatorSeed: generatorSeed,
                    trainingSeed: trainingSeed))
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Every mechanism in every environment.
  var generators: [(mechanism: MechanismFamily, environment: Environment?)] {
    mechanisms.flatMap { mechanism in environments.map { (mechanism, $0) } }
  }

  /// The ρ family draws nothing: all its generators are one, and several seeds of it would count one cell several times.
  private static func distinctSeeds(_ seeds: [UInt64], _ mechanism: MechanismFamily) -> [UInt64] {
    if case .rho = mechanism { Array(seeds.prefix(1)) } else { seeds }
  }

  private func maskDistributions(
    of graph: HierarchicalGraph
  ) throws(GraphError) -> [(masks: MaskDistribution, ratio: Double, patch: Int)] {
    if case .fixed(let names) = masking.law {
      let mask = try Mask(masking: names, in: graph)
      let masks = try MaskDistribution(.fixed(mask), grid: graph.grid, patchSize: 1)
      return [(masks, Double(mask.maskedCount) / Double(graph.grid.count), 1)]
    }
    var result: [(MaskDistribution, Double, Int)] = []
    for patch in patchSizes {
      for ratio in maskRatios {
        let law: MaskDistribution.Law =
          masking.law == .bernoulli ? .bernoulli(ratio: ratio) : .exactCount(ratio: ratio)
        result.append((try MaskDistribution(law, grid: graph.grid, patchSize: patch), ratio, patch))
      }
    }
    return result
  }
}
