extension RecoveryTable {
  /// How far the measured means lie from theory's, over all levels, mask ratios and patch sizes that have both.
  public struct Agreement: Sendable, Equatable {
    /// Pairs of a prediction and a measurement.
    public let pairs: Int
    /// The root of the mean squared difference.
    public let rootMeanSquare: Double
    /// The largest difference, without its sign.
    public let largest: Double
    /// The pairs in which the measurement's interval holds the prediction; `nil` where no measurement has an interval.
    public let covered: Int?
  }

  /// See ``Agreement``; `nil` where there is no pair.
  public var agreement: Agreement? {
    let pairs = predictions
    guard !pairs.isEmpty else { return nil }
    let differences = pairs.map { abs($0.measured.mean - $0.predicted) }
    let intervals = pairs.compactMap { pair in pair.measured.interval.map { $0.contains(pair.predicted) } }
    return Agreement(
      pairs: pairs.count, rootMeanSquare: (differences.reduce(0) { $0 + $1 * $1 } / Double(pairs.count)).squareRoot(),
      largest: differences.max() ?? 0, covered: intervals.isEmpty ? nil : intervals.count { $0 })
  }

  /// The trained encoder's recovery against theory's prediction for the same masks, a point for each level, mask ratio and
  /// patch size, with the diagonal on which they agree.
  ///
  /// - Returns: `nil` where nothing was predicted or measured.
  public var predictionFigure: GnuplotFigure? {
    let pairs = predictions
    guard let agreement, let smallest = pairs.map({ min($0.predicted, $0.measured.mean) }).min(),
      let largest = pairs.map({ max($0.predicted, $0.measured.mean) }).max()
    else { return nil }
    let (low, high) = (
      ((min(0.01, smallest) - 0.01) * 20).rounded(.down) / 20, ((largest + 0.02) * 20).rounded(.up) / 20
    )
    let levels = self.levels.filter { level in pairs.contains { $0.level == level } }
    var (data, bars, points): ([String], [String], [String]) = ([], [], [])
    for (index, level) in levels.enumerated() {
      let own = pairs.filter { $0.level == level }
      data.append(
        GnuplotText.dataBlock(
          "s\(index)",
          own.map {
            [
              $0.predicted, $0.measured.mean, $0.measured.interval?.lowerBound ?? .nan,
              $0.measured.interval?.upperBound ?? .nan,
            ]
          }))
      let (color, point) = FigureStyle.point(index)
      if own.contains(where: { $0.measured.interval != nil }) {
        bars.append(
          "$s\(index) using 1:3:(0):($4-$3) with vectors nohead lc rgb '#80\(color.dropFirst())' lw 0.6 notitle")
      }
      points.append(
        "$s\(index) using 1:2 with points lc rgb '\(color)' pt \(point) ps 0.55 lw 1 title \(GnuplotText.quoted(panelTitle(level)))"
      )
    }
    let (width, height) = (4.5, 3.2)
    let n = GnuplotText.number
    let body = [
      FigureStyle.axes, PanelGrid.margins(0.56 / width, 3.16 / width, bottom: 0.48 / height, top: 1 - 0.12 / height),
      "set xrange [\(n(low)):\(n(high))]; set yrange [\(n(low)):\(n(high))]; set format '%g'",
      "set key at screen \(n(3.26 / width)),\(n(1 - 0.16 / height)) left top Left reverse samplen 0.5 textcolor rgb '\(FigureStyle.ink)'",
      FigureStyle.label(
        "predicted \(caption.axisTitle); \(caption.sampleText) a point", x: 1.86 / width, y: 0.12 / height),
      FigureStyle.label(
        "measured \(caption.axisTitle)", x: 0.1 / width, y: 1.78 / height, rotated: true),
      "plot x with lines lc rgb '\(FigureStyle.ink)' dt (6,3) lw 1 title 'equal', \((bars + points).joined(separator: ", "))",
    ]
    return GnuplotFigure(
      width: width, height: height, caption: predictionCaption(agreement), data: data.joined(separator: "\n"),
      body: body.joined(separator: "\n"))
  }

  private func predictionCaption(_ agreement: Agreement) -> String {
    let covered = agreement.covered.map { ", the interval holds the prediction in \($0)" } ?? ""
    return """
      \(title): measured against predicted recovery, a point for each level, mask ratio and patch size. \
      \(caption.measurement) \(caption.runsText) Over \(agreement.pairs) points the root mean square of the difference is \
      \(format.string(agreement.rootMeanSquare)), the largest \(format.string(agreement.largest))\(covered). Intervals end at the axes.
      """
  }

  /// Every pair of a prediction and a measurement for the same level, ratio and patch size.
  private var predictions: [(level: Int?, predicted: Double, measured: Estimate)] {
    var result: [(level: Int?, predicted: Double, measured: Estimate)] = []
    for block in blocks {
      guard let theory = block.groups.first(where: { $0.role == .theory }),
        let recovery = block.groups.first(where: { $0.role == .recovery })
      else { continue }
      for row in recovery.rows {
        guard let predicted = theory.rows.first(where: { $0.level == row.level }) else { continue }
        for (measured, prediction) in zip(row.estimates, predicted.estimates) {
          guard let measured, let prediction, measured.mean.isFinite, prediction.mean.isFinite else { continue }
          result.append((row.level, prediction.mean, measured))
        }
      }
    }
    return result
  }
}
