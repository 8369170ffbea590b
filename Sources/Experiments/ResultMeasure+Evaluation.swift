internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Recovery
internal import Specifications
package import Stochastics
internal import Sweeps

/// The finished cells of one run of a sweep.
struct FinishedSweep {
  /// The sweep's name.
  let sweep: String
  /// The run's folder within the experiment's output.
  let folder: String
  let plan: SweepPlan
  let cells: [(specification: CellSpecification, result: CellResult)]
}

/// One cell's value for a claim.
package struct CellValue: Sendable {
  /// What tells it from other cells but for seeds.
  package let setting: Setting
  /// The seed of the mechanisms.
  package let generator: UInt64
  /// The seed of training and evaluation.
  package let training: UInt64
  /// Not finite where the cell has no such score.
  package let value: Double

  /// A value.
  package init(setting: Setting, generator: UInt64, training: UInt64, value: Double) {
    (self.setting, self.generator, self.training, self.value) = (setting, generator, training, value)
  }

  /// What cells that differ only in seeds share.
  package struct Setting: Hashable, Sendable {
    /// The run's folder.
    package var folder = ""
    /// The graph's label.
    package var graph = ""
    /// The mechanisms' label, with the environment.
    package var mechanism = ""
    /// Masked share.
    package var maskRatio = 0.5
    /// Side of a patch.
    package var patchSize = 1
    /// Representation width.
    package var width = 1
    /// The place on ``SettingAxis/sweep``.
    package var sweepIndex = 0
    /// The place on ``SettingAxis/mechanism``.
    package var mechanismIndex = 0
    /// The place on ``SettingAxis/environment``.
    package var environmentIndex = 0

    /// A setting, to be filled in.
    package init() {}

    func coordinate(_ axis: SettingAxis) -> Double {
      switch axis {
      case .maskRatio: maskRatio
      case .patchSize: Double(patchSize)
      case .width: Double(width)
      case .mechanism: Double(mechanismIndex)
      case .environment: Double(environmentIndex)
      case .sweep: Double(sweepIndex)
      }
    }
  }
}

extension ResultMeasure {
  /// The values of all cells that the measure takes into account, those of ``against`` behind the others.
  func values(in finished: [FinishedSweep]) -> (first: [CellValue], against: [CellValue]) {
    (
      Self.values(selection, minus: minus, isAbsolute: isAbsolute, in: finished),
      against.map { Self.values($0, in: finished) } ?? []
    )
  }

  /// The measurement.
  ///
  /// - Parameter key: The source of the bootstrap's resamples.
  package func measure(_ values: (first: [CellValue], against: [CellValue]), key: RandomKey) -> Measurement {
    let all = values.first + values.against
    let lost = all.count { !$0.value.isFinite }
    let count = all.count - lost
    if case .share(let range) = statistic {
      let finite = values.first.filter(\.value.isFinite)
      guard !finite.isEmpty else { return Measurement(value: .nan, interval: nil, count: 0, unit: "cells", lost: lost) }
      let share = Proportion(successes: finite.count { range.contains($0.value) }, trials: finite.count)
      return Measurement(
        value: share.estimate, interval: share.interval(), count: finite.count, unit: "cells", lost: lost,
        isEvery: share.successes == share.trials)
    }
    var runs = Self.runs(values.first, statistic)
    if against != nil {
      let others = Self.runs(values.against, againstStatistic ?? statistic)
      runs = runs.compactMap { run in
        others.first { $0.generator == run.generator && $0.training == run.training }
          .map { .init(generator: run.generator, training: run.training, value: run.value - $0.value) }
      }
    }
    guard !runs.isEmpty else { return Measurement(value: .nan, interval: nil, count: 0, unit: "cells", lost: lost) }
    let crossed = CrossedValues(runs)
    var stream = RandomStream(key)
    let interval = crossed.confidenceInterval(using: &stream)?.bounds(mean: crossed.mean)
    return Measurement(value: crossed.mean, interval: interval, count: count, unit: "cells", lost: lost)
  }

  private static func values(
    _ selection: ResultSelection, minus: ResultSelection? = nil, isAbsolute: Bool = false, in finished: [FinishedSweep]
  ) -> [CellValue] {
    var values: [CellValue] = []
    for (sweepIndex, name) in selection.sweeps.enumerated() {
      for run in finished where run.sweep == name {
        let labels = run.plan.mechanisms.map(\.label)
        for (cell, result) in run.cells where selection.takes(cell) {
          var value = selection.value(of: cell, result)
          if let minus { value -= minus.value(of: cell, result) }
          var setting = CellValue.Setting()
          (setting.folder, setting.graph, setting.mechanism) = (run.folder, cell.graph.name, cell.generatorLabel)
          (setting.maskRatio, setting.patchSize) = (cell.maskRatio, cell.patchSize)
          setting.width = cell.architecture.representationWidth
          setting.sweepIndex = sweepIndex
          setting.mechanismIndex = labels.firstIndex(of: cell.mechanism.label) ?? 0
          setting.environmentIndex = run.plan.environments.firstIndex { $0?.name == cell.environment?.name } ?? 0
          values.append(
            CellValue(
              setting: setting, generator: cell.generatorSeed, training: cell.trainingSeed,
              value: isAbsolute ? abs(value) : value))
        }
      }
    }
    return values
  }

  /// The statistic for each pair of seeds that has cells with scores.
  private static func runs(_ values: [CellValue], _ statistic: SettingStatistic) -> [CrossedValues.Run] {
    struct Seeds: Hashable { let generator, training: UInt64 }
    let groups = Dictionary(grouping: values.filter(\.value.isFinite)) {
      Seeds(generator: $0.generator, training: $0.training)
    }
    return groups.sorted { ($0.key.generator, $0.key.training) < ($1.key.generator, $1.key.training) }
      .map { .init(generator: $0.key.generator, training: $0.key.training, value: statistic.value(of: $0.value)) }
  }
}

extension SettingStatistic {
  /// The statistic of the cells of one pair of seeds.
  ///
  /// - Precondition: there are some, and their values are finite.
  func value(of cells: [CellValue]) -> Double {
    let values = cells.map(\.value).sorted()
    switch self {
    case .mean, .share: return values.reduce(0, +) / Double(values.count)
    case .median: return (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
    case .minimum: return values[0]
    case .maximum: return values[values.count - 1]
    case .argmax(let axis):
      let curve = Self.curve(cells, axis)
      let largest = curve.map(\.mean).max()!
      return curve.first { $0.mean == largest }!.place
    case .range(let axis):
      let means = Self.curve(cells, axis).map(\.mean)
      return means.max()! - means.min()!
    case .trend(let axis):
      let curve = Self.curve(cells, axis)
      return Self.rankCorrelation(curve.map(\.place), curve.map(\.mean))
    }
  }

  /// The mean value at each place of an axis, by ascending place.
  private static func curve(_ cells: [CellValue], _ axis: SettingAxis) -> [(place: Double, mean: Double)] {
    Dictionary(grouping: cells) { $0.setting.coordinate(axis) }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.reduce(0) { $0 + $1.value } / Double($0.value.count)) }
  }

  /// Spearman (1904), ties with their mean rank; 0 where either does not vary.
  package static func rankCorrelation(_ x: [Double], _ y: [Double]) -> Double {
    let ranks = midRanks(Matrix(zip(x, y).map { [$0, $1] }))
    let middle = Double(ranks.rows + 1) / 2
    let (a, b) = (ranks.column(0).map { $0 - middle }, ranks.column(1).map { $0 - middle })
    let (aa, bb) = (zip(a, a).reduce(0) { $0 + $1.0 * $1.1 }, zip(b, b).reduce(0) { $0 + $1.0 * $1.1 })
    guard aa > 0, bb > 0 else { return 0 }
    return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (aa * bb).squareRoot()
  }
}

extension ResultSelection {
  /// Whether a cell is selected; sweeps are not looked at.
  func takes(_ cell: CellSpecification) -> Bool {
    graph?.contains(cell.graph.name) ?? true
      && mechanism?.contains(cell.generatorLabel) ?? true
      && maskRatio?.contains(cell.maskRatio) ?? true
      && patchSize?.contains(cell.patchSize) ?? true
      && width?.contains(cell.architecture.representationWidth) ?? true
  }

  /// The mean over the selected rows of a cell; NaN if one of them is, or if there is none.
  func value(of cell: CellSpecification, _ result: CellResult) -> Double {
    let rows = result.measurements + (result.predictions ?? [])
    let recoverable = Set(rows.filter { $0.metric == "recoverable" && $0.value == 1 }.compactMap(\.node))
    var numbers: [Double] = []
    for row in rows
    where row.evaluation == evaluation && row.target == target && row.estimator == estimator && row.metric == metric {
      let isSelected =
        switch nodes {
        case nil: row.node == nil
        case .recoverable: row.node.map { recoverable.contains($0) } ?? false
        case .unrecoverable: row.node.map { !recoverable.contains($0) } ?? false
        case .named(let names): row.node.map { names.contains($0) } ?? false
        }
      guard isSelected, includes(row.level, of: cell.graph) else { continue }
      numbers.append(column == .value ? row.value : row.pValue ?? .nan)
    }
    return numbers.isEmpty ? .nan : numbers.reduce(0, +) / Double(numbers.count)
  }

  private func includes(_ rowLevel: Int?, of graph: HierarchicalGraph) -> Bool {
    guard let level else { return true }
    return level.contains { level in
      switch level {
      case .height(let height): rowLevel == height
      case .top: rowLevel == graph.height
      }
    }
  }
}
