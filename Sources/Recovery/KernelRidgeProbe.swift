public import LinearAlgebra

/// Kernel ridge regression with a Gaussian (RBF) kernel, exact, both hyper-parameters chosen by cross-validation.
///
/// On standardised features K(x, x′) = exp(−gamma / k · ‖x − x′‖²), with k the number of non-constant features, so that
/// a gamma means the same at every width; the mean of the targets plays the intercept, and (K + n · penalty · I) α = y
/// (Saunders, Gammerman & Vovk 1998). scikit-learn's `KernelRidge` on the same standardised features and centred
/// targets has alpha = n · penalty and its gamma is gamma / k here.
public struct KernelRidgeProbe: Probe {
  /// From nearly linear on the scale of the data to a fourth of its spread.
  public static let defaultGammas = [0.05, 0.2, 0.8, 3.2]
  /// From near-interpolation to (almost) the mean.
  public static let defaultPenalties = [1e-5, 1e-3, 0.1, 10]

  /// The kernel's inverse squared widths tried, relative to 1/k.
  public let gammas: [Double]
  /// The penalties tried, relative to n.
  public let penalties: [Double]
  /// The number of contiguous cross-validation folds inside the training rows.
  public let folds: Int
  /// The first `maximumRows` training rows are used, the others ignored: the cost grows with their cube.
  public let maximumRows: Int
  /// From this many rows on, systems are factored in single precision first; no result depends on it beyond rounding.
  package var leastSingleRows = 256
  /// Whether kernels of low numerical rank are factored as such; no result depends on it beyond 10⁻⁹.
  package var allowsLowRank = true
  /// `kernel-ridge`.
  public var name: String { "kernel-ridge" }

  /// A probe with a grid of kernel widths and penalties; a single pair is used without cross-validation.
  ///
  /// - Parameters:
  ///   - penalties: Each finite and > 0.
  ///   - gammas: Each finite and > 0.
  ///   - folds: At least 2; at most one a row is used.
  ///   - maximumRows: At least 2.
  public init(
    penalties: [Double] = KernelRidgeProbe.defaultPenalties, gammas: [Double] = KernelRidgeProbe.defaultGammas,
    folds: Int = 3, maximumRows: Int = 2000
  ) {
    precondition(!penalties.isEmpty && !gammas.isEmpty, "a kernel ridge probe needs a penalty and a gamma")
    precondition(penalties.allSatisfy { $0 > 0 && $0.isFinite }, "kernel ridge penalties \(penalties)")
    precondition(gammas.allSatisfy { $0 > 0 && $0.isFinite }, "kernel ridge gammas \(gammas)")
    precondition(folds >= 2, "\(folds) cross-validation folds")
    precondition(maximumRows >= 2, "kernel ridge on at most \(maximumRows) rows")
    self.penalties = penalties.sorted(by: >)
    self.gammas = gammas.sorted()
    self.folds = folds
    self.maximumRows = maximumRows
  }

  /// The kernel width and penalty that cross-validation inside the first rows chooses, for each group of targets.
  ///
  /// - Parameters:
  ///   - split: Only its first ``maximumRows`` training rows are used.
  ///   - groups: A partition of the target columns.
  /// - Throws: ``RecoveryError/numerical(operation:reason:)``.
  /// - Complexity: That of ``predictions(_:groups:)``.
  public func gridPoints(
    _ split: HeldOutSplit, groups: [Range<Int>]
  ) throws(RecoveryError) -> [(gamma: Double, penalty: Double)] {
    requirePartition(groups, columns: split.trainTargets.columns)
    let used = 0..<min(split.trainFeatures.rows, maximumRows)
    let (trainFeatures, trainTargets) = (split.trainFeatures.rows(used), split.trainTargets.rows(used))
    let (features, targets) = (Standardisation(trainFeatures), Standardisation(trainTargets))
    let x = features.applied(to: trainFeatures)
    let choices = try choices(
      x, targets.applied(to: trainTargets), features: features, targets: targets, groups: groups)
    let points = points
    return choices.map { points[$0] }
  }

  /// The grid, gammas outside and penalties inside.
  private var points: [(gamma: Double, penalty: Double)] {
    gammas.flatMap { gamma in penalties.map { (gamma: gamma, penalty: $0) } }
  }

  /// An index into ``points`` for each group; a single point is not searched.
  private func choices(
    _ x: Matrix<Double>, _ y: Matrix<Double>, features: Standardisation, targets: Standardisation, groups: [Range<Int>]
  ) throws(RecoveryError) -> [Int] {
    guard gammas.count * penalties.count > 1 else { return [Int](repeating: 0, count: groups.count) }
    return try chooseGridPoints(
      x, scale: features.kernelScale, targets: y, active: targets.scales.map { $0 > 0 }, groups: groups)
  }

  /// See ``Probe/predictions(_:groups:)``.
  ///
  /// - Complexity: with r = min(n, maximumRows): O(r²·k + gammas · r²) exponentials, and O(r³/3 + r²·min(q, r/folds)) for each
  ///   fold, gamma and penalty, in single precision where that suffices to tell grid points apart; a kernel matrix of numerical
  ///   rank p ≤ min(r/3, 128) takes O(r·p² + r·p·q) instead. Memory O(r² + m·r).
  public func predictions(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Matrix<Double> {
    requirePartition(groups, columns: split.testTargets.columns)
    let used = 0..<min(split.trainFeatures.rows, maximumRows)
    let trainFeatures = used.count == split.trainFeatures.rows ? split.trainFeatures : split.trainFeatures.rows(used)
    let trainTargets = used.count == split.trainTargets.rows ? split.trainTargets : split.trainTargets.rows(used)
    let features = Standardisation(trainFeatures)
    let targets = Standardisation(trainTargets)
    let x = features.applied(to: trainFeatures)
    let y = targets.applied(to: trainTargets)
    let points = points
    let choices = try choices(x, y, features: features, targets: targets, groups: groups)
    let test = features.applied(to: split.testFeatures)
    var predictions = Matrix<Double>(rows: split.testFeatures.rows, columns: y.columns)
    let chosen = CrossValidation.columnsByGridPoint(choices, groups: groups)
    for (index, gamma) in gammas.enumerated() {
      let mine = chosen.filter { $0.point / penalties.count == index }
      guard !mine.isEmpty else { continue }
      let rate = gamma * features.kernelScale
      let parts = mine.map { point, columns in
        (
          targets: columns.count == y.columns ? y : y.columns(at: columns),
          added: points[point].penalty * Double(x.rows)
        )
      }
      let product = try self.predictions(test, x, rate: rate, parts)
      let columns = mine.flatMap(\.columns)
      // One point for all: its columns are in their order.
      if chosen.count == 1 { predictions = product } else { predictions.setColumns(columns, product) }
    }
    return targets.reverted(predictions)
  }

  /// Kₜ(K + added · I)⁻¹Y for the kernel Kₜ of test rows with the fitted ones, for several Y side by side; shape (m, all q).
  private func predictions(
    _ test: Matrix<Double>, _ x: Matrix<Double>, rate: Double, _ parts: [(targets: Matrix<Double>, added: Double)]
  ) throws(RecoveryError) -> Matrix<Double> {
    if allowsLowRank, let low = LowRankKernel(x, rate: rate, leastAdded: parts.map(\.added).min()!) {
      return try low.predictions(test, parts)
    }
    var weights: [Matrix<Double>] = []
    for part in parts { weights.append(try self.weights(x, part.targets, rate: rate, added: part.added)) }
    let all = weights.count == 1 ? weights[0] : .concatenatingColumns(weights)
    // Block by block, so that the kernel of all test rows is never written to memory.
    return .concatenatingRows(
      stride(from: 0, to: test.rows, by: 64).map { first in
        let block = test.rows(first..<min(first + 64, test.rows))
        return gaussianKernel(.squaredDistances(block, x), rate: rate) * all
      })
  }

  /// (K + added · I)⁻¹ Y in the cheapest way that is exact.
  private func weights(
    _ x: Matrix<Double>, _ targets: Matrix<Double>, rate: Double, added: Double
  ) throws(RecoveryError) -> Matrix<Double> {
    if x.rows >= leastSingleRows,
      let weights = GaussianKernelPanels(x, rate: rate).refinedSolve(targets, addingToDiagonal: added)
    {
      return weights
    }
    var system = Matrix.lowerGaussianKernel(x, rate: rate)
    return try solveRidge(&system, targets, penalty: added) { .lowerGaussianKernel(x, rate: rate) }
  }
}

/// exp(−rate · distance), element by element; in the memory of `distances` where the caller gives that up.
func gaussianKernel(_ distances: consuming Matrix<Double>, rate: Double) -> Matrix<Double> {
  distances.exponentiate(times: -rate)
  return distances
}
