internal import LinearAlgebra
internal import Stochastics

// Square matrices over pairs of rows that kernel alignment, distance correlation and the independence test share.

/// ‖xᵢ − xⱼ‖² by differences, not by the expansion of the square: exact zeros for equal rows, no cancellation.
func pairSquares(_ x: Matrix<Double>) -> Matrix<Double> {
  let (n, k) = (x.rows, x.columns)
  var result = Matrix<Double>(rows: n, columns: n)
  x.withUnsafeElements { x in
    result.withUnsafeMutableElements { d in
      for i in 0..<n {
        for j in 0..<i {
          var sum = 0.0
          for c in 0..<k {
            let difference = x[i * k + c] - x[j * k + c]
            sum += difference * difference
          }
          d[i * n + j] = sum
          d[j * n + i] = sum
        }
      }
    }
  }
  return result
}

/// ‖xᵢ − xⱼ‖ of the centred view, at a common scale.
func pairDistances(_ x: Matrix<Double>) -> Matrix<Double> {
  var result = pairSquares(centredToUnit(x))
  result.withUnsafeMutableElements { d in for i in d.indices { d[i] = d[i].squareRoot() } }
  return result
}

/// The Gaussian kernel matrix whose σ is a share of the median distance between different rows; nil for a constant view.
///
/// Where more than half of the distances are zero (discrete values), the median of the others is taken.
func medianKernel(_ x: Matrix<Double>, widthShare: Double) -> Matrix<Double>? {
  let squares = pairSquares(centredToUnit(x))
  var pairs: [Double] = []
  pairs.reserveCapacity(x.rows * (x.rows - 1) / 2)
  squares.withUnsafeElements { d in
    for i in 0..<x.rows { for j in 0..<i { pairs.append(d[i * x.rows + j]) } }
  }
  guard !pairs.isEmpty else { return nil }
  if Statistics.orderStatistic(pairs.count / 2, of: &pairs) == 0 { pairs.removeAll { $0 == 0 } }
  guard !pairs.isEmpty else { return nil }
  let place = pairs.count / 2
  let upper = Statistics.orderStatistic(place, of: &pairs).squareRoot()
  // Selection leaves what is not larger before its place.
  let lower = pairs.count % 2 == 1 ? upper : pairs[..<place].max()!.squareRoot()
  let width = widthShare * (lower + upper) / 2
  return gaussianKernel(squares, rate: 1 / (2 * width * width))
}

/// H K H with H = I − 1/n, for symmetric K.
func doublyCentred(_ matrix: Matrix<Double>) -> Matrix<Double> {
  let n = matrix.rows
  let means = rowSums(matrix).map { $0 / Double(n) }
  let grand = means.reduce(0, +) / Double(n)
  var result = matrix
  result.withUnsafeMutableElements { k in
    for i in 0..<n { for j in 0..<n { k[i * n + j] += grand - means[i] - means[j] } }
  }
  return result
}

/// The U-centred matrix of Székely & Rizzo (2014): zero diagonal, rows that sum to zero. For n ≥ 4 the sum of products of
/// two of them is n(n − 3) times an unbiased estimate (of HSIC for kernels, equal to Song et al.'s; of squared distance
/// covariance for distances).
func unbiasedCentred(_ matrix: Matrix<Double>) -> Matrix<Double> {
  let n = matrix.rows
  var result = matrix
  result.withUnsafeMutableElements { k in for i in 0..<n { k[i * n + i] = 0 } }
  let sums = rowSums(result)
  let (means, grand) = (sums.map { $0 / Double(n - 2) }, sums.reduce(0, +) / Double((n - 1) * (n - 2)))
  result.withUnsafeMutableElements { k in
    for i in 0..<n { for j in 0..<n where i != j { k[i * n + j] += grand - means[i] - means[j] } }
  }
  return result
}

/// Σ AᵢⱼBᵢⱼ.
func innerProduct(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  a.withUnsafeElements { a in
    b.withUnsafeElements { b in
      var sum = 0.0
      for i in a.indices { sum += a[i] * b[i] }
      return sum
    }
  }
}

private func rowSums(_ matrix: Matrix<Double>) -> [Double] {
  let columns = matrix.columns
  return matrix.withUnsafeElements { x in
    (0..<matrix.rows).map { i in
      var sum = 0.0
      for j in 0..<columns { sum += x[i * columns + j] }
      return sum
    }
  }
}
