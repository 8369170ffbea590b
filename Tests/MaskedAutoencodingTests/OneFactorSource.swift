import Glibc
import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Stochastics

/// Fresh samples x_j = a_j z + √(1 − a_j²) e_j of one standard Gaussian factor, so that cov(x_i, x_j) = a_i a_j for i ≠ j.
struct OneFactorSource: BatchSource {
  let loadings: [Float]
  /// 1 for masked columns; nil for independent halves.
  let mask: [Float]?
  let key: RandomKey
  var scale: Float = 1
  var shift: Float = 0
  /// The column whose flag another one takes; nil for flags of its own.
  var flagOf: [Int]?

  var maskGroups: [Int] { flagOf ?? Array(loadings.indices) }

  var observedDimension: Int { loadings.count }

  func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
  ) {
    let (d, key) = (loadings.count, key.child(step))
    let noise = Distribution.gaussian.samples(batchSize * (d + 1), key: key)
    var stream = RandomStream(key.child("mask"))
    for row in 0..<batchSize {
      let z = noise[row * (d + 1)]
      for j in 0..<d {
        let a = loadings[j]
        let x = a * z + (1 - a * a).squareRoot() * noise[row * (d + 1) + 1 + j]
        observed[row * d + j] = x * scale + shift
        mask[row * d + j] = self.mask?[j] ?? (stream.uniform() < 0.5 ? 1 : 0)
      }
      if let flagOf {
        for j in 0..<d { mask[row * d + j] = mask[row * d + flagOf[j]] }
      }
    }
  }

  /// One batch as matrices.
  func batch(step: Int, rows: Int) -> (observed: Matrix<Float>, mask: Matrix<Float>) {
    var observed = Matrix<Float>(rows: rows, columns: loadings.count)
    var mask = observed
    observed.withUnsafeMutableElements { observed in
      mask.withUnsafeMutableElements { fill(step: step, batchSize: rows, observed: observed, mask: $0) }
    }
    return (observed, mask)
  }
}

/// A small training configuration: constant rate, no standardisation.
func smallConfiguration(steps: Int, batchSize: Int, lossInterval: Int = 10) -> TrainingConfiguration {
  var configuration = TrainingConfiguration()
  configuration.steps = steps
  configuration.batchSize = batchSize
  configuration.optimizer = .adam
  configuration.schedule = LearningRateSchedule(warmUp: .steps(0), decay: .constant)
  configuration.standardizesInput = false
  configuration.lossInterval = lossInterval
  return configuration
}

extension Checkpoint {
  /// The tensors whose names begin with a prefix, in file order.
  func values(prefix: String, of architecture: AutoencoderArchitecture) -> [[Float]] {
    architecture.parameterShapes.map { shape in tensors.first { $0.name == prefix + shape.name }!.values }
  }
}

extension Trainer {
  /// Its whole state, bit for bit.
  var bits: [[UInt32]] { checkpoint().tensors.map { $0.values.map(\.bitPattern) } }
}

/// Waits until a condition holds, half a minute at most.
func wait(until condition: () -> Bool) {
  for _ in 0..<300_000 {
    if condition() { return }
    usleep(100)
  }
}
