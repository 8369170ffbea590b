import LinearAlgebra
import Recovery
import Stochastics

/// Standard Gaussian test data.
func gaussianMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
  let values = Distribution.gaussian.samples(rows * columns, key: RandomKey(seed: seed).child("test"))
  return Matrix(rows: rows, columns: columns, storage: values.map(Double.init))
}

/// Entries in (−1, 1) of Knuth's MMIX generator, the same bits as `matrix` of Fixtures/make_scikit_learn.py.
func congruentialMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  let elements = (0..<rows * columns).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
  }
  return Matrix(rows: rows, columns: columns, storage: elements)
}

/// Solves A·X = B by Gauss–Jordan elimination with partial pivoting: textbook code that shares nothing with LAPACK.
func eliminationSolve(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  var (a, x) = (a, b)
  for pivot in 0..<a.rows {
    let row = (pivot..<a.rows).max { abs(a[$0, pivot]) < abs(a[$1, pivot]) }!
    if row != pivot {
      for j in 0..<a.columns { (a[pivot, j], a[row, j]) = (a[row, j], a[pivot, j]) }
      for j in 0..<x.columns { (x[pivot, j], x[row, j]) = (x[row, j], x[pivot, j]) }
    }
    for i in 0..<a.rows where i != pivot {
      let factor = a[i, pivot] / a[pivot, pivot]
      for j in pivot..<a.columns { a[i, j] -= factor * a[pivot, j] }
      for j in 0..<x.columns { x[i, j] -= factor * x[pivot, j] }
    }
  }
  for i in 0..<a.rows { for j in 0..<x.columns { x[i, j] /= a[i, i] } }
  return x
}

/// The columns of `matrix` with the means and deviations of `reference` taken out: the textbook two-pass formula.
func standardised(_ matrix: Matrix<Double>, by reference: Matrix<Double>) -> Matrix<Double> {
  var result = matrix
  for j in 0..<matrix.columns {
    let column = reference.column(j)
    let mean = column.reduce(0, +) / Double(column.count)
    let deviation = (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)).squareRoot()
    for i in 0..<matrix.rows { result[i, j] = (matrix[i, j] - mean) / deviation }
  }
  return result
}

func columnMeans(_ matrix: Matrix<Double>) -> [Double] {
  (0..<matrix.columns).map { matrix.column($0).reduce(0, +) / Double(matrix.rows) }
}

/// Linear-Gaussian pairs: x of k standard columns, y = √r2 · x₀ + √(1 − r2) · noise in each of q columns.
func linearGaussianSplit(
  rows: Int, trainRows: Int, k: Int, q: Int, r2: Double, seed: UInt64
) throws -> HeldOutSplit {
  let (x, noise) = (gaussianMatrix(rows, k, seed: seed), gaussianMatrix(rows, q, seed: seed + 1000))
  var y = noise
  for i in 0..<rows {
    for j in 0..<q { y[i, j] = r2.squareRoot() * x[i, j % k] + (1 - r2).squareRoot() * noise[i, j] }
  }
  return try HeldOutSplit(features: x, targets: y, trainRows: trainRows)
}

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
