internal import HierarchicalGraphs
internal import LinearAlgebra

/// Sums over masks from which Gaussian limits are read.
struct RecoveryTally {
  private let widths: [Int]
  private let height: Int
  private let levels: [Int]
  private let valueRanges: [Range<Int>]
  private let noiseRanges: [Range<Int>]
  /// For each width and then the ceiling: sums and sums of squares of nodes, noises, levels, levels' noises, loss.
  private var sums: [[Double]]
  private var squares: [[Double]]
  private var total = 0.0
  private let locator: ContentLocator
  private var scratch: ContentLocator.Scratch
  /// For each width and then the ceiling: sums and sums of squares of the content, over masks of this weight.
  private var (contentSums, contentSquares, contentTotal): ([Double], [Double], Double)
  private var (rankSum, rankSquares, smallestShare) = (0.0, 0.0, 1.0)

  init(_ model: LinearGaussianModel, widths: [Int]) {
    self.widths = widths
    height = model.graph.height
    levels = model.graph.levels
    valueRanges = model.valueRanges
    let values = model.loadings.rows
    noiseRanges = model.noiseRanges.map { values + $0.lowerBound..<values + $0.upperBound }
    let count = 2 * levels.count + 2 * (height + 1) + 1
    sums = [[Double]](repeating: [Double](repeating: 0, count: count), count: widths.count + 1)
    squares = sums
    locator = ContentLocator(model.graph)
    scratch = ContentLocator.Scratch(for: locator)
    contentSums = [Double](repeating: 0, count: widths.count + 1)
    (contentSquares, contentTotal) = (contentSums, 0)
  }

  /// Adds one mask.
  mutating func add(_ answer: MaskRegression.Answer, mask: Mask, weight: Double) {
    let content = locator.locate(mask, using: &scratch).content.flatMap { Array(valueRanges[$0]) }
    if !content.isEmpty { contentTotal += weight }
    total += weight
    rankSum += weight * Double(answer.predictionRank)
    rankSquares += weight * Double(answer.predictionRank * answer.predictionRank)
    smallestShare = min(smallestShare, Double(answer.visibleRank) / Double(max(answer.visibleCount, 1)))
    for (index, recovery) in (answer.recovery + [answer.ceiling]).enumerated() {
      var row = means(recovery)
      row.append(index < widths.count ? answer.losses[index] : answer.lossFloor)
      for (k, value) in row.enumerated() {
        sums[index][k] += weight * value
        squares[index][k] += weight * value * value
      }
      guard !content.isEmpty else { continue }
      let value = content.reduce(0.0) { $0 + recovery[$1] } / Double(content.count)
      contentSums[index] += weight * value
      contentSquares[index] += weight * value * value
    }
  }

  /// Means over coordinates for each node's value and noise, then over nodes for each level.
  private func means(_ recovery: [Double]) -> [Double] {
    let count = levels.count
    var result = [Double](repeating: 0, count: 2 * count + 2 * (height + 1))
    var members = [Double](repeating: 0, count: height + 1)
    for v in 0..<count {
      result[v] = mean(recovery, valueRanges[v])
      result[count + v] = mean(recovery, noiseRanges[v])
      members[levels[v]] += 1
      result[2 * count + levels[v]] += result[v]
      result[2 * count + height + 1 + levels[v]] += result[count + v]
    }
    for level in 0...height where members[level] > 0 {
      result[2 * count + level] /= members[level]
      result[2 * count + height + 1 + level] /= members[level]
    }
    return result
  }

  private func mean(_ values: [Double], _ range: Range<Int>) -> Double {
    guard !range.isEmpty else { return 0 }
    var sum = 0.0
    for index in range { sum += values[index] }
    return sum / Double(range.count)
  }

  /// The limits so far, one for each width, then the ceiling.
  func limits(_ method: GaussianLimit.Method) -> [GaussianLimit] {
    let isExact = if case .monteCarlo = method { false } else { true }
    func estimate(_ sum: Double, _ squares: Double, over weight: Double) -> Estimate {
      isExact ? Estimate(sum / weight) : Estimate(count: weight, sum: sum, squares: squares)
    }
    let count = levels.count
    return sums.indices.map { index in
      let all = zip(sums[index], squares[index]).map { estimate($0, $1, over: total) }
      return GaussianLimit(
        width: index < widths.count ? widths[index] : nil, method: method,
        recovery: GaussianLimit.Recovery(
          node: Array(all[..<count]), noise: Array(all[count..<2 * count]),
          level: Array(all[2 * count..<2 * count + height + 1]),
          levelNoise: Array(all[2 * count + height + 1..<2 * count + 2 * (height + 1)]),
          content: contentTotal > 0
            ? estimate(contentSums[index], contentSquares[index], over: contentTotal) : nil,
          loss: all[all.count - 1]),
        smallestVisibleRankShare: smallestShare, predictionRank: estimate(rankSum, rankSquares, over: total))
    }
  }
}
