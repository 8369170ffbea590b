internal import GenerativeModels
public import HierarchicalGraphs
internal import MaskedAutoencoding
public import Specifications

/// All cells of a plan, made as they are asked for: a million of them take the memory of their settings.
///
/// Their order is graph, patch size, mask ratio, mechanism, environment, width, generator seed, training seed.
public struct PlanCells: RandomAccessCollection, Sendable {
  /// Cells that differ in their seeds alone.
  struct Block: Sendable {
    /// Any of them.
    let cell: CellSpecification
    let generatorSeeds: [UInt64]
    /// Where it begins, as an index of all cells.
    let start: Int
  }

  private(set) var blocks: [Block] = []
  private let trainingSeeds: [UInt64]
  /// How many cells there are.
  public private(set) var endIndex = 0
  /// Indices count from 0.
  public var startIndex: Int { 0 }

  /// The cell at a place.
  ///
  /// - Precondition: `0 <= position < count`.
  /// - Complexity: O(log of the settings).
  public subscript(position: Int) -> CellSpecification {
    let block = blocks[blockIndex(of: position)]
    let (generator, training) = (position - block.start).quotientAndRemainder(dividingBy: trainingSeeds.count)
    var cell = block.cell
    (cell.generatorSeed, cell.trainingSeed) = (block.generatorSeeds[generator], trainingSeeds[training])
    return cell
  }

  /// The block that has the cell at a place.
  func blockIndex(of position: Int) -> Int {
    precondition(indices.contains(position), "cell \(position) of \(count)")
    var (low, high) = (0, blocks.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if blocks[middle].start <= position { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The cells of a plan.
  ///
  /// - Throws: `GraphError` if a mask does not fit a graph, which a plan that was read from a file has ruled out.
  /// - Complexity: O(settings).
  init(_ plan: SweepPlan) throws(GraphError) {
    trainingSeeds = plan.trainingSeeds
    for graph in plan.graphs {
      for (masks, ratio, patch) in try plan.maskDistributions(of: graph) {
        var training = plan.training
        if plan.balancesMaskGain { training.maskGain = TrainingConfiguration.balancedMaskGain(ratio: ratio) }
        for (mechanism, environment) in plan.generators {
          // The ρ family draws nothing: all its generators are one, and several seeds of it would count one cell
          // several times.
          let isDrawn = if case .rho = mechanism { false } else { true }
          let seeds = isDrawn ? plan.generatorSeeds : Array(plan.generatorSeeds.prefix(1))
          for width in plan.widths where !seeds.isEmpty && !trainingSeeds.isEmpty {
            let cell = CellSpecification(
              graph: graph, mechanism: mechanism, noise: plan.noise, interventions: plan.interventions,
              environment: environment, masks: masks, maskSharing: plan.masking.sharing,
              maskTargets: plan.masking.targets, maskRatio: ratio, patchSize: patch,
              architecture: AutoencoderArchitecture(
                observedDimension: graph.observedDimension, representationWidth: width,
                hiddenWidth: plan.model.hiddenWidth, hiddenLayers: plan.model.hiddenLayers,
                activation: plan.model.activation),
              training: training, data: plan.data, evaluation: plan.evaluation, generatorSeed: seeds[0],
              trainingSeed: trainingSeeds[0])
            blocks.append(Block(cell: cell, generatorSeeds: seeds, start: endIndex))
            endIndex += seeds.count * trainingSeeds.count
          }
        }
      }
    }
  }
}

extension SweepPlan {
  /// All cells, in the order of the plan.
  ///
  /// - Throws: `GraphError` if a mask does not fit a graph, which a plan that was read from a file has ruled out.
  public func cells() throws(GraphError) -> PlanCells { try PlanCells(self) }

  /// Every mechanism in every environment.
  var generators: [(mechanism: MechanismFamily, environment: Environment?)] {
    mechanisms.flatMap { mechanism in environments.map { (mechanism, $0) } }
  }

  fileprivate func maskDistributions(
    of graph: HierarchicalGraph
  ) throws(GraphError) -> [(masks: MaskDistribution, ratio: Double, patch: Int)] {
    if case .fixed(let names) = masking.law {
      let mask = try Mask(masking: names, in: graph)
      let masks = try masking.distribution(of: graph, ratio: 0.5, patchSize: 1)
      return [(masks, Double(mask.maskedCount) / Double(graph.grid.count), 1)]
    }
    var result: [(MaskDistribution, Double, Int)] = []
    for patch in patchSizes {
      for ratio in maskRatios {
        result.append((try masking.distribution(of: graph, ratio: ratio, patchSize: patch), ratio, patch))
      }
    }
    return result
  }
}
