import Experiments
import Testing

@Suite struct ExpectationTests {
  private func measured(_ value: Double, _ interval: ClosedRange<Double>?, isEvery: Bool? = nil) -> Measurement {
    Measurement(value: value, interval: interval, count: 6, unit: "cells", isEvery: isEvery)
  }

  @Test("The whole interval must agree to hold, and none of it to fail")
  func intervals() {
    let atLeast = Expectation.within(0.9...(.infinity))
    #expect(atLeast.verdict(on: measured(0.95, 0.9...1)) == .holds)
    #expect(atLeast.verdict(on: measured(0.95, 0.89...1)) == .undecided)
    #expect(atLeast.verdict(on: measured(0.85, 0.8...0.9)) == .undecided)
    #expect(atLeast.verdict(on: measured(0.85, 0.8...0.899)) == .fails)
    let between = Expectation.within(0.25...0.75)
    #expect(between.verdict(on: measured(0.5, 0.5...0.5)) == .holds)
    #expect(between.verdict(on: measured(0.5, 0.1...0.9)) == .undecided)
    #expect(between.verdict(on: measured(0.1, 0...0.2)) == .fails)
    #expect(Expectation.within(-.infinity...0.01).verdict(on: measured(0.005, -0.001...0.02)) == .undecided)
  }

  @Test("Without an interval, or without a number, a claim is undecided")
  func nothing() {
    let anything = Expectation.within(-.infinity...(.infinity))
    #expect(anything.verdict(on: measured(0.5, nil)) == .undecided)
    #expect(anything.verdict(on: measured(.nan, 0...1)) == .undecided)
    #expect(Expectation.every.verdict(on: measured(1, 1...1)) == .undecided)
  }

  @Test("One exception refutes a claim about every model, however narrow the interval")
  func every() {
    #expect(Expectation.every.verdict(on: measured(1, 0.998...1, isEvery: true)) == .holds)
    #expect(Expectation.every.verdict(on: measured(0.9995, 0.998...1, isEvery: false)) == .fails)
  }

  @Test("Ranges in words")
  func text() {
    #expect(Expectation.within(0.9...(.infinity)).text == "≥ 0.9")
    #expect(Expectation.within(-.infinity...0.01).text == "≤ 0.01")
    #expect(Expectation.within(0.25...0.75).text == "0.25 to 0.75")
    #expect(Expectation.every.text == "every")
  }
}
