import LinearAlgebra
import Testing

@Suite struct MatrixTests {
  static let shapes: [(Int, Int)] = [(0, 0), (0, 3), (3, 0), (1, 1), (1, 7), (7, 1), (33, 31), (64, 32), (65, 129)]

  @Test("Element (i, j) is stored at i · columns + j, through every way in and out")
  func layout() {
    let rows = Matrix<Double>([[1, 2, 3], [4, 5, 6]])
    #expect(rows.storage == [1, 2, 3, 4, 5, 6])
    #expect(rows[1, 0] == 4)
    #expect(rows.row(1) == [4, 5, 6])
    #expect(rows.column(2) == [3, 6])
    #expect(rows == Matrix(rows: 2, columns: 3, storage: [1, 2, 3, 4, 5, 6]))
    #expect(Matrix<Double>.identity(2) == Matrix([[1, 0], [0, 1]]))
    #expect(Matrix<Float>(rows: 2, columns: 2, repeating: 3).storage == [3, 3, 3, 3])
    #expect(rows.withUnsafeElements { Array($0) } == rows.storage)
  }

  @Test("A write to a copy leaves the original alone")
  func valueSemantics() {
    let original = Matrix<Double>([[1, 2]])
    var copy = original
    copy[0, 1] = 5
    copy.withUnsafeMutableElements { $0[0] = 7 }
    #expect(original.storage == [1, 2])
    #expect(copy.storage == [7, 5])
  }

  @Test("The transpose swaps indices at every shape, also across block borders", arguments: shapes)
  func transposition(shape: (Int, Int)) {
    let matrix = randomMatrix(shape.0, shape.1, seed: 1)
    #expect(matrix.transposed() == naiveTranspose(matrix))
    #expect(matrix.float.transposed().double == naiveTranspose(matrix.float.double))
    #expect(matrix.transposed().transposed() == matrix)
  }

  @Test("Rows and columns, by range and by index, are those asked for", arguments: shapes)
  func selection(shape: (Int, Int)) {
    let matrix = randomMatrix(shape.0, shape.1, seed: 2)
    let (rows, columns) = (shape.0 / 3..<shape.0, 0..<shape.1 / 2)
    let (rowIndices, columnIndices) = (Array(rows).reversed() as [Int], [Int](columns.reversed()) + columns)
    let byRange = matrix.rows(rows).columns(columns)
    #expect((byRange.rows, byRange.columns) == (rows.count, columns.count))
    for (i, row) in rows.enumerated() { #expect(byRange.row(i) == columns.map { matrix[row, $0] }) }
    let byIndex = matrix.rows(at: rowIndices).columns(at: columnIndices)
    #expect((byIndex.rows, byIndex.columns) == (rowIndices.count, columnIndices.count))
    for (i, row) in rowIndices.enumerated() { #expect(byIndex.row(i) == columnIndices.map { matrix[row, $0] }) }
  }

  @Test("Parts cut from a matrix and joined again give it back", arguments: shapes)
  func concatenation(shape: (Int, Int)) {
    let matrix = randomMatrix(shape.0, shape.1, seed: 3)
    let (row, column) = (shape.0 / 2, shape.1 / 3)
    #expect(Matrix.concatenatingRows([matrix.rows(0..<row), matrix.rows(row..<shape.0)]) == matrix)
    #expect(Matrix.concatenatingColumns([matrix.columns(0..<column), matrix.columns(column..<shape.1)]) == matrix)
    #expect(Matrix<Double>.concatenatingRows([]) == Matrix(rows: 0, columns: 0))
  }

  @Test("One NaN or infinity anywhere is seen, in any position modulo the vector width", arguments: 0..<21)
  func finiteness(position: Int) {
    for bad in [Double.nan, .infinity, -.infinity] {
      var matrix = randomMatrix(3, 7, seed: 4)
      #expect(matrix.isFinite)
      #expect(matrix.float.isFinite)
      matrix[position / 7, position % 7] = bad
      #expect(!matrix.isFinite)
      #expect(!matrix.float.isFinite)
    }
  }

  @Test("The largest finite numbers are finite, and an empty matrix is")
  func finitenessOfExtremes() {
    #expect(Matrix<Double>(rows: 3, columns: 5, repeating: .greatestFiniteMagnitude).isFinite)
    #expect(Matrix<Float>(rows: 3, columns: 5, repeating: -.greatestFiniteMagnitude).isFinite)
    #expect(Matrix<Double>(rows: 0, columns: 5).isFinite)
  }

  @Test("Conversion to single precision rounds and back is exact")
  func precision() {
    let matrix = randomMatrix(5, 9, seed: 5)
    #expect(matrix.float.storage == matrix.storage.map { Float($0) })
    #expect(matrix.float.double.storage == matrix.storage.map { Double(Float($0)) })
  }
}
