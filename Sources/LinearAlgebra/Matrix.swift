internal import CKernels

/// A dense row-major matrix with value semantics.
///
/// Goals, in this order: shapes that cannot be confused (every operation checks them), storage that C libraries can
/// take without a copy, speed. Element (i, j) is stored at `i * columns + j`.
public struct Matrix<Scalar: LinearAlgebraScalar>: Sendable, Equatable {
  /// Number of rows (samples, in a data matrix).
  public let rows: Int
  /// Number of columns (features, in a data matrix).
  public let columns: Int
  /// The elements, row by row; `storage.count == rows * columns`.
  public internal(set) var storage: [Scalar]

  /// A matrix filled with one value.
  ///
  /// - Precondition: `rows >= 0 && columns >= 0`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init(rows: Int, columns: Int, repeating value: Scalar = 0) {
    precondition(rows >= 0 && columns >= 0, "matrix of shape (\(rows), \(columns))")
    self.rows = rows
    self.columns = columns
    storage = Array(repeating: value, count: rows * columns)
  }

  /// A matrix over given row-major elements.
  ///
  /// - Precondition: `storage.count == rows * columns`.
  public init(rows: Int, columns: Int, storage: [Scalar]) {
    precondition(
      storage.count == rows * columns, "\(storage.count) elements for a matrix of shape (\(rows), \(columns))")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix whose elements are written by `body`, without being zeroed before; large ones on large pages.
  ///
  /// - Parameters:
  ///   - rows: At least 0.
  ///   - columns: At least 0.
  ///   - body: Writes the rows · columns elements that it is given; those that it leaves hold unspecified numbers.
  public init(rows: Int, columns: Int, initializingWith body: (UnsafeMutableBufferPointer<Scalar>) -> Void) {
    precondition(rows >= 0 && columns >= 0, "matrix of shape (\(rows), \(columns))")
    self.rows = rows
    self.columns = columns
    let count = rows * columns
    storage = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = count * MemoryLayout<Scalar>.stride
      if bytes >= 8 << 20 { strata_prefer_large_pages(buffer.baseAddress, bytes) }
      body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  /// A matrix from its rows; all must have the same length.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init(_ rowList: [[Scalar]]) {
    let columns = rowList.first?.count ?? 0
    precondition(rowList.allSatisfy { $0.count == columns }, "rows of different lengths")
    self.init(rows: rowList.count, columns: columns, storage: rowList.flatMap { $0 })
  }

  /// The identity of a given order.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func identity(_ order: Int) -> Matrix {
    var result = Matrix(rows: order, columns: order)
    for i in 0..<order { result[i, i] = 1 }
    return result
  }

  /// Element access. Bounds-checked; in hot loops take whole rows or buffers instead.
  public subscript(row: Int, column: Int) -> Scalar {
    get {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "(\(row), \(column)) outside (\(rows), \(columns))")
      return storage[row * columns + column]
    }
    set {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "(\(row), \(column)) outside (\(rows), \(columns))")
      storage[row * columns + column] = newValue
    }
  }

  /// One row, copied.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func row(_ index: Int) -> [Scalar] { Array(storage[index * columns..<(index + 1) * columns]) }

  /// One column, copied.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func column(_ index: Int) -> [Scalar] { (0..<rows).map { storage[$0 * columns + index] } }

  /// Calls `body` with the row-major elements in place, for bulk reading.
  @inlinable
  public func withUnsafeElements<Result>(_ body: (UnsafeBufferPointer<Scalar>) throws -> Result) rethrows -> Result {
    try storage.withUnsafeBufferPointer(body)
  }

  /// Calls `body` with the row-major elements in place, for bulk writing.
  public mutating func withUnsafeMutableElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    try storage.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// Whether every element is finite. O(rows · columns).
  public var isFinite: Bool {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    get {
      storage.withUnsafeBufferPointer { buffer in
        // x * 0 is 0 for finite x and NaN otherwise; eight sums let the loop vectorise.
        var sums = SIMD8<Scalar>(repeating: 0)
        let whole = buffer.count & ~7
        var index = 0
        while index < whole {
          for lane in 0..<8 { sums[lane] += buffer[index + lane] * 0 }
          index += 8
        }
        while index < buffer.count {
          sums[0] += buffer[index] * 0
          index += 1
        }
        return sums.sum() == 0
      }
    }
  }
}

extension Matrix {
  /// The transpose, copied. O(rows · columns), blocked so that both sides stay in cache.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func transposed() -> Matrix {
    var result = Matrix(rows: columns, columns: rows)
    let (rows, columns) = (rows, columns)
    storage.withUnsafeBufferPointer { source in
      result.storage.withUnsafeMutableBufferPointer { target in
        transposeBlocked(source.baseAddress, rows, columns, target.baseAddress)
      }
    }
    return result
  }

  /// The rows in a half-open range, copied.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func rows(_ range: Range<Int>) -> Matrix {
    Matrix(
      rows: range.count, columns: columns,
      storage: Array(storage[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// The given rows in the given order, copied.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func rows(at indices: [Int]) -> Matrix {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "rows beyond the \(rows) there are")
    let width = columns
    return Matrix(rows: indices.count, columns: width) { target in
      for (row, index) in indices.enumerated() {
        copyRectangle(self, index * width, into: target, row * width, stride: width, rows: 1, columns: width)
      }
    }
  }

  /// The columns in a half-open range, copied.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(rows: rows, columns: range.count) {
      copyRectangle(self, range.lowerBound, into: $0, 0, stride: range.count, rows: rows, columns: range.count)
    }
  }

  /// The given columns in the given order, copied.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func columns(at indices: [Int]) -> Matrix {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < columns }, "columns beyond the \(columns) there are")
    var result = Matrix(rows: rows, columns: indices.count)
    let (rows, width) = (rows, columns)
    withUnsafeElements { source in
      result.withUnsafeMutableElements { target in
        for i in 0..<rows {
          for (j, index) in indices.enumerated() { target[i * indices.count + j] = source[i * width + index] }
        }
      }
    }
    return result
  }

  /// Matrices side by side; all must have the same number of rows.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func concatenatingColumns(_ parts: [Matrix]) -> Matrix {
    let rows = parts.first?.rows ?? 0
    precondition(parts.allSatisfy { $0.rows == rows }, "concatenating columns of matrices with different row counts")
    let columns = parts.reduce(0) { $0 + $1.columns }
    return Matrix(rows: rows, columns: columns) { target in
      var next = 0
      for part in parts {
        copyRectangle(part, 0, into: target, next, stride: columns, rows: rows, columns: part.columns)
        next += part.columns
      }
    }
  }

  /// Matrices on top of each other; all must have the same number of columns.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func concatenatingRows(_ parts: [Matrix]) -> Matrix {
    let columns = parts.first?.columns ?? 0
    precondition(
      parts.allSatisfy { $0.columns == columns }, "concatenating rows of matrices with different column counts")
    return Matrix(rows: parts.reduce(0) { $0 + $1.rows }, columns: columns, storage: parts.flatMap(\.storage))
  }
}

/// Copies a rectangle of a matrix, from its element `from` on, to memory whose rows are `stride` apart, from its element `to` on.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func copyRectangle<Scalar: LinearAlgebraScalar>(
  _ source: Matrix<Scalar>, _ from: Int, into target: UnsafeMutableBufferPointer<Scalar>, _ to: Int, stride: Int,
  rows: Int, columns: Int
) {
  guard rows > 0, columns > 0 else { return }
  source.storage.withUnsafeBufferPointer { elements in
    for i in 0..<rows {
      let (read, write) = (elements.baseAddress! + from + i * source.columns, target.baseAddress! + to + i * stride)
      // Calls cost more than a few elements.
      if columns < 8 {
        for j in 0..<columns { (write + j).initialize(to: read[j]) }
      } else {
        write.initialize(from: read, count: columns)
      }
    }
  }
}

extension Matrix where Scalar == Float {
  /// The same values in double precision.
  public var double: Matrix<Double> { Matrix<Double>(rows: rows, columns: columns, storage: storage.map(Double.init)) }
}

extension Matrix where Scalar == Double {
  /// The values rounded to single precision.
  public var float: Matrix<Float> { Matrix<Float>(rows: rows, columns: columns, storage: storage.map(Float.init)) }
}
