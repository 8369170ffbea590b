/// The rule that turns gradients into steps.
public enum Optimizer: Hashable, Codable, Sendable {
  /// Adam (Kingma & Ba 2015).
  case adam
  /// Adam with decoupled weight decay (Loshchilov & Hutter 2019): every parameter is first multiplied by
  /// 1 − rate · `weightDecay`. As in PyTorch, biases decay too.
  case adamW(weightDecay: Double)
}

/// Everything about a training except the network's shape, the data and the seed.
///
/// The defaults are those of the published mask-ratio experiment: 6000 steps of 512 samples, AdamW without decay at
/// 10⁻³, 5 % warm-up and cosine decay to 0, standardised input. ``fast(maskRatio:)`` needs fewer steps.
public struct TrainingConfiguration: Hashable, Codable, Sendable {
  /// The length of the training; the schedule is stretched over it.
  public var steps = 6000
  /// Samples a step.
  public var batchSize = 512
  /// The rule that turns gradients into steps.
  public var optimizer = Optimizer.adamW(weightDecay: 0)
  /// The peak learning rate.
  public var learningRate = 1e-3
  /// The decay of the mean of gradients.
  public var beta1 = 0.9
  /// The decay of the mean of squared gradients.
  public var beta2 = 0.999
  /// Added to the root of the mean square.
  public var epsilon = 1e-8
  /// The learning rate's course.
  public var schedule = LearningRateSchedule()
  /// The largest Euclidean norm of the whole gradient; longer ones are shortened to it. Nil for no clipping.
  public var gradientNormLimit: Double?
  /// Whether columns are centred and scaled to unit variance before they enter; the loss is then in standardised units.
  public var standardizesInput = true
  /// How many samples the means and deviations are estimated from (whole batches, so possibly more).
  public var standardizationSamples = 4096
  /// A training whose loss exceeds this multiple of the first non-zero loss has diverged.
  public var divergenceFactor = 1e4
  /// The loss history has one entry, a mean, for this many steps.
  public var lossInterval = 50
  /// Multiplies the encoder's initial weights on its D mask inputs; nil for 1.
  ///
  /// With a share r of the columns masked, the visible values of a standardised sample bring a first hidden unit the
  /// variance σ²D(1 − r) and the mask, which varies around its mean, g²σ²Dr(1 − r). g = 1/√r (``balancedMaskGain(ratio:)``)
  /// makes them equal, so that units differ in what they do with a mask from the first step on.
  public var maskGain: Double?

  /// The defaults.
  public init() {}

  /// The settings that reach a loss in the fewest steps, with recovery that is as good to within .01 in most trainings
  /// (measured in `docs/performance.md`): 2000 steps, AdamW without decay at 5·10⁻³, 5 % warm-up and linear decay to 0.
  ///
  /// - Parameter maskRatio: The masked share of the columns, for the balanced mask gain; nil leaves the gain at 1.
  public static func fast(maskRatio: Double? = nil) -> TrainingConfiguration {
    var result = TrainingConfiguration()
    result.steps = 2000
    result.learningRate = 5e-3
    result.schedule = LearningRateSchedule(decay: .linear(finalFraction: 0))
    result.maskGain = maskRatio.map { balancedMaskGain(ratio: $0) }
    return result
  }

  /// The mask gain 1/√r that gives mask and visible values the same say in the first hidden layer.
  ///
  /// - Precondition: 0 < ratio ≤ 1.
  public static func balancedMaskGain(ratio: Double) -> Double {
    precondition(ratio > 0 && ratio <= 1, "mask ratio \(ratio)")
    return (1 / ratio).squareRoot()
  }

  /// Traps on values that no training can have.
  func validate() {
    if let problem { preconditionFailure(problem) }
  }

  /// What is wrong with the values, or nil; for callers that must not trap on what a file held.
  var problem: String? {
    if steps < 0 { return "\(steps) steps" }
    if batchSize <= 0 { return "batch size \(batchSize)" }
    if !(learningRate.isFinite && learningRate >= 0) { return "learning rate \(learningRate)" }
    if !(beta1 >= 0 && beta1 < 1) { return "beta1 \(beta1)" }
    if !(beta2 >= 0 && beta2 < 1) { return "beta2 \(beta2)" }
    if !(epsilon.isFinite && epsilon > 0) { return "epsilon \(epsilon)" }
    if case .adamW(let decay) = optimizer, !(decay.isFinite && decay >= 0) { return "weight decay \(decay)" }
    if let maskGain, !(maskGain.isFinite && maskGain >= 0) { return "mask gain \(maskGain)" }
    if let gradientNormLimit, !(gradientNormLimit.isFinite && gradientNormLimit > 0) {
      return "gradient norm limit \(gradientNormLimit)"
    }
    if standardizationSamples <= 0 { return "\(standardizationSamples) standardisation samples" }
    if !(divergenceFactor.isFinite && divergenceFactor > 1) { return "divergence factor \(divergenceFactor)" }
    if lossInterval <= 0 { return "loss interval \(lossInterval)" }
    return schedule.problem
  }
}

extension TrainingConfiguration: CustomStringConvertible {
  /// All values by name, as Swift itself would write them, but without the settings of later versions where they are nil:
  /// the identity of a cell hangs on this text, and a plan that does not speak of them keeps its cells.
  public var description: String {
    let fields = Mirror(reflecting: self).children.compactMap { child -> String? in
      let text = String(reflecting: child.value)
      return Self.laterFields.contains(child.label!) && text == "nil" ? nil : "\(child.label!): \(text)"
    }
    return "TrainingConfiguration(\(fields.joined(separator: ", ")))"
  }

  private static let laterFields: Set<String> = ["maskGain"]
}
