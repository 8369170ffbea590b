public import Reporting
internal import Stochastics

/// A curve of an experiment as it was measured.
public struct MeasuredCurve: Sendable {
  /// The curve.
  public let curve: DoseCurve
  /// For each line, a measurement at each dose; its count is 0 where the form that was run has no such cells.
  public let measurements: [[Measurement]]

  init(_ curve: DoseCurve, in finished: [FinishedSweep]) {
    self.curve = curve
    measurements = curve.lines.indices.map { line in
      curve.doses.map { dose in
        let measure = dose.measures[line]
        let key = RandomKey(seed: 0).child("curves").child(curve.id).child(curve.lines[line]).child(dose.label)
        return measure.measure(measure.values(in: finished), key: key)
      }
    }
  }

  /// The curve as a panel of a figure; doses that nothing was measured at are left out.
  public var panel: CurveFigure.Panel {
    let measured = curve.doses.indices.filter { dose in measurements.contains { $0[dose].count > 0 } }
    return CurveFigure.Panel(
      title: curve.title, axis: curve.axis, doses: measured.map { curve.doses[$0].label },
      lines: zip(curve.lines, measurements).map { title, line in
        CurveFigure.Line(
          title: title,
          points: measured.map { .init(mean: line[$0].value, interval: line[$0].interval, count: line[$0].count) })
      })
  }

  /// A row for each dose of each line of each curve.
  static func csv(_ curves: [MeasuredCurve]) -> String {
    var writer = CSVWriter(header: ["curve", "dose_of", "line", "dose", "value", "low", "high", "n", "unit", "lost"])
    for measured in curves {
      let curve = measured.curve
      for (line, values) in zip(curve.lines, measured.measurements) {
        for (dose, value) in zip(curve.doses, values) where value.count + value.lost > 0 {
          writer.append([
            .text(curve.id), .text(curve.axis), .text(line), .text(dose.label), .number(value.value),
            .init(value.interval?.lowerBound), .init(value.interval?.upperBound), .integer(value.count),
            .text(value.unit), .integer(value.lost),
          ])
        }
      }
    }
    return writer.text
  }
}
