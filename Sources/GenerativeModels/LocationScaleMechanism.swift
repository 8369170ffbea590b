internal import Glibc
internal import HierarchicalGraphs
public import LinearAlgebra

/// `value = m(parents) + exp(s(parents)) · ε`, component by component: the location-scale (heteroscedastic) noise model,
/// which keeps the direction of an edge identifiable (Immer et al. 2023; Strobl and Lasko 2023).
///
/// m and s are networks with one hidden layer. One noise component for each component of the value.
public struct LocationScaleMechanism: Mechanism {
  let location: HiddenLayer
  let logScale: HiddenLayer

  init(location: HiddenLayer, logScale: HiddenLayer) {
    precondition(location.inputs == logScale.inputs && location.outputs == logScale.outputs)
    self.location = location
    self.logScale = logScale
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { location.inputs + location.outputs }
  /// dim(node).
  public var dimension: Int { location.outputs }

  /// ε is (value − m(parents)) / exp(s(parents)); the parents are lost in the noise.
  public var invertibility: Invertibility {
    .conditional(
      why: "given the parents, ε = (value - m) / exp(s), as exp(s) > 0; the value alone does not tell its parents")
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    run(inputs, outputs, count: count) { expf($0) }
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    run(inputs, outputs, count: count) { exp($0) }
  }

  @inline(__always)
  private func run<Scalar: LinearAlgebraScalar>(
    _ inputs: UnsafeBufferPointer<Scalar>, _ outputs: UnsafeMutableBufferPointer<Scalar>, count: Int,
    exponential: (Scalar) -> Scalar
  ) {
    let (parentRows, size) = (location.inputs * count, dimension * count)
    let parents = UnsafeBufferPointer(rebasing: inputs[0..<parentRows])
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: size) { scratch in
      scratch.initialize(repeating: 0)
      logScale.evaluate(parents, into: scratch, count: count)
      location.evaluate(parents, into: outputs, count: count)
      for i in 0..<size { outputs[i] += exponential(scratch[i]) * inputs[parentRows + i] }
    }
  }
}

extension LocationScaleMechanism: NoiseInvertibleMechanism {
  /// (value − m(parents)) / exp(s(parents)).
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    let (m, s) = (location(parents), logScale(parents))
    return mapped(values) { index, value in (value - m.storage[index]) * exp(-s.storage[index]) }
  }
}

extension AdditiveNoiseMechanism: NoiseInvertibleMechanism {
  /// ε is what is left of the value without f(parents).
  public var invertibility: Invertibility {
    .conditional(
      why: "given the parents, ε = (value - f(parents)) / noise scale; the value alone does not tell its parents")
  }

  /// (value − f(parents)) / noise scale.
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    let f = HiddenLayer(hidden: hidden, biases: biases, output: output, offsets: offsets)(parents)
    return mapped(values) { index, value in (value - f.storage[index]) / noiseScale }
  }
}

/// The matrix of `body(index, element)` over all elements in row-major order.
func mapped(_ matrix: Matrix<Double>, _ body: (Int, Double) -> Double) -> Matrix<Double> {
  var result = matrix
  result.withUnsafeMutableElements { elements in
    for i in elements.indices { elements[i] = body(i, elements[i]) }
  }
  return result
}
