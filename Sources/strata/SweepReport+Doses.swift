internal import Recovery
internal import Reporting
internal import Specifications
internal import Sweeps

/// Figures of a report over the settings that tables do not have as columns: width, and mechanism or environment.
extension SweepReport {
  /// A section for each figure over one setting, where all others are single: one mask ratio and one patch size.
  func doseSections(
    _ tables: RecoveryTables, names: inout FileNames, output: ReportFolder
  ) throws -> [ReportPage.Section] {
    guard let programs else { return [] }
    let single = tables.summaries.filter { $0.maskRatios.count == 1 && $0.patchSizes.count == 1 }
    var sections: [ReportPage.Section] = []
    for axis in DoseAxis.allCases {
      var done: [RecoverySummary.Subject] = []
      for summary in single where !done.contains(axis.shared(summary.subject)) {
        let shared = axis.shared(summary.subject)
        done.append(shared)
        let doses = single.filter { axis.shared($0.subject) == shared }.map {
          RecoveryTable.Dose(label: axis.label($0.subject), table: tables.table($0))
        }
        let title = axis.title(shared)
        guard let figure = RecoveryTable.doseFigure(doses, axis: axis.rawValue, title: title) else { continue }
        let file = names.unique(
          [shared.graph, axis.fileName] + axis.otherLabels(shared)
            + [shared.evaluation, shared.target, shared.metric])
        let heading = "Recovery over the \(axis.rawValue): \(title)"
        let svg = try draw(file, output: output) { try programs.draw(figure, name: file, in: $0) }
        sections.append(
          ReportPage.Section(
            title: "\(heading), \(tables.selection.target.rawValue), \(tables.selection.metric.title)",
            figures: [self.figure(file, title: heading, caption: figure.caption, svg: svg)]))
      }
    }
    return sections
  }

  /// A setting that a figure is over.
  private enum DoseAxis: String, CaseIterable {
    case mechanism = "mechanism"
    case width = "representation width"

    /// The beginning of files' names.
    var fileName: String { self == .mechanism ? "over-mechanism" : "over-width" }

    /// The subject without the setting: what all doses share.
    func shared(_ subject: RecoverySummary.Subject) -> RecoverySummary.Subject {
      var subject = subject
      switch self {
      case .mechanism: subject.mechanism = ""
      case .width: subject.width = 0
      }
      return subject
    }

    /// The setting of a subject.
    func label(_ subject: RecoverySummary.Subject) -> String {
      self == .mechanism ? subject.mechanism : "\(subject.width)"
    }

    /// The setting that is shared, for names of files.
    func otherLabels(_ shared: RecoverySummary.Subject) -> [String] {
      self == .mechanism ? ["width\(shared.width)"] : [shared.mechanism]
    }

    func title(_ shared: RecoverySummary.Subject) -> String {
      "\(shared.graph), \(self == .mechanism ? "width \(shared.width)" : shared.mechanism): \(shared.evaluation)"
    }
  }
}
