import GenerativeModels
import LinearAlgebra
import Stochastics

/// `value = W · (parents, ε) + gain · sin(W · (parents, ε))`, component by component; strictly increasing in each component
/// of W · (parents, ε) as long as gain < 1, and so invertible wherever W is.
struct SineMixing: Mechanism {
  let weights: Matrix<Double>
  let gain: Double

  var inputDimension: Int { weights.columns }
  var dimension: Int { weights.rows }

  var invertibility: Invertibility {
    guard gain < 1 else { return .none(why: "u + gain sin u is not monotone for gain >= 1") }
    return weights.rows >= weights.columns
      ? .exact(why: "u + gain sin u is strictly increasing for gain < 1, and W has full column rank")
      : .conditional(why: "W maps \(weights.columns) inputs to \(weights.rows)")
  }

  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    run(inputs, outputs, count)
  }

  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    run(inputs, outputs, count)
  }

  private func run<Scalar: BinaryFloatingPoint>(
    _ inputs: UnsafeBufferPointer<Scalar>, _ outputs: UnsafeMutableBufferPointer<Scalar>, _ count: Int
  ) {
    for i in 0..<dimension {
      for s in 0..<count {
        var u: Scalar = 0
        for j in 0..<inputDimension { u += Scalar(weights[i, j]) * inputs[j * count + s] }
        outputs[i * count + s] = u + Scalar(gain) * Scalar(sine(Double(u)))
      }
    }
  }
}

/// Data files can hold it.
extension SineMixing: StorableMechanism {
  static let storageKind = "sine-mixing"

  var storedParameters: StoredParameters {
    StoredParameters(kind: Self.storageKind, tensors: [.init("weights", weights), .init("gain", gain)])
  }

  init(_ stored: StoredParameters) throws(ModelStorageError) {
    self.init(weights: try stored.matrix("weights"), gain: try stored.number("gain"))
  }
}

/// The family: Gaussian weights with rows of unit norm.
struct SineMixingFamily: MechanismSource {
  let gain: Double

  func mechanism(for node: MechanismSite, using stream: inout RandomStream) throws(ModelError) -> any Mechanism {
    guard gain >= 0 else {
      throw .invalidParameter(name: "gain", value: "\(gain)", remedy: "give at least 0")
    }
    var weights = Matrix<Double>(rows: node.dimension, columns: node.inputDimension)
    for i in 0..<weights.rows {
      let row = (0..<weights.columns).map { _ in stream.gaussian() }
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for j in 0..<weights.columns { weights[i, j] = row[j] / norm }
    }
    return SineMixing(weights: weights, gain: gain)
  }
}
