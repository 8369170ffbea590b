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

extension Matrix where Scalar == Double {
  /// The matrix beside itself with its rows in another order: row i is row i and then row `order[i]`; shape (rows, 2 · columns).
  func besideItself(in order: [Int]) -> Matrix {
    precondition(order.count == rows && order.allSatisfy { $0 >= 0 && $0 < rows }, "an order of other rows")
    let width = columns
    return withUnsafeElements { source in
      Matrix(rows: rows, columns: 2 * width) { target in
        guard width > 0 else { return }
        for (row, other) in order.enumerated() {
          let place = target.baseAddress! + 2 * row * width
          place.initialize(from: source.baseAddress! + row * width, count: width)
          (place + width).initialize(from: source.baseAddress! + other * width, count: width)
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
  guard columns > 0 else { return sums }
  sums.withUnsafeMutableBufferPointer { sums in
    left.withUnsafeElements { a in
      right.withUnsafeElements { b in
        for start in stride(from: 0, to: a.count, by: columns) {
          let (sums, x, y) = (sums.baseAddress!, a.baseAddress! + start, b.baseAddress! + start)
          for j in 0..<columns { sums[j] += x[j] * y[j] }
        }
      }
    }
  }
  return sums
}

/// Adds Σ (y − ŷ)² over the rows to the sum of each column, for predictions ŷ in single precision; equal shapes.
func addSquaredErrors(of predictions: Matrix<Float>, _ targets: Matrix<Double>, to sums: inout [Double]) {
  let columns = targets.columns
  precondition(
    predictions.rows == targets.rows && predictions.columns == columns && sums.count == columns,
    "errors of different shapes")
  guard columns > 0 else { return }
  sums.withUnsafeMutableBufferPointer { sums in
    predictions.withUnsafeElements { a in
      targets.withUnsafeElements { b in
        for start in stride(from: 0, to: b.count, by: columns) {
          let (sums, x, y) = (sums.baseAddress!, a.baseAddress! + start, b.baseAddress! + start)
          for j in 0..<columns {
            let error = y[j] - Double(x[j])
            sums[j] += error * error
          }
        }
      }
    }
  }
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

  /// Each column times its factor.
  func columnsScaled(by factors: [Double]) -> Matrix {
    standardised(means: [Double](repeating: 0, count: columns), factors: factors)
  }

  /// The mean of each column.
  func columnMeans() -> [Double] { columnMoments().sums.map { $0 / Double(rows) } }

  /// Subtracts the same row from every row.
  mutating func subtractRow(_ row: [Double]) {
    precondition(row.count == columns, "a row of \(row.count) from (\(rows), \(columns))")
    let (rows, columns) = (rows, columns)
    withUnsafeMutableElements { x in
      for i in 0..<rows { for j in 0..<columns { x[i * columns + j] -= row[j] } }
    }
  }

  /// All rows but those of a range, copied.
  func rows(excluding range: Range<Int>) -> Matrix {
    .concatenatingRows([rows(0..<range.lowerBound), rows(range.upperBound..<rows)])
  }

  /// Copies the lower triangle of a square matrix, without the rows and columns of a range, and adds to the diagonal; the
  /// strict upper triangle of `target` is left as it is.
  func copyLowerTriangle(excluding range: Range<Int>, addingToDiagonal added: Double, into target: inout Matrix) {
    let (width, kept) = (columns, columns - range.count)
    precondition(rows == width && target.rows == kept && target.columns == kept, "a triangle of another shape")
    withUnsafeElements { source in
      target.withUnsafeMutableElements { target in
        for i in 0..<kept {
          let row = source.baseAddress! + (i < range.lowerBound ? i : i + range.count) * width
          let line = target.baseAddress! + i * kept
          let left = min(i + 1, range.lowerBound)
          line.update(from: row, count: left)
          if i >= range.lowerBound { (line + left).update(from: row + range.upperBound, count: i + 1 - left) }
          line[i] += added
        }
      }
    }
  }
}
