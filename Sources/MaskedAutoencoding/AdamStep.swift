internal import Glibc
internal import LinearAlgebra

/// The constants of one step of Adam or AdamW, folded so that the pass over the parameters has no division by a
/// constant:  p ← decay · p − rate · m / (√v · rootCorrection + ε).
package struct AdamStep: Equatable {
  /// The learning rate over 1 − β₁ᵗ.
  package let rate: Double
  package let beta1: Double
  package let beta2: Double
  /// 1/√(1 − β₂ᵗ).
  package let rootCorrection: Double
  package let epsilon: Double
  /// 1 − rate · weight decay.
  package let decay: Double

  /// - Parameter step: Zero-based; t = step + 1.
  package init(step: Int, configuration: TrainingConfiguration) {
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
}

/// The Euclidean norm of a flat buffer, or of the sum of two of a size, added up in Double.
func euclideanNorm(_ values: UnsafePointer<Float>, adding others: UnsafePointer<Float>? = nil, count: Int) -> Double {
  var total = 0.0
  for index in 0..<count {
    let value = Double(others.map { values[index] + $0[index] } ?? values[index])
    total += value * value
  }
  return total.squareRoot()
}

/// The factor that shortens a gradient of a norm to at most `limit` (1 without a limit).
func clippingFactor(norm: Double, limit: Double?) -> Double {
  guard let limit, norm > limit else { return 1 }
  return limit / norm
}
