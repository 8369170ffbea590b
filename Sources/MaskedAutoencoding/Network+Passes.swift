internal import LinearAlgebra

extension Network {
  /// Reads a batch: standardises it, hides the masked values from the encoder, gives the mask to both sides.
  ///
  /// - Parameters:
  ///   - observed: (batch, D), row-major.
  ///   - mask: (batch, D), 1 for masked and 0 for visible.
  ///   - mean: (D), subtracted.
  ///   - inverseDeviation: (D), multiplied by.
  /// - Returns: The number of masked entries.
  func load(
    observed: UnsafePointer<Scalar>, mask source: UnsafePointer<Scalar>, mean: UnsafePointer<Scalar>,
    inverseDeviation: UnsafePointer<Scalar>
  ) -> Double {
    let (d, k) = (architecture.observedDimension, architecture.representationWidth)
    var masked: Scalar = 0
    var total = 0.0
    for row in 0..<batchSize {
      let (x, m) = (observed + row * d, source + row * d)
      let visible = encoder.inputs[0] + row * encoder.inputStrides[0]
      let encoderMask = visible + d
      let decoderMask = decoder.inputs[0] + row * decoder.inputStrides[0] + k
      let (targetRow, maskRow) = (target + row * targetStride, mask + row * targetStride)
      for column in 0..<d {
        let value = (x[column] - mean[column]) * inverseDeviation[column]
        targetRow[column] = value
        // A selection, not a product: NaN · 0 is NaN.
        visible[column] = m[column] == 0 ? value : 0
      }
      encoderMask.update(from: m, count: d)
      decoderMask.update(from: m, count: d)
      maskRow.update(from: m, count: d)
      masked = 0
      for column in 0..<d { masked += m[column] }
      total += Double(masked)
    }
    return total
  }

  /// The forward pass up to the decoder's last product, which awaits its bias in ``loss(maskedCount:)``.
  func forward() {
    switch architecture.activation {
    case .gelu: forward(GELUKernel())
    case .leakyReLU(let slope): forward(LeakyReLUKernel(slope: Scalar(slope)))
    case .tanh: forward(TanhKernel())
    }
  }

  private func forward<Kernel: ActivationKernel<Scalar>>(_ kernel: Kernel) {
    forward(encoder, kernel)
    // The representation's bias, on k columns in the midst of the decoder's input.
    let (bias, width) = (parameters.pointer + layout.encoder.last!.bias, architecture.representationWidth)
    let (input, stride) = (decoder.inputs[0], decoder.inputStrides[0])
    for row in 0..<batchSize {
      for column in 0..<width { input[row * stride + column] += bias[column] }
    }
    forward(decoder, kernel)
  }

  private func forward<Kernel: ActivationKernel<Scalar>>(_ stack: LayerStack, _ kernel: Kernel) {
    for (index, layer) in stack.layers.enumerated() {
      Scalar.gemm(
        transposeA: false, transposeB: false, m: batchSize, n: layer.outputs, k: layer.inputs, alpha: 1,
        a: stack.inputs[index], lda: stack.inputStrides[index], b: parameters.pointer + layer.weight,
        ldb: layer.outputs, beta: 0, c: stack.outputs[index], ldc: stack.outputStrides[index])
      guard index + 1 < stack.layers.count else { return }
      activateForTraining(
        kernel, preactivation: stack.outputs[index], bias: parameters.pointer + layer.bias,
        output: stack.inputs[index + 1], rows: batchSize, stride: stack.outputStrides[index])
    }
  }

  /// The loss Σ m(ŷ − x)² / Σ m after ``forward()``, and the gradient of the output layer.
  ///
  /// - Parameter maskedCount: Σ m; if it is 0, the loss and all gradients are 0.
  func loss(maskedCount: Double) -> Double {
    let last = layout.decoder.last!
    let sum = maskedSquaredError(
      output: decoder.outputs.last!, bias: parameters.pointer + last.bias, target: target, mask: mask,
      gradientScale: maskedCount > 0 ? Scalar(2 / maskedCount) : 0, biasGradient: gradients.pointer + last.bias,
      rows: batchSize, stride: targetStride)
    return maskedCount > 0 ? sum / maskedCount : 0
  }

  /// Fills `gradients` after ``loss(maskedCount:)``. Derivatives replace preactivations, so once per forward pass.
  func backward() {
    backward(decoder)
    // Only the k columns of the representation lead further down: the mask has no parameters above it.
    let (first, last) = (layout.decoder[0], layout.encoder.last!)
    Scalar.gemm(
      transposeA: false, transposeB: true, m: batchSize, n: architecture.representationWidth, k: first.outputs,
      alpha: 1, a: decoder.outputs[0], lda: decoder.outputStrides[0], b: parameters.pointer + first.weight,
      ldb: first.outputs, beta: 0, c: representationGradient, ldc: representationStride)
    columnSums(
      representationGradient, into: gradients.pointer + last.bias, rows: batchSize, stride: representationStride)
    backward(encoder, representationGradient, representationStride)
  }

  private func backward(_ stack: LayerStack) { backward(stack, stack.outputs.last!, stack.outputStrides.last!) }

  /// Weight and bias gradients of a stack, given the gradient with respect to its output (whose column sums are already
  /// in the last bias gradient).
  private func backward(_ stack: LayerStack, _ outputGradient: UnsafeMutablePointer<Scalar>, _ outputStride: Int) {
    var (gradient, stride) = (outputGradient, outputStride)
    for index in stack.layers.indices.reversed() {
      let layer = stack.layers[index]
      Scalar.gemm(
        transposeA: true, transposeB: false, m: layer.inputs, n: layer.outputs, k: batchSize, alpha: 1,
        a: stack.inputs[index], lda: stack.inputStrides[index], b: gradient, ldb: stride, beta: 0,
        c: gradients.pointer + layer.weight, ldc: layer.outputs)
      guard index > 0 else { return }
      let below = stack.outputStrides[index - 1]
      Scalar.gemm(
        transposeA: false, transposeB: true, m: batchSize, n: layer.inputs, k: layer.outputs, alpha: 1,
        a: gradient, lda: stride, b: parameters.pointer + layer.weight, ldb: layer.outputs, beta: 0,
        c: upstream, ldc: below)
      scaleByDerivative(
        derivative: stack.outputs[index - 1], upstream: upstream,
        biasGradient: gradients.pointer + stack.layers[index - 1].bias, rows: batchSize, stride: below)
      (gradient, stride) = (stack.outputs[index - 1], below)
    }
  }
}
