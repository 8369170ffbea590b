internal import Glibc
internal import Stochastics

extension ParameterLayout {
  /// The flat initial parameters: weights and biases of a layer with `n` inputs uniform on (−1/√n, 1/√n), which is the
  /// default of PyTorch's `Linear`. Every tensor has its own stream, `key.child("initialization").child(tensor name)`.
  ///
  /// - Parameter maskGain: Multiplies the encoder's initial weights on the D mask columns, which are the lower half of its
  ///   first matrix.
  func initialParameters(key: RandomKey, maskGain: Double = 1) -> [Float] {
    let key = key.child("initialization")
    var values = [Float](repeating: 0, count: count)
    for layer in encoder + decoder {
      let bound = 1 / Double(layer.inputs).squareRoot()
      for place in tensors where place.offset == layer.weight || place.offset == layer.bias {
        var stream = RandomStream(key.child(place.name))
        for index in 0..<place.count {
          values[place.offset + index] = Float((2 * stream.uniform() - 1) * bound)
        }
      }
    }
    if maskGain != 1 {
      let first = encoder[0]
      let end = first.weight + first.inputs * first.outputs
      for index in (first.weight + first.inputs / 2 * first.outputs)..<end {
        values[index] = Float(Double(values[index]) * maskGain)
      }
    }
    return values
  }
}
