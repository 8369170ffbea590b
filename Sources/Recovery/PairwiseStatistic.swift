internal import LinearAlgebra
public import Stochastics

/// A statistic of two views that is a function of Σ AᵢⱼBᵢⱼ, Σ Aᵢⱼ² and Σ Bᵢⱼ² alone, A and B the centred kernels or distances of all
/// pairs of rows.
///
/// A permutation of the rows of a view permutes rows and columns of its matrix and changes neither the centring nor the median
/// distance, so that all permutations share the two matrices and cost a sum over pairs each.
enum PairwiseStatistic: Sendable, Equatable {
  /// See ``KernelAlignment/gaussian(_:_:estimator:widthShare:)``.
  case alignment(KernelAlignment.Estimator, widthShare: Double)
  /// See ``distanceCorrelation(_:_:)``.
  case distanceCorrelation
  /// See ``unbiasedSquaredDistanceCorrelation(_:_:)``.
  case unbiasedSquaredDistanceCorrelation
  /// See ``IndependenceTest/statistic``.
  case independence

  /// The statistic of a metric that is ``RecoveryMetric/isPairwise``, nil for others.
  init?(_ metric: RecoveryMetric) {
    switch metric {
    case .ckaRBFBiased: self = .alignment(.biased, widthShare: 1)
    case .ckaRBFUnbiased: self = .alignment(.unbiased, widthShare: 1)
    case .distanceCorrelation: self = .distanceCorrelation
    case .distanceCorrelationUnbiased: self = .unbiasedSquaredDistanceCorrelation
    case .hsic: self = .independence
    default: return nil
    }
  }

  /// The centred matrix over pairs of rows of one view, and Σ of its squares.
  struct Pairs {
    /// Shape (n, n), symmetric; nil for a constant view.
    fileprivate let centred: Matrix<Double>?
    fileprivate let square: Double
    /// The number of rows n; 0 for a constant view.
    var rows: Int { centred?.rows ?? 0 }
    /// Whether nothing can depend on the view.
    var isConstant: Bool { centred == nil }
  }

  /// The pairs of a view of finite elements.
  ///
  /// - Complexity: O(n²·columns) time, O(n²) memory.
  func pairs(_ view: Matrix<Double>) -> Pairs {
    let centred: Matrix<Double>? =
      switch self {
      case .alignment(.biased, let share): medianKernel(view, widthShare: share).map(doublyCentred)
      case .alignment(.unbiased, let share): medianKernel(view, widthShare: share).map(unbiasedCentred)
      case .independence: medianKernel(view, widthShare: 1).map(doublyCentred)
      case .distanceCorrelation: doublyCentred(pairDistances(view))
      case .unbiasedSquaredDistanceCorrelation: unbiasedCentred(pairDistances(view))
      }
    guard let centred else { return Pairs(centred: nil, square: 0) }
    return Pairs(centred: centred, square: innerProduct(centred, centred))
  }

  /// The statistic of two views of the same n rows; 0 if either is constant.
  ///
  /// - Complexity: O(n²).
  func value(_ first: Pairs, _ second: Pairs) -> Double {
    guard let a = first.centred, let b = second.centred else { return 0 }
    return value(of: innerProduct(a, b), first, second)
  }

  /// The statistic under permutations of the rows of the second view, one for each order.
  ///
  /// - Complexity: O(n²·orders).
  func values(_ first: Pairs, _ second: Pairs, orders: [[Int]]) -> [Double] {
    guard let a = first.centred, let b = second.centred else { return [Double](repeating: 0, count: orders.count) }
    return orders.map { value(of: permutedProduct(a, b, $0), first, second) }
  }

  /// The statistic from Σ AᵢⱼBᵢⱼ.
  private func value(of cross: Double, _ first: Pairs, _ second: Pairs) -> Double {
    switch self {
    case .independence:
      return max(0, cross) / (Double(first.rows) * Double(first.rows))
    case .alignment(let estimator, _):
      return KernelAlignment.normalised(cross, first.square, second.square, estimator)
    case .distanceCorrelation:
      return max(0, ratio(cross, first, second)).squareRoot()
    case .unbiasedSquaredDistanceCorrelation:
      return ratio(cross, first, second)
    }
  }

  /// The statistic of two views.
  func value(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Double { value(pairs(x), pairs(y)) }

  private func ratio(_ cross: Double, _ first: Pairs, _ second: Pairs) -> Double {
    guard first.square > 0, second.square > 0 else { return 0 }
    return min(cross / (first.square.squareRoot() * second.square.squareRoot()), 1)
  }
}

/// Σ AᵢⱼB_{π(i)π(j)} for symmetric A and B.
private func permutedProduct(_ a: Matrix<Double>, _ b: Matrix<Double>, _ order: [Int]) -> Double {
  let n = a.rows
  precondition(order.count == n, "a permutation of \(order.count) rows for \(n)")
  return a.withUnsafeElements { a in
    b.withUnsafeElements { b in
      order.withUnsafeBufferPointer { order in
        var (offDiagonal, diagonal) = (0.0, 0.0)
        for i in 0..<n {
          let (row, permuted) = (a.baseAddress! + i * n, b.baseAddress! + order[i] * n)
          // Four sums: one would wait for itself.
          var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)
          var j = 0
          while j + 4 <= i {
            first += row[j] * permuted[order[j]]
            second += row[j + 1] * permuted[order[j + 1]]
            third += row[j + 2] * permuted[order[j + 2]]
            fourth += row[j + 3] * permuted[order[j + 3]]
            j += 4
          }
          while j < i {
            first += row[j] * permuted[order[j]]
            j += 1
          }
          offDiagonal += (first + second) + (third + fourth)
          diagonal += row[i] * permuted[order[i]]
        }
        return 2 * offDiagonal + diagonal
      }
    }
  }
}

extension RecoveryScorer {
  /// A pairwise metric of several blocks, and the same under permutations of the rows that it sees: no matrix over pairs is made
  /// more than once.
  ///
  /// - Parameters:
  ///   - metric: ``RecoveryMetric/isPairwise``.
  ///   - split: As for ``scores(_:_:groups:blocks:)``; its first ``Limits/pairRows`` rows are used, training rows first.
  ///   - blocks: What is scored.
  ///   - permutations: At least 1; each is the same for all blocks.
  ///   - stream: The source of the permutations; advanced.
  /// - Returns: One null distribution for each block.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n²(k + q) + n²·permutations) for n rows and each block; O(n²) memory.
  public func permutedPairs(
    _ metric: RecoveryMetric, _ split: HeldOutSplit, blocks: [TargetBlock], permutations: Int,
    using stream: inout RandomStream
  ) throws(RecoveryError) -> [PermutationNull] {
    guard let statistic = PairwiseStatistic(metric) else { preconditionFailure("\(metric.rawValue) is not pairwise") }
    precondition(permutations >= 1, "\(permutations) permutations")
    var (orders, nulls): ([[Int]], [PermutationNull]) = ([], [])
    try forEachPairs(statistic, split, blocks) { a, b, rows in
      if orders.isEmpty { for _ in 0..<permutations { orders.append(stream.permutation(rows)) } }
      nulls.append(
        PermutationNull(
          score: statistic.value(a, b), shuffled: statistic.values(a, b, orders: orders)))
    }
    return nulls
  }

  /// Calls `body` with the pairs of the representation, made once, those of one block after the other, and the number of rows: one matrix of
  /// a block at a time.
  func forEachPairs(
    _ statistic: PairwiseStatistic, _ split: HeldOutSplit, _ blocks: [TargetBlock],
    _ body: (_ representation: PairwiseStatistic.Pairs, _ block: PairwiseStatistic.Pairs, _ rows: Int) -> Void
  ) throws(RecoveryError) {
    var representation: PairwiseStatistic.Pairs?
    for block in blocks {
      let (x, y) = views(split, block, rows: limits.pairRows)
      try requireViews(x, y, rows: 4)
      let pairs = representation ?? statistic.pairs(x)
      representation = pairs
      body(pairs, statistic.pairs(y), x.rows)
    }
  }
}
