public import GenerativeModels
public import HierarchicalGraphs
public import MaskedAutoencoding

/// What a plan file asks for: the axes of a sweep and what all its cells share. A plan is checked as a whole when it is
/// read, so that a sweep never stops at its last cell over a typing error in the first line.
public struct SweepPlan: Sendable {
  /// The name, for captions.
  public var name: String
  /// The graphs, each with the label that stands in tables.
  public var graphs: [HierarchicalGraph]
  /// How mechanisms are drawn.
  public var mechanisms: [MechanismFamily]
  /// Where each mechanism stands in the plan's file, for errors that show when it is drawn.
  package var mechanismPlaces: [DocumentPlace] = []
  /// The laws of the exogenous noise.
  public var noise: NoiseAssignment
  /// Interventions that are part of every generator.
  public var interventions: [Intervention] = []
  /// Interventions on top, one cell for each; `nil` for none.
  public var environments: [Environment?] = [nil]
  /// Where the interventions and environments stand in the plan's file, for errors that show when generators are drawn.
  package var environmentsPlace = DocumentPlace()
  /// How masks are drawn.
  public var masking: MaskPlan
  /// Masked share of the patches; empty for a fixed mask.
  public var maskRatios: [Double]
  /// Sides of a patch, in observables.
  public var patchSizes: [Int]
  /// Representation widths k.
  public var widths: [Int]
  /// Seeds of the mechanisms' weights.
  public var generatorSeeds: [UInt64]
  /// Seeds of initial weights, training samples, masks and evaluation samples.
  public var trainingSeeds: [UInt64]
  /// The network's shape but for its data and representation widths.
  public var model: ModelPlan
  /// The training.
  public var training: TrainingConfiguration
  /// Whether the mask gain of a cell's training is 1/√r for its mask ratio r, instead of that of `training`.
  public var balancesMaskGain = false
  /// Where training samples come from.
  public var data: DataPlan
  /// How recovery is measured.
  public var evaluation: EvaluationPlan
  /// Steps between two checkpoints of a running cell, from which it goes on after an interruption; nil for none. It changes
  /// no result, so it is no part of a cell's identity.
  public var checkpointInterval: Int?
  /// Whether the final state of every training is kept as a safetensors file.
  public var keepsModels: Bool
  /// How long a cell may take and how much memory it may hold. Part of no cell's identity.
  public var limits = CellLimits()
}

/// How masks are drawn over the patches of a graph.
public struct MaskPlan: Sendable, Hashable {
  /// The law over patches.
  public enum Law: Sendable, Hashable {
    /// A fixed number of patches.
    case exactCount
    /// Each patch independently.
    case bernoulli
    /// One rectangle of neighbouring patches.
    case block
    /// Always these observables.
    case fixed([String])
  }

  /// The law over patches.
  public var law: Law
  /// Whether every sample of a training batch has a mask of its own.
  public var sharing: MaskSharing
  /// Which masked observables count in the loss.
  public var targets: MaskTargets

  /// A way to draw masks.
  public init(law: Law, sharing: MaskSharing, targets: MaskTargets = .all) {
    self.law = law
    self.sharing = sharing
    self.targets = targets
  }
}

/// The hidden part of the network.
public struct ModelPlan: Sendable, Hashable {
  /// Units of a hidden layer.
  public var hiddenWidth: Int
  /// Hidden layers of the encoder, and again of the decoder.
  public var hiddenLayers: Int
  /// The nonlinearity.
  public var activation: Activation

  /// A shape.
  public init(hiddenWidth: Int, hiddenLayers: Int, activation: Activation) {
    self.hiddenWidth = hiddenWidth
    self.hiddenLayers = hiddenLayers
    self.activation = activation
  }
}

/// Where training samples come from.
public enum DataPlan: Sendable, Hashable {
  /// New samples at every step.
  case fresh
  /// A data set of this many samples, in a new random order each epoch.
  case fixed(samples: Int)
}

extension MaskPlan {
  /// The distribution of its masks for a graph, a ratio and a patch size; a fixed mask has neither and ignores both.
  ///
  /// - Throws: `GraphError` if the mask or the patches do not fit the graph.
  package func distribution(
    of graph: HierarchicalGraph, ratio: Double, patchSize: Int
  ) throws(GraphError) -> MaskDistribution {
    switch law {
    case .fixed(let names):
      try MaskDistribution(.fixed(Mask(masking: names, in: graph)), grid: graph.grid, patchSize: 1)
    case .exactCount: try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: patchSize)
    case .bernoulli: try MaskDistribution(.bernoulli(ratio: ratio), grid: graph.grid, patchSize: patchSize)
    case .block: try MaskDistribution(.block(ratio: ratio), grid: graph.grid, patchSize: patchSize)
    }
  }

  /// Whether there is one mask only.
  public var isFixed: Bool { if case .fixed = law { true } else { false } }
}
