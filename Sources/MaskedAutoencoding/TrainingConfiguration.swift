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
/// 10⁻³, 5 % warm-up and cosine decay to 0, standardised input.
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

  /// The defaults.
  public init() {}

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
    if let gradientNormLimit, !(gradientNormLimit.isFinite && gradientNormLimit > 0) {
      return "gradient norm limit \(gradientNormLimit)"
    }
    if standardizationSamples <= 0 { return "\(standardizationSamples) standardisation samples" }
    if !(divergenceFactor.isFinite && divergenceFactor > 1) { return "divergence factor \(divergenceFactor)" }
    if lossInterval <= 0 { return "loss interval \(lossInterval)" }
    return schedule.problem
  }
}
