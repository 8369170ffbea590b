import Experiments
import Stochastics
import Testing

@Suite struct ResultMeasureTests {
  /// A cell at a mask ratio.
  static func cell(_ ratio: Double, generator: UInt64 = 1, training: UInt64 = 1, _ value: Double) -> CellValue {
    var setting = CellValue.Setting()
    setting.maskRatio = ratio
    return CellValue(setting: setting, generator: generator, training: training, value: value)
  }

  static func measure(_ statistic: SettingStatistic, against: Bool = false) -> ResultMeasure {
    let selection = ResultSelection(sweeps: ["s"], target: "z", metric: "r2_linear")
    var measure = ResultMeasure(selection: selection, statistic: statistic)
    if against { measure.against = selection }
    return measure
  }

  static func run(_ statistic: SettingStatistic, _ cells: [CellValue], against: [CellValue]? = nil) -> Measurement {
    measure(statistic, against: against != nil).measure((cells, against ?? []), key: RandomKey(seed: 1))
  }

  static let curve = [0.1, 0.3, 0.5, 0.7].enumerated().map { cell($1, [0.2, 0.6, 0.5, 0.1][$0]) }

  @Test(
    "Statistics over settings",
    arguments: [
      (SettingStatistic.mean, 0.35), (.median, 0.35), (.minimum, 0.1), (.maximum, 0.6), (.argmax(.maskRatio), 0.3),
      (.range(.maskRatio), 0.5), (.trend(.maskRatio), -0.4),
    ])
  func statistics(statistic: SettingStatistic, expected: Double) {
    let measured = Self.run(statistic, Self.curve)
    #expect(abs(measured.value - expected) < 1e-12)
    // One pair of seeds has no interval.
    #expect(measured.interval == nil && measured.count == 4 && measured.unit == "cells")
  }

  @Test("A dose that is a list of environments is ordered as the plan has them, whatever the mechanism")
  func environments() {
    let cells = (0..<6).map { index in
      var setting = CellValue.Setting()
      (setting.environmentIndex, setting.mechanismIndex) = (index % 3, index / 3)
      return CellValue(setting: setting, generator: 1, training: 1, value: [0.9, 0.5, 0.2, 0.7, 0.6, 0.1][index])
    }
    #expect(Self.run(.trend(.environment), cells).value == -1)
    #expect(Self.run(.argmax(.environment), cells).value == 0)
    #expect(abs(Self.run(.range(.environment), cells).value - 0.65) < 1e-12)
  }

  @Test("A tie has the first place, ties share their ranks, and what does not vary has no trend")
  func ties() {
    let flat = [0.1, 0.3].map { Self.cell($0, 0.5) }
    #expect(Self.run(.argmax(.maskRatio), flat).value == 0.1)
    #expect(Self.run(.trend(.maskRatio), flat).value == 0)
    // scipy.stats.spearmanr([1, 2, 3, 4], [1, 2, 2, 3]).statistic
    #expect(abs(SettingStatistic.rankCorrelation([1, 2, 3, 4], [1, 2, 2, 3]) - 0.9486832980505138) < 1e-12)
  }

  @Test("The interval is that of the statistics over pairs of seeds, as tables have it")
  func interval() throws {
    let values: [Double] = [0.5, 0.6, 0.7]
    let cells = values.enumerated().flatMap { seed, value in
      [Self.cell(0.1, training: UInt64(seed), value - 0.1), Self.cell(0.9, training: UInt64(seed), value + 0.1)]
    }
    let measured = Self.run(.mean, cells)
    let expected = Statistics.meanInterval(values)
    let interval = try #require(measured.interval)
    #expect(abs(measured.value - expected.mean) < 1e-12)
    #expect(abs(interval.upperBound - interval.lowerBound - 2 * (try #require(expected.halfWidth))) < 1e-12)
  }

  @Test("A difference from other cells is paired by seeds: what both share cancels")
  func paired() throws {
    let seeds: [(UInt64, Double)] = [(1, 0), (2, 5), (3, -7)]
    let first = seeds.map { Self.cell(0.5, training: $0.0, 0.4 + $0.1) }
    let other = seeds.map { Self.cell(0.05, training: $0.0, 0.1 + $0.1) }
    let measured = Self.run(.mean, first, against: other)
    let interval = try #require(measured.interval)
    #expect(abs(measured.value - 0.3) < 1e-12 && interval.upperBound - interval.lowerBound < 1e-12)
    #expect(measured.count == 6)
    // A seed on one side only is no pair.
    #expect(Self.run(.mean, first, against: Array(other.dropLast(2))).interval == nil)
  }

  @Test("Cells without a score are left out and counted; without any there is no value")
  func lost() {
    let cells = [Self.cell(0.1, .nan), Self.cell(0.3, 0.5)]
    let measured = Self.run(.minimum, cells)
    #expect(measured.value == 0.5 && measured.count == 1 && measured.lost == 1)
    let nothing = Self.run(.mean, [Self.cell(0.1, .nan)])
    #expect(nothing.value.isNaN && nothing.count == 0 && nothing.lost == 1 && nothing.interval == nil)
  }

  @Test("A share counts cells, with the interval of a proportion")
  func share() throws {
    let cells = (0..<10).map { Self.cell(0.5, training: UInt64($0), $0 == 0 ? 0.1 : 0.95) }
    let measured = Self.run(.share(0.9...1), cells)
    #expect(measured.value == 0.9 && measured.isEvery == false && measured.count == 10)
    #expect(measured.interval == Proportion(successes: 9, trials: 10).interval())
    #expect(Self.run(.share(0...1), cells).isEvery == true)
  }
}
