internal import CKernels

/// The passes of a network with one hidden layer in double precision, y = f(x W₁ + b₁) W₂ + b₂, over rows of matrices.
///
/// All parameters are one array: W₁ (inputs, width), b₁ (width), W₂ transposed (outputs, width), b₂ (outputs), and gradients and
/// moments alike. Units beyond the network's own, which make whole vectors of a row, are zero and stay so.
package struct HiddenLayerPasses: Sendable {
  private let layer: strata_hidden_layer
  /// The places of a hidden layer's units in a row of parameters.
  package var width: Int { layer.hidden }
  /// The number of parameters.
  package var count: Int { (layer.inputs + 1 + layer.outputs) * width + layer.outputs }

  /// - Parameters:
  ///   - isRectified: Whether f is max(0, x), of derivative 0 at 0, and not the hyperbolic tangent.
  ///   - isPortable: Whether to use no instructions beyond the oldest processor's: for comparison.
  package init(inputs: Int, hidden: Int, outputs: Int, isRectified: Bool, isPortable: Bool = false) {
    let multiple = strata_hidden_multiple
    layer = strata_hidden_layer(
      inputs: inputs, hidden: (hidden + multiple - 1) / multiple * multiple, outputs: outputs,
      is_rectified: isRectified ? 1 : 0, is_portable: isPortable ? 1 : 0)
  }

  /// Memory for ``gradients(_:_:_:rows:scale:decay:into:scratch:)``.
  package var scratch: [Double] {
    withUnsafePointer(to: layer) { [Double](repeating: 0, count: strata_hidden_scratch($0)) }
  }

  /// Outputs, shape (n, q), for x of shape (n, k).
  ///
  /// - Complexity: O(n · width · (k + q)).
  package func outputs(_ parameters: [Double], _ x: Matrix<Double>) -> Matrix<Double> {
    precondition(x.columns == layer.inputs, "\(x.columns) columns for \(layer.inputs) inputs")
    precondition(parameters.count == count, "\(parameters.count) parameters of \(count)")
    var (result, scratch) = (Matrix<Double>(rows: x.rows, columns: layer.outputs), scratch)
    withUnsafePointer(to: layer) { layer in
      x.withUnsafeElements { source in
        result.withUnsafeMutableElements {
          strata_hidden_outputs(layer, parameters, source.baseAddress, x.rows, $0.baseAddress, &scratch)
        }
      }
    }
    return result
  }

  /// Gradients of ½ scale Σ (output − y)² over some rows, and of ½ decay (‖W₁‖² + ‖W₂‖²).
  ///
  /// - Parameters:
  ///   - x: Shape (n, k).
  ///   - y: Shape (n, q).
  ///   - rows: Below n.
  /// - Returns: Σ (output − y)².
  /// - Complexity: O(rows · width · (k + q)).
  package func gradients(
    _ parameters: [Double], _ x: Matrix<Double>, _ y: Matrix<Double>, rows: ArraySlice<Int>, scale: Double,
    decay: Double, into gradients: inout [Double], scratch: inout [Double]
  ) -> Double {
    precondition(x.columns == layer.inputs && y.columns == layer.outputs && x.rows == y.rows, "rows of another shape")
    precondition(parameters.count == count && gradients.count == count, "parameters of another shape")
    precondition(
      scratch.count >= withUnsafePointer(to: layer) { strata_hidden_scratch($0) }, "scratch of another shape")
    precondition(rows.allSatisfy { $0 >= 0 && $0 < x.rows }, "rows beyond \(x.rows)")
    return withUnsafePointer(to: layer) { layer in
      x.withUnsafeElements { x in
        y.withUnsafeElements { y in
          rows.withUnsafeBufferPointer { rows in
            strata_hidden_gradients(
              layer, parameters, x.baseAddress, y.baseAddress, rows.baseAddress, rows.count, scale, decay, &gradients,
              &scratch)
          }
        }
      }
    }
  }

  /// A step of Adam (Kingma & Ba 2015) with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸: moments, then parameters −= rate · m / (√v + ε).
  ///
  /// - Complexity: O(count).
  package func stepAdam(
    _ parameters: inout [Double], against gradients: [Double], first: inout [Double], second: inout [Double],
    rate: Double
  ) {
    precondition(
      [parameters.count, gradients.count, first.count, second.count].allSatisfy { $0 == count }, "another shape")
    withUnsafePointer(to: layer) { strata_hidden_adam($0, &parameters, gradients, &first, &second, rate) }
  }
}
