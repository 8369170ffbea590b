internal import HierarchicalGraphs
internal import Identifiability
internal import LinearAlgebra
internal import MaskedAutoencoding

/// A start from the Gaussian limit, which was tried: the initial network computes, among random units whose outputs are
/// damped, the best linear encoder of one number of a linear-Gaussian model and its linear decoder.
///
/// Over masks of independent flags with ratio r, the masked x_j on visible values is a regression with the moments
/// A = Σ ∘ ((1 − r)² off the diagonal, 1 − r on it) and C = (1 − r) · (Σ without its diagonal). One encoder w for all j is the
/// first vector of the reduced-rank regression: A⁻¹CCᵀw = λw. A unit pair gelu(z) − gelu(−z) = z passes it on exactly.
enum LinearStart {
  /// What the last weights of the random units of both sides are multiplied by.
  static let damping: Float = 0.1

  /// A training of the same settings and seed at step 0, that starts there.
  ///
  /// - Precondition: width 1, scalar observables, two hidden layers, GELU.
  static func trainer(_ trainer: Trainer, model: LinearGaussianModel, ratio: Double) throws -> Trainer {
    let (encoder, decoder) = try directions(model, ratio: ratio)
    let start = trainer.checkpoint()
    let tensors = start.tensors.map { tensor in
      var values = tensor.values
      guard tensor.shape.count == 2 else { return tensor }
      let (inputs, outputs) = (tensor.shape[0], tensor.shape[1])
      func set(_ input: Int, _ output: Int, _ value: Float) { values[input * outputs + output] = value }
      switch tensor.name {
      case "encoder.0.weight":
        for column in 0..<inputs {
          let weight = column < encoder.count ? encoder[column] : 0
          set(column, 0, weight)
          set(column, 1, -weight)
        }
      case "decoder.0.weight":
        for column in 0..<inputs {
          set(column, 0, column == 0 ? 1 : 0)
          set(column, 1, column == 0 ? -1 : 0)
        }
      case "encoder.1.weight", "decoder.1.weight":
        for unit in 0..<inputs {
          let sign: Float = unit == 0 ? 1 : unit == 1 ? -1 : 0
          set(unit, 0, sign)
          set(unit, 1, -sign)
        }
      case "encoder.2.weight", "decoder.2.weight":
        for unit in 0..<inputs {
          for output in 0..<outputs {
            let passed = tensor.name == "encoder.2.weight" ? 1 : decoder[output]
            let sign: Float = unit == 0 ? 1 : -1
            set(unit, output, unit < 2 ? sign * passed : Self.damping * values[unit * outputs + output])
          }
        }
      default: break
      }
      return NamedTensor(name: tensor.name, shape: tensor.shape, values: values)
    }
    return try Trainer(resuming: Checkpoint(tensors: tensors, metadata: start.metadata))
  }

  /// The encoder's weights, with representations of variance 1, and the decoder's.
  private static func directions(
    _ model: LinearGaussianModel, ratio: Double
  ) throws -> (encoder: [Float], decoder: [Float]) {
    let rows = model.graph.observables.map { model.valueRanges[$0].lowerBound }
    let all = model.covariance
    let d = rows.count
    var (a, c) = (Matrix<Double>(rows: d, columns: d), Matrix<Double>(rows: d, columns: d))
    let visible = 1 - ratio
    for i in 0..<d {
      for j in 0..<d {
        a[i, j] = all[rows[i], rows[j]] * (i == j ? visible : visible * visible)
        c[i, j] = i == j ? 0 : all[rows[i], rows[j]] * visible
      }
    }
    var w = Matrix(rows: d, columns: 1, storage: [Double](repeating: 1, count: d))
    for _ in 0..<200 {
      w = try a.solve(c.multiplied(by: c.multiplied(by: w, transposeSelf: true)))
      let variance = w.multiplied(by: a.multiplied(by: w), transposeSelf: true)[0, 0]
      w = 1 / variance.squareRoot() * w
    }
    let decoder = c.multiplied(by: w, transposeSelf: true)
    return ((0..<d).map { Float(w[$0, 0]) }, (0..<d).map { Float(decoder[$0, 0]) })
  }
}
