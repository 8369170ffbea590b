public import HierarchicalGraphs
public import LinearAlgebra
public import Stochastics

/// The best representation of one linear encoder that serves all masks, with a decoder that knows the mask.
///
/// The reduced-rank optimum of ``LinearGaussianModel/limits(masks:widths:standardized:targets:options:key:)`` has its own encoder
/// for each mask. Here ĉ = W · (x with its masked entries set to 0) with one W for all masks, and the best linear decoder for each, so its
/// loss lies at or above the limit's: the difference is the price of sharing.
public struct SharedEncoderLimit: Sendable, Equatable {
  /// W, shape (q, D), orthonormal rows; D is the observed dimension, in grid order.
  public let encoder: Matrix<Double>
  /// The recovery from ĉ, probed per mask, and the loss.
  public let limit: GaussianLimit
  /// The alternating steps taken.
  public let iterations: Int
  /// Whether the last step lowered the loss by less than one part in 10⁷. The objective is not convex: what was reached is
  /// a stationary point, from the start that the masks' pooled regression gives.
  public let hasConverged: Bool
}

extension LinearGaussianModel {
  /// The optimum under one shared linear encoder, by alternating least squares.
  ///
  /// Given W, the decoder of each mask is a regression; given the decoders, W solves Σ_m D_mᵀD_m W Σ_m = Σ_m D_mᵀ Σ(x_m, ·),
  /// a linear system that conjugate gradients solve without forming it. The loss never increases.
  ///
  /// - Parameters:
  ///   - masks: The mask distribution; enumerated or drawn as for the limits with the same options and key.
  ///   - width: q ≥ 1.
  ///   - options: When masks are enumerated, and how many are drawn where they are not.
  ///   - iterations: The largest number of alternating steps.
  ///   - key: The randomness of the masks, where they are drawn.
  /// - Throws: `LinearAlgebraError` if the weights hold NaN or infinity, or a decomposition does not converge.
  /// - Complexity: O(masks · q · D²) for each of some 20 products a step.
  public func sharedEncoderLimit(
    masks: MaskDistribution, width: Int, options: GaussianLimitOptions = GaussianLimitOptions(), iterations: Int = 300,
    key: RandomKey
  ) throws(LinearAlgebraError) -> SharedEncoderLimit {
    precondition(width >= 1, "width \(width): at least 1")
    let regression = MaskRegression(self)
    let (sample, method) = maskSample(masks, options: options, key: key)
    var search = SharedEncoderSearch(regression, masks: sample, width: width)
    try search.start()
    var (loss, steps, hasConverged) = (try search.refitDecoders(), 0, false)
    while steps < iterations, !hasConverged {
      try search.refitEncoder()
      let next = try search.refitDecoders()
      hasConverged = loss - next <= 1e-7 * loss
      loss = next
      steps += 1
    }
    var tally = RecoveryTally(self, widths: [width])
    for (mask, weight) in sample {
      tally.add(try regression.answer(mask, encoder: search.encoder), mask: mask, weight: weight)
    }
    return SharedEncoderLimit(
      encoder: search.encoder, limit: tally.limits(method)[0], iterations: steps, hasConverged: hasConverged)
  }
}

/// The state of the alternating search. Blocks of q rows, one for each mask, are stacked, so that the products with Σ are
/// one matrix product for all masks.
private struct SharedEncoderSearch {
  let covariance: Matrix<Double>
  let isMasked: [[Bool]]
  let probabilities: [Double]
  let width: Int
  /// W, shape (q, D).
  var encoder: Matrix<Double>
  /// For each mask the decoder's transpose, shape (q, D), 0 at visible coordinates; stacked.
  var decoders: Matrix<Double>

  init(_ regression: MaskRegression, masks: [(Mask, Double)], width: Int) {
    covariance = regression.cross.columns(at: regression.columnOfRow)
    let total = masks.reduce(0) { $0 + $1.1 }
    probabilities = masks.map { $0.1 / total }
    isMasked = masks.map { mask, _ in
      regression.observedRows.enumerated().flatMap { [Bool](repeating: mask.isMasked[$0], count: $1.count) }
    }
    self.width = min(width, covariance.rows)
    encoder = Matrix(rows: self.width, columns: covariance.rows)
    decoders = Matrix(rows: self.width * masks.count, columns: covariance.rows)
  }

  /// Starts from the principal directions of Σ_m Σ(·, x_m) Σ(x_m, ·) at visible coordinates: what correlates with the masked
  /// part on average.
  mutating func start() throws(LinearAlgebraError) {
    let d = covariance.rows
    var pooled = Matrix<Double>(rows: d, columns: d)
    for (mask, probability) in zip(isMasked, probabilities) {
      var part = covariance
      part.withUnsafeMutableElements { part in
        for i in 0..<d { for j in 0..<d where !mask[i] || mask[j] { part[i * d + j] = 0 } }
      }
      part.multiply(part, transposeSelf: true, alpha: probability, beta: 1, into: &pooled)
    }
    encoder = try pooled.symmetricEigen().vectors.columns(at: (0..<width).map { d - 1 - $0 }).transposed()
  }

  /// W with the masked columns of each mask set to 0, stacked.
  private func stacked(_ encoder: Matrix<Double>) -> Matrix<Double> {
    var result = Matrix.concatenatingRows([Matrix<Double>](repeating: encoder, count: isMasked.count))
    zero(&result, where: true)
    return result
  }

  /// Sets the masked (or the visible) columns of each mask's block to 0.
  private func zero(_ matrix: inout Matrix<Double>, where side: Bool) {
    let (q, d) = (width, covariance.rows)
    matrix.withUnsafeMutableElements { elements in
      for (m, mask) in isMasked.enumerated() {
        for i in m * q..<(m + 1) * q { for j in 0..<d where mask[j] == side { elements[i * d + j] = 0 } }
      }
    }
  }

  /// The best decoder of each mask; returns the expected squared error, summed over masked coordinates.
  mutating func refitDecoders() throws(LinearAlgebraError) -> Double {
    let inputs = stacked(encoder)
    let products = inputs * covariance
    var (blocks, loss) = ([Matrix<Double>](), 0.0)
    for (m, mask) in isMasked.enumerated() {
      let range = m * width..<(m + 1) * width
      let code = products.rows(range)
      let codeCovariance = code.multiplied(by: inputs.rows(range), transposeOther: true)
      // The pseudo-inverse: a direction of ĉ without variance under this mask is not used.
      let (values, vectors) = try codeCovariance.symmetricEigen()
      var scaled = vectors
      scaled.withUnsafeMutableElements { elements in
        for j in 0..<width {
          let factor =
            values[j] > MaskRegression.eigenvalueFloor * (values.last ?? 0) && values[j] > 0 ? 1 / values[j] : 0
          for i in 0..<width { elements[i * width + j] *= factor }
        }
      }
      blocks.append(scaled.multiplied(by: vectors, transposeOther: true) * code)
      let d = covariance.rows
      code.withUnsafeElements { code in
        blocks[m].withUnsafeElements { decoder in
          for j in 0..<d where mask[j] {
            var error = covariance.storage[j * d + j]
            for i in 0..<width { error -= code[i * d + j] * decoder[i * d + j] }
            loss += probabilities[m] * error
          }
        }
      }
    }
    decoders = .concatenatingRows(blocks)
    zero(&decoders, where: false)
    return loss
  }

  /// The best encoder for the decoders, by conjugate gradients from the present one, then orthonormalised.
  mutating func refitEncoder() throws(LinearAlgebraError) {
    let (q, d) = (width, covariance.rows)
    let grams = isMasked.indices.map { m in
      let block = decoders.rows(m * q..<(m + 1) * q)
      return probabilities[m] * block.multiplied(by: block, transposeOther: true)
    }
    var target = decoders * covariance
    zero(&target, where: true)
    var right = Matrix<Double>(rows: q, columns: d)
    for m in isMasked.indices { right = right + probabilities[m] * target.rows(m * q..<(m + 1) * q) }
    func apply(_ encoder: Matrix<Double>) -> Matrix<Double> {
      var products = stacked(encoder) * covariance
      zero(&products, where: true)
      return Matrix.concatenatingColumns(grams).multiplied(by: products)
    }
    func dot(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
      zip(a.storage, b.storage).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var solution = encoder
    var residual = right - apply(solution)
    var direction = residual
    var (norm, target2) = (dot(residual, residual), 1e-16 * dot(right, right))
    target2 = max(target2, .leastNormalMagnitude)
    for _ in 0..<20 where norm > target2 {
      let image = apply(direction)
      let curvature = dot(direction, image)
      guard curvature > 0 else { break }
      let step = norm / curvature
      solution = solution + step * direction
      residual = residual - step * image
      let next = dot(residual, residual)
      direction = residual + (next / norm) * direction
      norm = next
    }
    encoder = try solution.transposed().qr().q.transposed()
  }
}
