internal import Glibc
internal import LinearAlgebra

/// The constants of one step of Adam or AdamW, folded so that the pass over the parameters has no division by a
/// constant:  p ← decay · p − rate · m / (√v · rootCorrection + ε).
struct AdamStep: Equatable {
  /// The learning rate over 1 − β₁ᵗ.
  let rate: Double
  let beta1: Double
  let beta2: Double
  /// 1/√(1 − β₂ᵗ).
  let rootCorrection: Double
  let epsilon: Double
  /// 1 − rate · weight decay.
  let decay: Double

  /// - Parameter step: Zero-based; t = step + 1.
  init(step: Int, configuration: TrainingConfiguration) {
    let factor = configuration.schedule.factor(step: step, totalSteps: configuration.steps)
    let learningRate = configuration.learningRate * factor
    let t = Double(step + 1)
    rate = learningRate / (1 - pow(configuration.beta1, t))
    rootCorrection = 1 / (1 - pow(configuration.beta2, t)).squareRoot()
    (beta1, beta2, epsilon) = (configuration.beta1, configuration.beta2, configuration.epsilon)
    if case .adamW(let weightDecay) = configuration.optimizer {
      decay = 1 - learningRate * weightDecay
    } else {
      decay = 1
    }
  }

  /// One pass over flat buffers, whose length is a multiple of 8.
  ///
  /// - Parameter gradientFactor: Multiplies the gradient: the shortening of gradient clipping.
  func apply<Scalar: NetworkScalar>(
    parameters: UnsafeMutablePointer<Scalar>, gradients: UnsafeMutablePointer<Scalar>,
    first: UnsafeMutablePointer<Scalar>, second: UnsafeMutablePointer<Scalar>, count: Int, gradientFactor: Double
  ) {
    let (rate, epsilon, decay) = (Scalar(rate), Scalar(epsilon), Scalar(decay))
    let (beta1, beta2) = (Scalar(beta1), Scalar(beta2))
    let (gain1, gain2) = (Scalar(1 - self.beta1), Scalar(1 - self.beta2))
    let (root, clip) = (Scalar(rootCorrection), Scalar(gradientFactor))
    for index in stride(from: 0, to: count, by: 8) {
      let g = gradients.vector(index) * clip
      let m = first.vector(index) * beta1 + g * gain1
      let v = second.vector(index) * beta2 + g * g * gain2
      first.store(m, at: index)
      second.store(v, at: index)
      let change = m * rate / (v.squareRoot() * root + epsilon)
      parameters.store(parameters.vector(index) * decay - change, at: index)
    }
  }
}

/// The Euclidean norm of a flat buffer whose length is a multiple of 8; partial sums of 4096 are added up in Double.
func euclideanNorm<Scalar: NetworkScalar>(_ values: UnsafeMutablePointer<Scalar>, count: Int) -> Double {
  var total = 0.0
  for block in stride(from: 0, to: count, by: 4096) {
    var sum = SIMD8<Scalar>(repeating: 0)
    for index in stride(from: block, to: min(count, block + 4096), by: 8) {
      sum += values.vector(index) * values.vector(index)
    }
    total += Double(sum.sum())
  }
  return total.squareRoot()
}

/// The factor that shortens a gradient of a norm to at most `limit` (1 without a limit).
func clippingFactor(norm: Double, limit: Double?) -> Double {
  guard let limit, norm > limit else { return 1 }
  return limit / norm
}
