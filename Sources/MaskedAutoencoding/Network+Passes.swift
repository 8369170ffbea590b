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
      encoderMask.update(from: m, count: d)
      decoderMask.update(from: m, count: d)
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
      Scalar.gemm(
        transposeA: false, transposeB: false, m: batchSize, n: layer.outputs, k: layer.inputs, alpha: 1,
        a: stack.inputs[index], lda: stack.inputStrides[index], b: parameters + layer.weight,
        ldb: layer.outputs, beta: 0, c: target, ldc: stride)
      guard index + 1 < stack.layers.count else { return }
      Scalar.activate(
        architecture.activation, target, bias: parameters + layer.bias,
        derivative: stack.derivatives.isEmpty ? nil : stack.derivatives[index], rows: batchSize, stride: stride)
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

  /// Fills `gradients` after ``loss(maskedCount:)``, once per forward pass: the output holds its own gradient by then.
  func backward() {
    let (gradient, stride) = backward(decoder, decoder.output, decoder.outputStride)
    // Only the k columns of the representation lead further down: the mask has no parameters above it.
    let (first, last) = (layout.decoder[0], layout.encoder.last!)
    Scalar.gemm(
      transposeA: false, transposeB: true, m: batchSize, n: architecture.representationWidth, k: first.outputs,
      alpha: 1, a: gradient, lda: stride, b: parameters + first.weight, ldb: first.outputs, beta: 0,
      c: representationGradient, ldc: representationStride)
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
      Scalar.gemm(
        transposeA: true, transposeB: false, m: layer.inputs, n: layer.outputs, k: batchSize, alpha: 1,
        a: stack.inputs[index], lda: stack.inputStrides[index], b: gradient, ldb: stride, beta: 0,
        c: gradients.pointer + layer.weight, ldc: layer.outputs)
      guard index > 0 else { break }
      let below = stack.inputStrides[index]
      Scalar.gemm(
        transposeA: false, transposeB: true, m: batchSize, n: layer.inputs, k: layer.outputs, alpha: 1,
        a: gradient, lda: stride, b: parameters + layer.weight, ldb: layer.outputs, beta: 0,
        c: upstream, ldc: below)
      Scalar.differentiate(
        architecture.activation, upstream: upstream,
        source: stack.derivatives.isEmpty ? stack.inputs[index] : stack.derivatives[index - 1], into: hiddenGradient,
        biasGradient: gradients.pointer + stack.layers[index - 1].bias, rows: batchSize, stride: below)
      (gradient, stride) = (hiddenGradient, below)
    }
    return (gradient, stride)
  }
}
