internal import Glibc
public import LinearAlgebra

/// Scores from tables of counts, for discrete factors or continuous ones in bins.
public enum Information {
  /// The mutual information gap (Chen et al. 2018): for each factor the difference between the two largest mutual
  /// informations with single code dimensions, over the factor's entropy; then the mean over factors.
  ///
  /// - Parameters:
  ///   - codes: Shape (n, k), n ≥ 2. Binned: `bins` intervals of equal width over each column's range, as in
  ///     `disentanglement_lib` (Locatello et al. 2019).
  ///   - factors: Shape (n, q). Columns with at most `bins` different values count as discrete, others are binned alike.
  ///   - bins: At least 2. The estimate is biased upwards by about (bins − 1)²/2n nats; state bins and rows with it.
  /// - Returns: A value in [0, 1]; a constant factor counts 0, and with one code dimension the second information is 0.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n·k·q).
  public static func mutualInformationGap(
    codes: Matrix<Double>, factors: Matrix<Double>, bins: Int = 20
  ) throws(RecoveryError) -> Double {
    precondition(bins >= 2, "\(bins) bins")
    try requireViews(codes, factors, rows: 2)
    let code = (0..<codes.columns).map { equalWidthBins(codes.column($0), bins) }
    let gaps = (0..<factors.columns).map { j -> Double in
      let factor = levels(factors.column(j), bins)
      let entropy = self.entropy(factor)
      guard entropy > 0 else { return 0 }
      let values = code.map { mutualInformation($0, factor) }.sorted(by: >)
      return ((values.first ?? 0) - (values.count > 1 ? values[1] : 0)) / entropy
    }
    return gaps.reduce(0, +) / Double(gaps.count)
  }

  /// The separated attribute predictability (Kumar, Sattigeri & Balakrishnan 2018) of continuous or ordinal factors: for each
  /// factor the difference between the two largest squared correlations with single code dimensions; then the mean.
  ///
  /// Unordered categories have no correlation: score their indicator columns.
  ///
  /// - Parameters:
  ///   - codes: Shape (n, k), n ≥ 2.
  ///   - factors: Shape (n, q).
  /// - Returns: A value in [0, 1]; a constant column correlates with nothing.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n·k·q).
  public static func separatedAttributePredictability(
    codes: Matrix<Double>, factors: Matrix<Double>
  ) throws(RecoveryError) -> Double {
    try requireViews(codes, factors, rows: 2)
    let correlations = absoluteCorrelations(codes, factors, .pearson)
    let gaps = (0..<factors.columns).map { j -> Double in
      let values = correlations.row(j).map { $0 * $0 }.sorted(by: >)
      return (values.first ?? 0) - (values.count > 1 ? values[1] : 0)
    }
    return gaps.reduce(0, +) / Double(gaps.count)
  }

  /// −Σ p log p in nats.
  static func entropy(_ probabilities: [Double]) -> Double {
    probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
  }

  /// The plug-in entropy of labels, in nats.
  static func entropy(_ labels: [Int]) -> Double {
    var counts: [Int: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    // In the order of the labels, so that the bits do not depend on hashing.
    return entropy(counts.sorted { $0.key < $1.key }.map { Double($0.value) / Double(labels.count) })
  }

  /// The plug-in mutual information of two label sequences, in nats; never negative.
  static func mutualInformation(_ a: [Int], _ b: [Int]) -> Double {
    let width = (b.max() ?? 0) + 1
    let joint = zip(a, b).map { $0 * width + $1 }
    return max(0, entropy(a) + entropy(b) - entropy(joint))
  }

  private static func levels(_ values: [Double], _ bins: Int) -> [Int] {
    let different = Set(values)
    guard different.count <= bins else { return equalWidthBins(values, bins) }
    let order = Dictionary(uniqueKeysWithValues: different.sorted().enumerated().map { ($1, $0) })
    return values.map { order[$0]! }
  }

  /// numpy.histogram's and numpy.digitize's bins: edges at equal steps from the least to the largest value.
  private static func equalWidthBins(_ values: [Double], _ bins: Int) -> [Int] {
    guard let least = values.min(), let largest = values.max() else { return [] }
    // A power of two, which changes no digit, so that no difference overflows; below it all is zero for every purpose.
    let magnitude = max(abs(least), abs(largest))
    guard largest > least, let scale = ColumnRange.inverse(ofMagnitude: magnitude) else { return values.map { _ in 0 } }
    let (low, high) = (least * scale, largest * scale)
    let step = (high - low) / Double(bins)
    let edges = (0..<bins).map { low + Double($0) * step }
    return values.map { value in
      let value = value * scale
      var bin = min(max(Int((value - low) / step), 0), bins - 1)
      // The quotient may round across an edge.
      if bin + 1 < bins, value >= edges[bin + 1] { bin += 1 } else if value < edges[bin] { bin -= 1 }
      return bin
    }
  }
}
