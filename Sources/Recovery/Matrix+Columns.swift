internal import LinearAlgebra

// Bulk column operations on row-major matrices that the probes share.

extension Matrix where Scalar == Double {
  /// `self += factor · other`; equal shapes.
  mutating func add(_ other: Matrix, times factor: Double) {
    precondition(rows == other.rows && columns == other.columns, "sum of different shapes")
    let count = rows * columns
    other.withUnsafeElements { source in
      withUnsafeMutableElements { target in
        for i in 0..<count { target[i] += factor * source[i] }
      }
    }
  }

  /// Writes the columns of `source` to the given columns of `self`.
  mutating func setColumns(_ indices: [Int], _ source: Matrix) {
    precondition(rows == source.rows && indices.count == source.columns, "columns of different shapes")
    let (rows, columns) = (rows, columns)
    source.withUnsafeElements { source in
      withUnsafeMutableElements { target in
        for i in 0..<rows {
          for (j, column) in indices.enumerated() { target[i * columns + column] = source[i * indices.count + j] }
        }
      }
    }
  }
}

/// The column sums of the element-wise product of two equally shaped matrices.
func columnProducts(_ left: Matrix<Double>, _ right: Matrix<Double>) -> [Double] {
  precondition(left.rows == right.rows && left.columns == right.columns, "products of different shapes")
  let columns = left.columns
  var sums = [Double](repeating: 0, count: columns)
  left.withUnsafeElements { a in
    right.withUnsafeElements { b in
      for i in 0..<left.rows { for j in 0..<columns { sums[j] += a[i * columns + j] * b[i * columns + j] } }
    }
  }
  return sums
}

extension Matrix where Scalar == Double {
  /// All columns but those of a range, copied.
  func columns(excluding range: Range<Int>) -> Matrix {
    var result = Matrix(rows: rows, columns: columns - range.count)
    let (width, kept) = (columns, columns - range.count)
    withUnsafeElements { source in
      result.withUnsafeMutableElements { target in
        for i in 0..<rows {
          for j in 0..<range.lowerBound { target[i * kept + j] = source[i * width + j] }
          for j in range.lowerBound..<kept { target[i * kept + j] = source[i * width + j + range.count] }
        }
      }
    }
    return result
  }

  /// The mean of each column.
  func columnMeans() -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    withUnsafeElements { x in
      for i in 0..<rows { for j in 0..<columns { sums[j] += x[i * columns + j] } }
    }
    return sums.map { $0 / Double(rows) }
  }

  /// Subtracts the same row from every row.
  mutating func subtractRow(_ row: [Double]) {
    precondition(row.count == columns, "a row of \(row.count) from (\(rows), \(columns))")
    let (rows, columns) = (rows, columns)
    withUnsafeMutableElements { x in
      for i in 0..<rows { for j in 0..<columns { x[i * columns + j] -= row[j] } }
    }
  }

  /// The squared length of each row.
  func rowSquares() -> [Double] {
    withUnsafeElements { x in
      (0..<rows).map { i in
        var sum = 0.0
        for j in 0..<columns { sum += x[i * columns + j] * x[i * columns + j] }
        return sum
      }
    }
  }
}
