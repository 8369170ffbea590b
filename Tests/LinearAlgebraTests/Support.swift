import LinearAlgebra

/// Reproducible test matrices: a 64-bit linear congruential generator (Knuth's MMIX constants), entries in (−1, 1).
func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  let elements = (0..<rows * columns).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
  }
  return Matrix(rows: rows, columns: columns, storage: elements)
}

/// A symmetric positive definite matrix with the given eigenvalues, through a random orthogonal basis.
func symmetricMatrix(eigenvalues: [Double], seed: UInt64) throws -> Matrix<Double> {
  let order = eigenvalues.count
  let q = order > 0 ? try randomMatrix(order, order, seed: seed).qr().q : Matrix(rows: 0, columns: 0)
  var scaled = q
  for i in 0..<order { for j in 0..<order { scaled[i, j] *= eigenvalues[j] } }
  let product = scaled.multiplied(by: q, transposeOther: true)
  return 0.5 * (product + product.transposed())
}

/// The product by its definition: the independent reference.
func naiveProduct(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  var result = Matrix<Double>(rows: a.rows, columns: b.columns)
  for i in 0..<a.rows {
    for j in 0..<b.columns {
      var sum = 0.0
      for l in 0..<a.columns { sum += a[i, l] * b[l, j] }
      result[i, j] = sum
    }
  }
  return result
}

/// The transpose by its definition.
func naiveTranspose(_ a: Matrix<Double>) -> Matrix<Double> {
  var result = Matrix<Double>(rows: a.columns, columns: a.rows)
  for i in 0..<a.rows { for j in 0..<a.columns { result[j, i] = a[i, j] } }
  return result
}

func diagonal(_ values: [Double]) -> Matrix<Double> {
  var result = Matrix<Double>(rows: values.count, columns: values.count)
  for i in values.indices { result[i, i] = values[i] }
  return result
}
