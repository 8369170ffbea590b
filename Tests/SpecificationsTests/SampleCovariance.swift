import LinearAlgebra

/// The sample covariance of columns, about their means.
func sampleCovariance(_ matrix: Matrix<Float>) -> Matrix<Double> {
  var centred = matrix.double
  let (rows, columns) = (matrix.rows, matrix.columns)
  var means = [Double](repeating: 0, count: columns)
  for (i, value) in centred.storage.enumerated() { means[i % columns] += value / Double(rows) }
  centred.withUnsafeMutableElements { for i in $0.indices { $0[i] -= means[i % columns] } }
  return (1 / Double(rows - 1)) * centred.multiplied(by: centred, transposeSelf: true)
}

/// The largest deviation of a sample covariance from the population's, in standard errors of Gaussian variables.
func covarianceDeviation(_ measured: Matrix<Double>, _ population: (Int, Int) -> Double, rows n: Int) -> Double {
  var worst = 0.0
  for i in 0..<measured.rows {
    for j in 0...i {
      let expected = population(i, j)
      let error = ((population(i, i) * population(j, j) + expected * expected) / Double(n)).squareRoot()
      worst = max(worst, abs(measured[i, j] - expected) / error)
    }
  }
  return worst
}
