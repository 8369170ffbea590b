import Foundation
import LinearAlgebra
import Testing

@Suite struct MatrixFactorizationsTests {
  /// Backward errors are measured relative to the largest magnitude of the input; LAPACK's are a small multiple of
  /// n · 2⁻⁵³ ≈ 1e-14 for the orders here.
  static let backward = 1e-13
  static let orders = [1, 2, 5, 33, 64]
  static let tall = [(1, 1), (5, 1), (7, 7), (40, 13), (65, 64)]

  private func relative(_ error: Matrix<Double>, _ reference: Matrix<Double>) -> Double {
    error.maximumMagnitude / max(reference.maximumMagnitude, 1e-300)
  }

  @Test("L·Lᵀ gives the matrix back, at condition numbers up to 1e12", arguments: orders, [1, 1e6, 1e12])
  func cholesky(order: Int, condition: Double) throws {
    let eigenvalues = (0..<order).map { pow(condition, -Double($0) / Double(max(order - 1, 1))) }
    let a = try symmetricMatrix(eigenvalues: eigenvalues, seed: 3)
    let l = try a.choleskyFactor()
    #expect(relative(naiveProduct(l, naiveTranspose(l)) - a, a) < Self.backward)
    for i in 0..<order {
      #expect(l[i, i] > 0)
      for j in i + 1..<max(order, i + 1) { #expect(l[i, j] == 0) }
    }
  }

  @Test("Only the lower triangle counts for Cholesky and the eigendecomposition")
  func lowerTriangle() throws {
    let a = try symmetricMatrix(eigenvalues: [1, 2, 3, 4], seed: 5)
    var broken = a
    for i in 0..<4 { for j in i + 1..<4 { broken[i, j] = 99 } }
    #expect(try broken.choleskyFactor() == a.choleskyFactor())
    #expect(try broken.symmetricEigen().values == a.symmetricEigen().values)
  }

  @Test("Cholesky, triangular and LU solves reproduce the right-hand side", arguments: orders)
  func solves(order: Int) throws {
    let a = try symmetricMatrix(eigenvalues: (1...order).map { Double($0) }, seed: 7)
    let x = randomMatrix(order, 3, seed: 8)
    let b = naiveProduct(a, x)
    let l = try a.choleskyFactor()
    #expect(relative(l.choleskySolve(b) - x, x) < 1e-11)
    #expect(relative(try a.solve(b) - x, x) < 1e-11)
    #expect(relative(naiveProduct(l, l.lowerTriangularSolve(b)) - b, b) < Self.backward)
    let lt = naiveTranspose(l)
    #expect(relative(naiveProduct(lt, l.lowerTriangularSolve(b, transposed: true)) - b, b) < Self.backward)
    let general = randomMatrix(order, order, seed: 9) + 3.0 * Matrix.identity(order)
    #expect(relative(naiveProduct(general, try general.solve(b)) - b, b) < 1e-12)
  }

  @Test("An ill-conditioned LU solve still has a small residual")
  func hilbert() throws {
    var hilbert = Matrix<Double>(rows: 10, columns: 10)
    for i in 0..<10 { for j in 0..<10 { hilbert[i, j] = 1 / Double(i + j + 1) } }
    let b = randomMatrix(10, 2, seed: 1)
    let x = try hilbert.solve(b)
    // Condition 1.6e13: the solution may be wrong in its third digit, the residual relative to ‖A‖‖x‖ may not.
    let residual = (naiveProduct(hilbert, x) - b).maximumMagnitude / (x.maximumMagnitude * 3)
    #expect(residual < 1e-15)
  }

  @Test("Eigenvalues are found, ascending, with orthonormal eigenvectors", arguments: orders)
  func eigen(order: Int) throws {
    let expected = (0..<order).map { Double($0 - order / 2) }
    let a = try symmetricMatrix(eigenvalues: expected.reversed(), seed: 11)
    let (values, vectors) = try a.symmetricEigen()
    for (value, reference) in zip(values, expected) { #expect(abs(value - reference) < 1e-12 * Double(order)) }
    #expect(
      (naiveProduct(a, vectors) - naiveProduct(vectors, diagonal(values))).maximumMagnitude < 1e-12 * Double(order))
    #expect((naiveProduct(naiveTranspose(vectors), vectors) - .identity(order)).maximumMagnitude < Self.backward)
  }

  @Test("U·S·Vᵀ gives the matrix back for tall and wide shapes", arguments: tall, [false, true])
  func svd(shape: (Int, Int), wide: Bool) throws {
    let a = wide ? randomMatrix(shape.1, shape.0, seed: 13) : randomMatrix(shape.0, shape.1, seed: 13)
    let (u, values, vt) = try a.singularValueDecomposition()
    let rank = min(shape.0, shape.1)
    #expect((u.rows, u.columns, vt.rows, vt.columns) == (a.rows, rank, rank, a.columns))
    #expect(relative(naiveProduct(naiveProduct(u, diagonal(values)), vt) - a, a) < Self.backward)
    #expect((naiveProduct(naiveTranspose(u), u) - .identity(rank)).maximumMagnitude < Self.backward)
    #expect((naiveProduct(vt, naiveTranspose(vt)) - .identity(rank)).maximumMagnitude < Self.backward)
    #expect(values == values.sorted(by: >) && values.allSatisfy { $0 >= 0 })
    for (value, other) in zip(values, try a.singularValues()) { #expect(abs(value - other) < 1e-12) }
    #expect(try a.singularValues().count == rank)
  }

  @Test("A rank-deficient matrix has zero singular values, not NaN")
  func rankDeficiency() throws {
    let a = naiveProduct(randomMatrix(20, 3, seed: 1), randomMatrix(3, 10, seed: 2))
    let values = try a.singularValues()
    #expect(values[2] > 0.1)
    #expect(values[3...].allSatisfy { $0 < 1e-13 })
    #expect(try Matrix<Double>(rows: 4, columns: 3).singularValues() == [0, 0, 0])
  }

  @Test("Q has orthonormal columns, R a non-negative diagonal, and Q·R is the matrix", arguments: tall)
  func qr(shape: (Int, Int)) throws {
    let a = randomMatrix(shape.0, shape.1, seed: 17)
    let (q, r) = try a.qr()
    #expect(relative(naiveProduct(q, r) - a, a) < Self.backward)
    #expect((naiveProduct(naiveTranspose(q), q) - .identity(shape.1)).maximumMagnitude < Self.backward)
    for i in 0..<shape.1 {
      #expect(r[i, i] >= 0)
      for j in 0..<i { #expect(r[i, j] == 0) }
    }
  }

  @Test("Order 0 is legal everywhere")
  func empty() throws {
    let none = Matrix<Double>(rows: 0, columns: 0)
    #expect(try none.choleskyFactor() == none)
    #expect(none.choleskySolve(Matrix(rows: 0, columns: 2)) == Matrix(rows: 0, columns: 2))
    #expect(try none.solve(Matrix(rows: 0, columns: 2)) == Matrix(rows: 0, columns: 2))
    #expect(try none.symmetricEigen().values.isEmpty)
    #expect(try none.singularValues().isEmpty)
    #expect(try Matrix<Double>(rows: 5, columns: 0).singularValueDecomposition().values.isEmpty)
    let (q, r) = try Matrix<Double>(rows: 5, columns: 0).qr()
    #expect((q.rows, q.columns, r.rows, r.columns) == (5, 0, 0, 0))
  }

  @Test("NaN and infinity are reported as such by every factorization", arguments: [Double.nan, .infinity])
  func nonFinite(bad: Double) throws {
    var a = Matrix<Double>.identity(3)
    a[2, 1] = bad
    let right = Matrix<Double>.identity(3)
    #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "Cholesky factorization")) { try a.choleskyFactor() }
    #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "LU solve")) { try a.solve(right) }
    #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "LU solve")) { try right.solve(a) }
    #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "symmetric eigendecomposition")) {
      try a.symmetricEigen()
    }
    #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "singular value decomposition")) {
      try a.singularValueDecomposition()
    }
    #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "singular values")) { try a.singularValues() }
    #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "QR factorization")) { try a.qr() }
  }

  @Test("Indefinite and singular matrices are reported with the order of the pivot")
  func singular() {
    let indefinite = Matrix<Double>([[1, 0, 0], [0, -1, 0], [0, 0, 1]])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) { try indefinite.choleskyFactor() }
    let singular = Matrix<Double>([[1, 2, 0], [2, 4, 0], [0, 0, 1]])
    #expect(throws: LinearAlgebraError.singular(order: 2)) { try singular.solve(.identity(3)) }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 1)) {
      try Matrix<Double>(rows: 2, columns: 2).choleskyFactor()
    }
  }

  @Test("Every error says in one line what to do")
  func descriptions() {
    let errors: [LinearAlgebraError] = [
      .nonFiniteInput(operation: "LU solve"), .notPositiveDefinite(order: 2), .singular(order: 3),
      .notConverged(operation: "SVD"),
    ]
    #expect(
      errors.map(\.description) == [
        "LU solve: the matrix holds NaN or infinity",
        "the matrix is not positive definite (leading minor 2); add a ridge term or drop collinear columns",
        "the matrix is singular (pivot 3); drop collinear columns",
        "SVD did not converge; rescale the matrix",
      ])
  }
}
