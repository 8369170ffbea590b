internal import CKernels

/// Memory whose pages are touched only where they are used, unlike an array's, all of which has to be initialised.
final class SinglePrecisionBlock: @unchecked Sendable {
  // Written by the one system or factor that holds it, before anything reads it.
  let start: UnsafeMutablePointer<Float>

  init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Float.self, capacity: max(count, 1))
    if bytes >= 8 << 20 { strata_prefer_large_pages(start, bytes) }
  }

  /// The lower triangle of a square matrix without the rows and columns of a range, row-major.
  convenience init(_ matrix: Matrix<Double>, excluding range: Range<Int>) {
    precondition(matrix.rows == matrix.columns, "square matrix of shape (\(matrix.rows), \(matrix.columns))")
    precondition(range.lowerBound >= 0 && range.upperBound <= matrix.rows, "rows \(range) of \(matrix.rows)")
    let (width, kept) = (matrix.columns, matrix.columns - range.count)
    self.init(count: kept * kept)
    matrix.withUnsafeElements { source in
      for i in 0..<kept {
        let row = source.baseAddress! + (i < range.lowerBound ? i : i + range.count) * width
        let line = start + i * kept
        let left = min(i + 1, range.lowerBound)
        for j in 0..<left { line[j] = Float(row[j]) }
        for j in left..<i + 1 { line[j] = Float(row[j + range.count]) }
      }
    }
  }

  deinit { UnsafeMutableRawPointer(start).deallocate() }
}

/// A symmetric positive semidefinite matrix A in single precision: for systems (A + added · I)·X = B that need no more than
/// seven digits, or are refined to more.
public struct SinglePrecisionSystem: ~Copyable, Sendable {
  /// An approximate solution and how good it is.
  public struct Solution: Sendable, Equatable {
    /// X, shape (n, m).
    public let values: Matrix<Double>
    /// For each column, the length of B − (A + added · I)·X, and for rounding 2⁻²¹ of the length of B and of X times A's largest row sum.
    public let residuals: [Double]
  }

  /// The order of A.
  public let order: Int
  /// Row-major; the lower triangle, and the rest of the blocks on the diagonal.
  let entries: SinglePrecisionBlock
  private let preconditioner: NystroemPreconditioner?

  /// A system of no rows, where none is needed.
  public static var empty: SinglePrecisionSystem { SinglePrecisionSystem(order: 0, rightColumns: 0) { _ in } }

  /// A without the rows and columns of a range; only the lower triangle is read.
  ///
  /// - Parameters:
  ///   - matrix: A, shape (n, n).
  ///   - range: Positions of rows and columns; none if empty.
  ///   - rightColumns: How many columns right-hand sides will have: for many, a factorization is the quicker way.
  /// - Complexity: O(n²), and O(n·r²) for a preconditioner of r ≤ n / 12 columns.
  public init(_ matrix: Matrix<Double>, excluding range: Range<Int> = 0..<0, rightColumns: Int) {
    self.init(
      SinglePrecisionBlock(matrix, excluding: range), order: matrix.rows - range.count, rightColumns: rightColumns)
  }

  /// A matrix whose lower triangle `fill` writes, row-major.
  init(order: Int, rightColumns: Int, fill: (UnsafeMutablePointer<Float>) -> Void) {
    let entries = SinglePrecisionBlock(count: order * order)
    if order > 0 { fill(entries.start) }
    self.init(entries, order: order, rightColumns: rightColumns)
  }

  private init(_ entries: SinglePrecisionBlock, order: Int, rightColumns: Int) {
    (self.entries, self.order) = (entries, order)
    Self.completeDiagonalBlocks(entries.start, order: order)
    // Ten steps of 2n² for each column, at half a factorization's rate, against its n³/3.
    let iterates = 100 * rightColumns <= max(order, 100)
    preconditioner = iterates ? NystroemPreconditioner(entries, order: order) : nil
  }

  /// Solves (A + added · I)·X = B, by conjugate gradients where they are quick and by `factor` elsewhere, and measures the result.
  ///
  /// - Parameters:
  ///   - right: B, shape (n, m), of numbers that single precision can hold.
  ///   - added: Finite and ≥ 0.
  ///   - tolerance: How short, relative to B's column, residuals shall be where that is up to us.
  ///   - factor: A factor of the sum, made only where it is needed.
  /// - Returns: Nil where there is neither.
  /// - Complexity: O(n²·m) for each of up to 40 steps, or that of a factorization.
  public func approximateSolution(
    _ right: Matrix<Double>, addingToDiagonal added: Double, tolerance: Double, factor: () -> SinglePrecisionFactor?
  ) -> Solution? {
    let values =
      conjugateGradients(addingToDiagonal: added)?.solve(right, tolerance: tolerance) ?? factor()?.solve(right)
    return values.map { Solution(values: $0, residuals: residuals(right, $0, added: added)) }
  }

  /// The iteration that solves (A + added · I)·X = B, or nil where it would take longer than a factorization.
  package func conjugateGradients(addingToDiagonal added: Double) -> ConjugateGradients? {
    // On average the eigenvalues that the preconditioner leaves are no larger than what is added: some ten steps do.
    guard let preconditioner, preconditioner.meanRest <= added, let inverse = preconditioner.inverse(added: added)
    else { return nil }
    return ConjugateGradients(entries: entries, order: order, added: Float(added), inverse: inverse)
  }

  /// The Cholesky factor of A + added · I in A's place.
  package consuming func factored(addingToDiagonal added: Double) -> SinglePrecisionFactor? {
    SinglePrecisionFactor(consuming: entries, order: order, addingToDiagonal: added)
  }

  private func residuals(_ right: Matrix<Double>, _ solution: Matrix<Double>, added: Double) -> [Double] {
    let m = right.columns
    // A column of ones beside X: its product is the row sums.
    let ones = Matrix<Double>(rows: order, columns: 1, repeating: 1)
    let factors = Matrix.concatenatingColumns([solution, ones]).storage.map(Float.init)
    var product = [Float](repeating: 0, count: factors.count)
    Self.multiply(entries, factors, order: order, columns: m + 1, into: &product)
    let none = [Double](repeating: 0, count: m)
    var (lengths, sizes, targets) = (none, none, none)
    // At least the largest eigenvalue, for entries that are not negative.
    var largestRowSum = 0.0
    for i in 0..<order {
      for j in 0..<m {
        let (b, x) = (right.storage[i * m + j], solution.storage[i * m + j])
        let residual = b - added * x - Double(product[i * (m + 1) + j])
        lengths[j] += residual * residual
        sizes[j] += x * x
        targets[j] += b * b
      }
      largestRowSum = max(largestRowSum, Double(product[i * (m + 1) + m]))
    }
    return (0..<m).map { j in
      lengths[j].squareRoot() + 0x1p-21 * (largestRowSum * sizes[j].squareRoot() + targets[j].squareRoot())
    }
  }

  /// The upper triangles of the blocks on the diagonal that ``multiply(_:_:order:columns:into:)`` takes whole.
  private static func completeDiagonalBlocks(_ entries: UnsafeMutablePointer<Float>, order: Int) {
    for i in 0..<order {
      for j in i + 1..<max(min(i / panelHeight * panelHeight + panelHeight, order), i + 1) {
        entries[i * order + j] = entries[j * order + i]
      }
    }
  }

  private static let panelHeight = 64

  /// result ← A·X, row-major (n, columns), some rows of the lower triangle at a time: each entry comes from memory once and serves twice.
  static func multiply(
    _ entries: SinglePrecisionBlock, _ x: [Float], order: Int, columns m: Int, into result: inout [Float]
  ) {
    result.withUnsafeMutableBufferPointer { result in
      x.withUnsafeBufferPointer { x in
        guard order > 0, let x = x.baseAddress, let result = result.baseAddress else { return }
        result.update(repeating: 0, count: order * m)
        for first in stride(from: 0, to: order, by: panelHeight) {
          let end = min(first + panelHeight, order)
          let panel = UnsafePointer(entries.start) + first * order
          Float.gemm(
            transposeA: false, transposeB: false, m: end - first, n: m, k: end, alpha: 1, a: panel, lda: order, b: x,
            ldb: m, beta: 1, c: result + first * m, ldc: m)
          guard first > 0 else { continue }
          Float.gemm(
            transposeA: true, transposeB: false, m: first, n: m, k: end - first, alpha: 1, a: panel, lda: order,
            b: x + first * m, ldb: m, beta: 1, c: result, ldc: m)
        }
      }
    }
  }
}
