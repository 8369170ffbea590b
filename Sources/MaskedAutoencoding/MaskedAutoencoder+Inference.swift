public import LinearAlgebra

extension MaskedAutoencoder {
  /// Rows that go through the network at a time: large enough for BLAS, small enough for the cache.
  private static let chunkRows = 512

  /// The representation of samples of which the encoder sees the visible values only.
  ///
  /// Masked entries of `observed` are never read into a product: they may hold anything, NaN included.
  ///
  /// - Parameters:
  ///   - observed: Shape (n, D), in the units of the training data.
  ///   - masked: Shape (n, D); 0 is visible, anything else masked.
  /// - Returns: Shape (n, k).
  /// - Complexity: O(n · encoder parameters); memory O(n·k) and a buffer of fixed size.
  public func encode(observed: Matrix<Float>, masked: Matrix<Float>) -> Matrix<Float> {
    precondition(
      masked.rows == observed.rows && masked.columns == observed.columns,
      "mask of shape (\(masked.rows), \(masked.columns)) for values (\(observed.rows), \(observed.columns))")
    return masked.withUnsafeElements { flags in
      encode(observed) { row in flags.baseAddress! + row * observed.columns }
    }
  }

  /// The representation under one mask for all samples, that of ``encode(observed:masked:)`` to rounding: the first layer's sums over
  /// masked values are zero, those over the mask's flags the same for all samples, and neither is added up for each.
  ///
  /// - Parameters:
  ///   - observed: Shape (n, D), in the units of the training data.
  ///   - maskedColumns: D flags, `true` for the columns of masked observables.
  /// - Returns: Shape (n, k).
  public func encode(observed: Matrix<Float>, maskedColumns: [Bool]) -> Matrix<Float> {
    precondition(
      maskedColumns.count == observed.columns, "\(maskedColumns.count) flags for \(observed.columns) columns")
    let d = architecture.observedDimension
    precondition(observed.columns == d, "\(observed.columns) columns, not \(d)")
    let visible = maskedColumns.indices.filter { !maskedColumns[$0] }
    guard !visible.isEmpty else {
      return encode(observed: observed, masked: Matrix(rows: observed.rows, columns: d, repeating: 1))
    }
    let (layers, parameters) = encoder(seeing: visible, of: maskedColumns)
    let (mean, inverseDeviation) = (standardization.mean, standardization.inverseDeviation)
    return observed.withUnsafeElements { values in
      run(layers, of: parameters, rows: observed.rows) { row, input in
        let x = values.baseAddress! + row * d
        for (place, column) in visible.enumerated() {
          input[place] = (x[column] - mean[column]) * inverseDeviation[column]
        }
      } output: { _ in
      }
    }
  }

  /// The encoder of one mask: its first layer takes the visible values only, and has the weights of the mask's flags in its bias.
  private func encoder(
    seeing visible: [Int], of maskedColumns: [Bool]
  ) -> (layers: [DenseLayer], parameters: [Float]) {
    let first = layout.encoder[0]
    func weights(_ input: Int) -> ArraySlice<Float> {
      flatParameters[first.weight + input * first.outputs..<first.weight + (input + 1) * first.outputs]
    }
    var bias = Array(flatParameters[first.bias..<first.bias + roundedUp(first.outputs, to: 16)])
    for column in maskedColumns.indices where maskedColumns[column] {
      for (unit, weight) in weights(architecture.observedDimension + column).enumerated() { bias[unit] += weight }
    }
    // Every tensor begins at a multiple of 16, as in the layout.
    var parameters = flatParameters + bias
    let start = parameters.count
    for column in visible { parameters += weights(column) }
    let layer = DenseLayer(
      inputs: visible.count, outputs: first.outputs, weight: start, bias: flatParameters.count)
    return ([layer] + layout.encoder.dropFirst(), parameters)
  }

  /// The decoder's values for all observables, visible ones included.
  ///
  /// - Parameters:
  ///   - representation: Shape (n, k).
  ///   - masked: Shape (n, D); 0 is visible, anything else masked.
  /// - Returns: Shape (n, D), in the units of the training data.
  /// - Complexity: O(n · decoder parameters).
  public func reconstruct(representation: Matrix<Float>, masked: Matrix<Float>) -> Matrix<Float> {
    let (d, k) = (architecture.observedDimension, architecture.representationWidth)
    precondition(representation.columns == k, "representation of width \(representation.columns), not \(k)")
    precondition(
      masked.rows == representation.rows && masked.columns == d,
      "mask of shape (\(masked.rows), \(masked.columns)), not (\(representation.rows), \(d))")
    let (mean, deviation) = (standardization.mean, standardization.deviation)
    return masked.withUnsafeElements { flags in
      representation.withUnsafeElements { values in
        run(layout.decoder, rows: representation.rows) { row, input in
          input.update(from: values.baseAddress! + row * k, count: k)
          for column in 0..<d { input[k + column] = flags[row * d + column] == 0 ? 0 : 1 }
        } output: { output in
          for column in 0..<d { output[column] = output[column] * deviation[column] + mean[column] }
        }
      }
    }
  }

  /// The loss that the training minimises, on given samples: squared error per masked entry, in standardised units; 0 if
  /// nothing is masked.
  ///
  /// - Parameters:
  ///   - observed: Shape (n, D), in the units of the training data.
  ///   - masked: Shape (n, D); 0 is visible, anything else masked.
  public func maskedLoss(observed: Matrix<Float>, masked: Matrix<Float>) -> Double {
    let predicted = reconstruct(representation: encode(observed: observed, masked: masked), masked: masked)
    var (sum, count) = (0.0, 0.0)
    observed.withUnsafeElements { x in
      predicted.withUnsafeElements { y in
        masked.withUnsafeElements { m in
          for index in x.indices where m[index] != 0 {
            let scale = standardization.deviation[index % observed.columns]
            let error = Double((y[index] - x[index]) / scale)
            sum += error * error
            count += 1
          }
        }
      }
    }
    return count > 0 ? sum / count : 0
  }

  private func encode(_ observed: Matrix<Float>, flags: (Int) -> UnsafePointer<Float>) -> Matrix<Float> {
    let d = architecture.observedDimension
    precondition(observed.columns == d, "\(observed.columns) columns, not \(d)")
    let (mean, inverseDeviation) = (standardization.mean, standardization.inverseDeviation)
    return observed.withUnsafeElements { values in
      run(layout.encoder, rows: observed.rows) { row, input in
        let (x, m) = (values.baseAddress! + row * d, flags(row))
        for column in 0..<d {
          let visible = m[column] == 0
          input[column] = visible ? (x[column] - mean[column]) * inverseDeviation[column] : 0
          input[d + column] = visible ? 0 : 1
        }
      } output: { _ in
      }
    }
  }

  /// Runs `rows` samples through a stack in chunks.
  ///
  /// - Parameters:
  ///   - layers: Their places in `flat`.
  ///   - flat: Parameters; the model's if nil.
  ///   - fill: Writes the input of a sample.
  ///   - output: Changes the output row of a sample in place.
  private func run(
    _ layers: [DenseLayer], of flat: [Float]? = nil, rows: Int, fill: (Int, UnsafeMutablePointer<Float>) -> Void,
    output: (UnsafeMutablePointer<Float>) -> Void
  ) -> Matrix<Float> {
    let (width, last) = (layers.last!.outputs, layers.count - 1)
    var result = Matrix<Float>(rows: rows, columns: width)
    guard rows > 0 else { return result }
    let strides = layers.map { roundedUp($0.inputs, to: 8) } + [roundedUp(width, to: 8)]
    let chunk = min(rows, Self.chunkRows)
    let size = chunk * (strides.max() ?? 0)
    let even = AlignedBuffer<Float>(count: size)
    let odd = AlignedBuffer<Float>(count: size)
    let flat = flat ?? flatParameters
    let parameters = AlignedBuffer<Float>(count: flat.count)
    parameters.pointer.update(from: flat, count: flat.count)
    // As in training, whatever the thread did before.
    BLASRuntime.flushingDenormals {
      result.withUnsafeMutableElements { elements in
        for start in stride(from: 0, to: rows, by: chunk) {
          let count = min(chunk, rows - start)
          var (input, target) = (even.pointer, odd.pointer)
          for row in 0..<count { fill(start + row, input + row * strides[0]) }
          for (index, layer) in layers.enumerated() {
            let product = MatrixProduct<Float>(
              rows: count, columns: layer.outputs, depth: layer.inputs, a: input, aStride: strides[index],
              b: parameters.pointer + layer.weight, bStride: layer.outputs, c: target, cStride: strides[index + 1])
            let bias = parameters.pointer + layer.bias
            // The last layer has no nonlinearity, which is a leaky ReLU of slope 1.
            Float.multiply(
              product, activation: index == last ? .leakyReLU(slope: 1) : architecture.activation, bias: bias,
              derivative: nil)
            (input, target) = (target, input)
          }
          for row in 0..<count {
            let values = input + row * strides[layers.count]
            output(values)
            (elements.baseAddress! + (start + row) * width).update(from: values, count: width)
          }
        }
      }
    }
    return result
  }
}
