internal import LinearAlgebra
internal import Stochastics

/// Random weight matrices with controlled conditioning. All draw from the stream they are given and nothing else.
enum RandomWeights {
  /// A matrix of standard Gaussian entries.
  static func gaussian(_ rows: Int, _ columns: Int, using stream: inout RandomStream) -> Matrix<Double> {
    Matrix(rows: rows, columns: columns, storage: (0..<rows * columns).map { _ in stream.gaussian() })
  }

  /// Orthonormal columns (rows ≥ columns) or rows (otherwise), uniform in Haar measure: QR of a Gaussian matrix with a
  /// positive diagonal of R (Mezzadri 2007).
  static func orthonormal(_ rows: Int, _ columns: Int, using stream: inout RandomStream) -> Matrix<Double> {
    let tall = rows >= columns
    let draw = gaussian(max(rows, columns), min(rows, columns), using: &stream)
    // A Gaussian matrix is finite, the only thing that QR can fail on.
    guard let q = try? draw.qr().q else { preconditionFailure("QR of a finite matrix failed") }
    return tall ? q : q.transposed()
  }

  /// Entries ±U(½, 1), rows scaled to unit norm: no edge is nearly absent, and values keep variance 1 for independent inputs.
  static func signed(_ rows: Int, _ columns: Int, using stream: inout RandomStream) -> Matrix<Double> {
    var result = Matrix<Double>(rows: rows, columns: columns)
    for i in 0..<rows {
      let row = (0..<columns).map { _ in
        (stream.nextWord() & 1 == 0 ? 1 : -1) * (0.5 + 0.5 * stream.uniform())
      }
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for j in 0..<columns { result[i, j] = row[j] / norm }
    }
    return result
  }

  /// Entries U(−1, 1), columns scaled to unit norm.
  static func uniformColumns(_ rows: Int, _ columns: Int, using stream: inout RandomStream) -> Matrix<Double> {
    var elements = (0..<rows * columns).map { _ in 2 * stream.uniform() - 1 }
    for j in 0..<columns {
      var sum = 0.0
      for i in 0..<rows { sum += elements[i * columns + j] * elements[i * columns + j] }
      let norm = sum.squareRoot()
      for i in 0..<rows { elements[i * columns + j] /= norm }
    }
    return Matrix(rows: rows, columns: columns, storage: elements)
  }

  /// The 2-norm condition number; infinite for a singular matrix.
  static func conditionNumber(_ matrix: Matrix<Double>) -> Double {
    guard let values = try? matrix.singularValues(), let largest = values.first, let smallest = values.last else {
      return .infinity
    }
    return smallest > 0 ? largest / smallest : .infinity
  }

  /// The p-quantile of the condition number of ``uniformColumns(_:_:using:)`` over a number of draws. It belongs to the
  /// shape alone: the draws come from a key of their own, so that every model of every seed has the same threshold.
  static func conditionThreshold(_ rows: Int, _ columns: Int, quantile: Double, draws: Int) -> Double {
    var stream = RandomStream(RandomKey(seed: 0).child("condition-threshold").child(rows).child(columns))
    let numbers = (0..<draws).map { _ in conditionNumber(uniformColumns(rows, columns, using: &stream)) }
    return Statistics.quantile(numbers, quantile)
  }
}
