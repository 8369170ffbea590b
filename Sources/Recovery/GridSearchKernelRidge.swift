internal import LinearAlgebra

/// scikit-learn's `GridSearchCV(KernelRidge("rbf"), cv=3)` with the grid of the identifiability literature: penalties and
/// kernel rates absolute, no intercept, no scaling of its own, and the grid point with the best *mean over folds* of R²
/// averaged over targets. Not ``KernelRidgeProbe``: it exists to reproduce published numbers.
struct GridSearchKernelRidge {
  var penalties = [1, 0.1, 1e-2, 1e-3]
  /// numpy.logspace(-2, 2, 4).
  var rates = [0.01, 0.21544346900318834, 4.641588833612777, 100]
  var folds = 3

  /// Predictions for the test rows, shape (m, q).
  func predictions(_ split: HeldOutSplit) throws(RecoveryError) -> Matrix<Double> {
    let (x, y) = (split.trainFeatures, split.trainTargets)
    let distances = Matrix.squaredDistances(x, x)
    var (best, choice) = (-Double.infinity, (penalty: penalties[0], rate: rates[0]))
    // scikit-learn's order: penalties outside, rates inside, the first of equals wins.
    var scores = [[Double]](repeating: [Double](repeating: 0, count: rates.count), count: penalties.count)
    for (r, rate) in rates.enumerated() {
      let kernel = gaussianKernel(distances, rate: rate)
      for fold in Self.folds(folds, rows: y.rows) {
        let rest = Array(0..<fold.lowerBound) + Array(fold.upperBound..<y.rows)
        let inner = kernel.rows(at: rest).columns(excluding: fold)
        let outer = kernel.rows(fold).columns(excluding: fold)
        for (p, penalty) in penalties.enumerated() {
          let predicted = outer * (try solveRidge(inner, y.rows(at: rest), penalty: penalty))
          let values = R2.perColumn(predictions: predicted, targets: y.rows(fold))
          scores[p][r] += values.reduce(0, +) / Double(values.count) / Double(folds)
        }
      }
    }
    for (p, penalty) in penalties.enumerated() {
      for (r, rate) in rates.enumerated() where scores[p][r] > best { (best, choice) = (scores[p][r], (penalty, rate)) }
    }
    let weights = try solveRidge(gaussianKernel(distances, rate: choice.rate), y, penalty: choice.penalty)
    return gaussianKernel(Matrix.squaredDistances(split.testFeatures, x), rate: choice.rate) * weights
  }

  /// scikit-learn's `KFold` without a shuffle: the first n mod folds parts are one row longer.
  private static func folds(_ count: Int, rows: Int) -> [Range<Int>] {
    var start = 0
    return (0..<min(count, rows)).map { index in
      let length = rows / count + (index < rows % count ? 1 : 0)
      defer { start += length }
      return start..<start + length
    }
  }
}
