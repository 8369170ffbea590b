internal import MaskedAutoencoding

extension ModelPlan {
  /// Reads `{hidden_width, hidden_layers, activation, slope}`; all keys may be left out.
  init(_ node: DocumentNode?) throws(SpecificationError) {
    let map = try node?.mapping(keys: ["hidden_width", "hidden_layers", "activation", "slope"])
    hiddenWidth = try map?.optional("hidden_width")?.int(in: 1...16_384, called: "a hidden width") ?? 256
    hiddenLayers = try map?.optional("hidden_layers")?.int(in: 0...64, called: "a number of hidden layers") ?? 2
    let name =
      try map?.optional("activation")?.choice(of: ["gelu", "leaky-relu", "tanh"], called: "an activation") ?? "gelu"
    if name != "leaky-relu", let map, map.optional("slope") != nil {
      throw map.error(at: "slope", "\(name) has no slope", remedy: "remove this key, or use leaky-relu")
    }
    switch name {
    case "gelu": activation = .gelu
    case "tanh": activation = .tanh
    default:
      let slope = try map?.optional("slope").map { node throws(SpecificationError) in
        let slope = try node.double(atLeast: 0, called: "a slope")
        guard slope < 1 else { throw node.error("\(slope) is not a slope", remedy: "give a number from 0 to below 1") }
        return slope
      }
      activation = .leakyReLU(slope: Float(slope ?? 0.01))
    }
  }
}

extension TrainingConfiguration {
  /// Reads the `training` mapping; all keys may be left out.
  ///
  /// A plan that names its optimizer means the published settings by what it leaves out, and keeps the cells that it had
  /// before there were others; one that does not gets ``fast(maskRatio:)``.
  static func read(_ node: DocumentNode?) throws(SpecificationError) -> (TrainingConfiguration, DataPlan) {
    var result = try namesOptimizer(node) ? TrainingConfiguration() : .fast()
    guard let node else { return (result, .fresh) }
    let map = try node.mapping(keys: [
      "steps", "batch", "optimizer", "weight_decay", "learning_rate", "final_learning_rate", "schedule", "warmup",
      "beta1", "beta2", "clip", "mask_gain", "standardize", "data",
    ])
    if let node = map.optional("steps") {
      result.steps = try node.int(in: 0...1_000_000_000, called: "a number of steps")
    }
    if let node = map.optional("batch") { result.batchSize = try node.int(in: 1...1_048_576, called: "a batch size") }
    if let node = map.optional("learning_rate") {
      result.learningRate = try node.double(above: 0, called: "a learning rate")
    }
    if let node = map.optional("beta1") { result.beta1 = try readDecay(node) }
    if let node = map.optional("beta2") { result.beta2 = try readDecay(node) }
    if let node = map.optional("clip") {
      result.gradientNormLimit = try node.double(above: 0, called: "a gradient norm")
    }
    if let node = map.optional("mask_gain"), !isBalanced(node) {
      let gain: Double
      do {
        gain = try node.double(atLeast: 0, called: "a mask gain")
      } catch {
        var error = error
        error.remedy = "give a number of at least 0, or 'balanced'"
        throw error
      }
      // 1 is no gain: the very cells of plans that never spoke of it.
      result.maskGain = gain == 1 ? nil : gain
    }
    if let node = map.optional("standardize") { result.standardizesInput = try node.bool }
    result.optimizer = try readOptimizer(map)
    result.schedule = try readSchedule(map, peak: result.learningRate, usual: result.schedule)
    return (result, try readData(map))
  }

  private static func readDecay(_ node: DocumentNode) throws(SpecificationError) -> Double {
    let value = try node.double(atLeast: 0, called: "a decay rate")
    guard value < 1 else { throw node.error("\(value) is not a decay rate", remedy: "give a number from 0 to below 1") }
    return value
  }

  /// Whether the mask gain of each cell follows from its mask ratio: where a plan says so, or names neither gain nor
  /// optimizer.
  static func balancesMaskGain(_ node: DocumentNode?) throws(SpecificationError) -> Bool {
    guard let gain = try node?.anyMapping.optional("mask_gain") else { return try !namesOptimizer(node) }
    return isBalanced(gain)
  }

  private static func namesOptimizer(_ node: DocumentNode?) throws(SpecificationError) -> Bool {
    try node?.anyMapping.optional("optimizer") != nil
  }

  private static func isBalanced(_ node: DocumentNode) -> Bool { (try? node.string) == "balanced" }

  private static func readOptimizer(_ map: DocumentMapping) throws(SpecificationError) -> Optimizer {
    let name = try map.optional("optimizer")?.choice(of: ["adam", "adamw"], called: "an optimizer") ?? "adamw"
    if name == "adam", map.optional("weight_decay") != nil {
      throw map.error(at: "weight_decay", "adam has no weight decay", remedy: "use 'optimizer: adamw'")
    }
    guard name == "adamw" else { return .adam }
    return .adamW(weightDecay: try map.optional("weight_decay")?.double(atLeast: 0, called: "a weight decay") ?? 0)
  }

  private static func readSchedule(
    _ map: DocumentMapping, peak: Double, usual: LearningRateSchedule
  ) throws(SpecificationError) -> LearningRateSchedule {
    let warmUp = try map.optional("warmup")?.double(in: 0...1, called: "a share of the steps") ?? 0.05
    let usualName = if case .linear = usual.decay { "linear" } else { "cosine" }
    let name =
      try map.optional("schedule")?.choice(of: ["linear", "cosine", "constant"], called: "a schedule") ?? usualName
    let final = map.optional("final_learning_rate")
    if name == "constant" {
      if final != nil {
        throw map.error(
          at: "final_learning_rate", "a constant schedule has no final learning rate", remedy: "remove this key")
      }
      return LearningRateSchedule(warmUp: .fraction(warmUp), decay: .constant)
    }
    let rate = try final?.double(in: 0...peak, called: "a final learning rate") ?? 0
    return LearningRateSchedule(
      warmUp: .fraction(warmUp),
      decay: name == "linear" ? .linear(finalFraction: rate / peak) : .cosine(finalFraction: rate / peak))
  }

  private static func readData(_ map: DocumentMapping) throws(SpecificationError) -> DataPlan {
    guard let node = map.optional("data") else { return .fresh }
    if node.isMapping {
      let samples = try node.mapping(keys: ["samples"]).required("samples")
      return .fixed(samples: try samples.int(in: 2...1_000_000_000, called: "a number of samples"))
    }
    guard try node.string == "fresh" else {
      throw node.error("'\(try node.string)' is not a data source", remedy: "write 'fresh' or {samples: 10000}")
    }
    return .fresh
  }
}
