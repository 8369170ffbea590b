internal import Glibc

/// How numbers are written for people: a fixed number of decimals, a leading zero, a point whatever the locale.
///
/// Goals, in this order: never look more certain than the data are; columns that line up; short.
public struct NumberFormat: Sendable, Equatable {
  /// What stands where there is no number.
  public static let missing = "–"

  /// Digits after the decimal point.
  public let decimals: Int

  /// A format with a number of decimals; three suit scores between 0 and 1.
  ///
  /// - Precondition: `0 <= decimals <= 15`.
  public init(decimals: Int = 3) {
    precondition((0...15).contains(decimals), "a number format with \(decimals) decimals")
    self.decimals = decimals
  }

  /// One number, e.g. `0.605`, rounded to nearest; ``missing`` for `nil`, `nan`, `inf` or `-inf` if not finite.
  ///
  /// A value that rounds to zero is written without a sign.
  public func string(_ value: Double?) -> String {
    guard let value else { return Self.missing }
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let text = fixed(value)
    return text.first == "-" && !text.contains { "123456789".contains($0) } ? String(text.dropFirst()) : text
  }

  /// A mean with the half-width of its interval, e.g. `0.605 ± 0.004`.
  ///
  /// The half-width is rounded *up*, so that no interval looks narrower than it is; `0.000` means exactly zero.
  ///
  /// - Parameters:
  ///   - mean: `nil` gives ``missing`` alone.
  ///   - halfWidth: `nil` (one seed) gives the mean alone.
  public func string(mean: Double?, halfWidth: Double?) -> String {
    guard let mean, let halfWidth else { return string(mean) }
    guard halfWidth.isFinite else { return "\(string(mean)) ± \(string(halfWidth))" }
    let scale = pow(10, Double(decimals))
    // The small tolerance keeps 0.007, which times 1000 is a little above 7, from becoming 0.008.
    let roundedUp = (halfWidth * scale * (1 - 1e-12)).rounded(.up) / scale
    return "\(string(mean)) ± \(string(roundedUp))"
  }

  /// A mean with the bounds of an interval that need not be symmetric, e.g. `0.605 [0.598, 0.610]`.
  ///
  /// The bounds are rounded *outwards*.
  public func string(mean: Double, bounds: ClosedRange<Double>) -> String {
    let scale = pow(10, Double(decimals))
    func outward(_ bound: Double, _ rule: FloatingPointRoundingRule) -> String {
      guard bound.isFinite else { return string(bound) }
      // A bound that is a decimal but for the rounding of its last bit stays that decimal.
      let (scaled, nearest) = (bound * scale, (bound * scale).rounded())
      return string((abs(scaled - nearest) < 1e-9 * abs(nearest) ? nearest : scaled.rounded(rule)) / scale)
    }
    return "\(string(mean)) [\(outward(bounds.lowerBound, .down)), \(outward(bounds.upperBound, .up))]"
  }

  /// `%.*f` of a finite number. The C locale stays in force, since nothing in Strata calls `setlocale`.
  private func fixed(_ value: Double) -> String {
    // The largest Double has 309 digits before the point.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 330) { buffer in
      _ = withVaList([Int32(decimals), value]) { vsnprintf(buffer.baseAddress, buffer.count, "%.*f", $0) }
      return String(cString: buffer.baseAddress!)
    }
  }
}
