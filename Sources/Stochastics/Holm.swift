extension Statistics {
  /// p-values corrected for their number by Holm's (1979) step-down procedure: the family-wise error rate is controlled under
  /// any dependence.
  ///
  /// - Parameter pValues: Each in [0, 1]; NaN (a test that could not be made) stays NaN and does not count.
  /// - Returns: The adjusted values in the order given; reject where ≤ the level.
  /// - Complexity: O(n log n).
  public static func holmAdjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.filter { !pValues[$0].isNaN }.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var (result, largest) = (pValues, 0.0)
    for (rank, index) in order.enumerated() {
      precondition(pValues[index] >= 0 && pValues[index] <= 1, "a p-value of \(pValues[index])")
      largest = max(largest, min(1, pValues[index] * Double(order.count - rank)))
      result[index] = largest
    }
    return result
  }
}
