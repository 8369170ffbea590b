internal import LinearAlgebra

extension Network {
  /// Reads a batch: standardises it, hides the masked values from the encoder, gives the mask to both sides.
  ///
  /// - Parameters:
  ///   - observed: (batch, D), row-major.
  ///   - mask: (batch, D), 1 for masked and 0 for visible.
  ///   - counted: (batch, D), 1 for the masked entries that count in the loss and 0 for others; nil: all masked ones count.
  ///   - mean: (D), subtracted.
  ///   - inverseDeviation: (D), multiplied by.
  func load(
    observed: UnsafePointer<Scalar>, mask source: UnsafePointer<Scalar>, counted: UnsafePointer<Scalar>? = nil,
    mean: UnsafePointer<Scalar>, inverseDeviation: UnsafePointer<Scalar>
  ) {
    let counted = counted ?? source
    let (d, k) = (architecture.observedDimension, architecture.representationWidth)
    for row in 0..<batchSize {
      let (x, m) = (observed + row * d, source + row * d)
      let visible = encoder.inputs[0] + row * encoder.inputStrides[0]
      let encoderMask = visible + d
      let decoderMask = decoder.inputs[0] + row * decoder.inputStrides[0] + k
      let (targetRow, maskRow) = (target + row * targetStride, mask + row * targetStride)
      Scalar.standardize(
        x, mask: m, mean: mean, inverseDeviation: inverseDeviation, into: targetRow, visible: visible, count: d)
      if let columns = sharedFlags?.columns {
        for (group, column) in columns.enumerated() {
          encoderMask[group] = m[column]
          decoderMask[group] = m[column]
        }
      } else {
        encoderMask.update(from: m, count: d)
        decoderMask.update(from: m, count: d)
      }
      maskRow.update(from: counted + row * d, count: d)
    }
  }

  /// The forward pass up to the decoder's last product, which awaits its bias in ``loss(maskedCount:)``.
  func forward() {
    forward(encoder)
    // The representation's bias, on k columns in the midst of the decoder's input.
    let (bias, width) = (parameters + layout.encoder.last!.bias, architecture.representationWidth)
    let (input, stride) = (decoder.inputs[0], decoder.inputStrides[0])
    for row in 0..<batchSize {
      for column in 0..<width { input[row * stride + column] += bias[column] }
    }
    forward(decoder)
  }

  private func forward(_ stack: LayerStack) {
    for (index, layer) in stack.layers.enumerated() {
      let (target, stride) = stack.target(index)
      let weights = weights(stack, index)
      let product = MatrixProduct(
        rows: batchSize, columns: layer.outputs, depth: weights.rows, a: stack.inputs[index],
        aStride: stack.inputStrides[index], b: weights.pointer, bStride: layer.outputs, c: target, cStride: stride)
      if index + 1 < stack.layers.count {
        Scalar.multiply(
          product, activation: architecture.activation, bias: parameters + layer.bias,
          derivative: stack.derivatives.isEmpty ? nil : stack.derivatives[index])
      } else {
        Scalar.multiply(product)
      }
    }
  }

  /// The loss Σ m(ŷ − x)² / Σ m after ``forward()``, and the gradient of the output layer; m are the entries that count.
  ///
  /// - Parameter maskedCount: Σ m; if it is 0, the loss and all gradients are 0.
  func loss(maskedCount: Double) -> Double {
    let last = layout.decoder.last!
    let sum = Scalar.maskedError(
      output: decoder.output, bias: parameters + last.bias, target: target, mask: mask,
      gradientScale: maskedCount > 0 ? Scalar(2 / maskedCount) : 0, biasGradient: gradients.pointer + last.bias,
      rows: batchSize, stride: targetStride)
    return maskedCount > 0 ? sum / maskedCount : 0
  }

  /// ``prepareWeights(_:)`` of both sides.
  func prepareWeights() {
    for side in Side.allCases { prepareWeights(side) }
  }

  /// Adds up the weights of flags that enter once, and transposes those that ``backward()`` multiplies gradients by, of one
  /// side: once for all networks that share parameters, after every change of these. The sides share nothing that is written.
  func prepareWeights(_ side: Side) {
    sharedFlags?.update(side, parameters, layout)
    for layer in layout.layers(side).dropFirst() {
      Scalar.transpose(
        parameters + layer.weight, rows: layer.inputs, columns: layer.outputs, into: transposed + layer.weight)
    }
    guard side == .decoder else { return }
    // Only the k rows of the representation lead further down: the mask has no parameters above it.
    let first = layout.decoder[0]
    Scalar.transpose(
      parameters + first.weight, rows: architecture.representationWidth, columns: first.outputs,
      into: transposed + first.weight)
  }

  /// Fills `gradients` after ``loss(maskedCount:)``, once per forward pass: the output holds its own gradient by then.
  ///
  /// - Precondition: ``prepareWeights()`` has been called with the present parameters.
  func backward() {
    let (gradient, stride) = backward(decoder, decoder.output, decoder.outputStride)
    let (first, last) = (layout.decoder[0], layout.encoder.last!)
    let width = architecture.representationWidth
    Scalar.multiply(
      MatrixProduct(
        rows: batchSize, columns: width, depth: first.outputs, a: gradient, aStride: stride,
        b: transposed + first.weight, bStride: width, c: representationGradient, cStride: representationStride))
    Scalar.columnSums(
      representationGradient, into: gradients.pointer + last.bias, rows: batchSize, stride: representationStride)
    _ = backward(encoder, representationGradient, representationStride)
  }

  /// Weight and bias gradients of a stack, given the gradient with respect to its output (whose column sums are already
  /// in the last bias gradient). Returns the gradient with respect to the first layer's product.
  private func backward(
    _ stack: LayerStack, _ outputGradient: UnsafeMutablePointer<Scalar>, _ outputStride: Int
  ) -> (UnsafeMutablePointer<Scalar>, stride: Int) {
    var (gradient, stride) = (outputGradient, outputStride)
    for index in stack.layers.indices.reversed() {
      let layer = stack.layers[index]
      let target = gradients.pointer + layer.weight
      Scalar.multiply(
        MatrixProduct(
          rows: weights(stack, index).rows, columns: layer.outputs, depth: batchSize, a: stack.inputs[index],
          aStride: stack.inputStrides[index], transposesA: true, b: gradient, bStride: stride, c: target,
          cStride: layer.outputs))
      guard index > 0 else {
        sharedFlags?.spread(target + stack.values * layer.outputs, width: layer.outputs)
        break
      }
      let (below, next) = (stack.inputStrides[index], hiddenGradients[index % 2])
      Scalar.multiply(
        MatrixProduct(
          rows: batchSize, columns: layer.inputs, depth: layer.outputs, a: gradient, aStride: stride,
          b: transposed + layer.weight, bStride: layer.inputs, c: next, cStride: below),
        differentiating: architecture.activation,
        source: stack.derivatives.isEmpty ? stack.inputs[index] : stack.derivatives[index - 1],
        biasGradient: gradients.pointer + stack.layers[index - 1].bias)
      (gradient, stride) = (next, below)
    }
    return (gradient, stride)
  }
}
