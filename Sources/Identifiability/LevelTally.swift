internal import HierarchicalGraphs

/// Sums over masks from which a level law is read: weighted by probability (enumeration) or by 1 (Monte Carlo).
struct LevelTally {
  /// The sums of one statistic.
  private struct Moments {
    var sum = 0.0
    var squares = 0.0

    mutating func add(_ value: Double, _ weight: Double) {
      sum += weight * value
      squares += weight * value * value
    }
  }

  private let locator: ContentLocator
  private var scratch: ContentLocator.Scratch
  private var (total, nonEmpty) = (0.0, 0.0)
  private var (mean, lowest, highest, contamination) = (Moments(), Moments(), Moments(), Moments())
  private var (size, dimension, levelSum, sizeLevelSum) = (Moments(), Moments(), Moments(), 0.0)
  private var presence: [Double]
  private var lowestAt: [Double]
  private var highestAt: [Double]
  private var sinks: [Moments]
  private var counts: [Int]

  init(_ locator: ContentLocator, height: Int) {
    self.locator = locator
    scratch = ContentLocator.Scratch(for: locator)
    presence = [Double](repeating: 0, count: height + 1)
    lowestAt = presence
    highestAt = presence
    sinks = [Moments](repeating: Moments(), count: height + 1)
    counts = [Int](repeating: 0, count: height + 1)
  }

  /// Adds one mask.
  mutating func add(_ mask: Mask, weight: Double) {
    locator.mark(mask, using: &scratch)
    for level in counts.indices { counts[level] = 0 }
    var noise = 0
    for v in 0..<locator.nodeCount where scratch.sides[v] & ContentLocator.shared == ContentLocator.shared {
      noise += locator.noiseDimensions[v]
      if scratch.sides[v] == ContentLocator.shared { counts[locator.levels[v]] += 1 }
    }
    var (members, levels) = (0, 0)
    for (level, count) in counts.enumerated() {
      members += count
      levels += level * count
      sinks[level].add(Double(count), weight)
    }
    total += weight
    size.add(Double(members), weight)
    dimension.add(Double(noise), weight)
    levelSum.add(Double(levels), weight)
    sizeLevelSum += weight * Double(members * levels)
    guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }) else { return }
    nonEmpty += weight
    mean.add(Double(levels) / Double(members), weight)
    lowest.add(Double(low), weight)
    highest.add(Double(high), weight)
    contamination.add(1 - Double(counts[high]) / Double(members), weight)
    lowestAt[low] += weight
    highestAt[high] += weight
    for (level, count) in counts.enumerated() where count > 0 { presence[level] += weight }
  }

  /// The law so far. Standard errors are those of independent draws for Monte Carlo, 0 for an enumeration.
  func law(_ method: LevelLaw.Method) -> LevelLaw {
    let isExact = if case .monteCarlo = method { false } else { true }
    func estimate(_ moments: Moments, _ count: Double) -> Estimate {
      isExact ? Estimate(moments.sum / count) : Estimate(count: count, sum: moments.sum, squares: moments.squares)
    }
    func share(_ part: Double, _ count: Double) -> Estimate {
      isExact ? Estimate(part / count) : Estimate(count: count, sum: part, squares: part)
    }
    return LevelLaw(
      method: method, meanHeight: estimate(mean, nonEmpty), pooledHeight: pooled(isExact: isExact),
      lowestHeight: estimate(lowest, nonEmpty), highestHeight: estimate(highest, nonEmpty),
      contamination: estimate(contamination, nonEmpty), presence: presence.map { share($0, nonEmpty) },
      lowest: lowestAt.map { share($0, nonEmpty) }, highest: highestAt.map { share($0, nonEmpty) },
      sinks: sinks.map { estimate($0, total) }, size: estimate(size, total), dimension: estimate(dimension, total),
      emptyProbability: share(max(0, total - nonEmpty), total))
  }

  /// E[L] / E[S] with the standard error of a ratio of means: √(Var(L − ratio · S) / n) / E[S].
  private func pooled(isExact: Bool) -> Estimate {
    let ratio = levelSum.sum / size.sum
    guard !isExact else { return Estimate(ratio) }
    let squares = levelSum.squares - 2 * ratio * sizeLevelSum + ratio * ratio * size.squares
    let variance = max(0, squares) / max(total - 1, 0)
    return Estimate(ratio, standardError: (variance / total).squareRoot() / (size.sum / total))
  }
}
