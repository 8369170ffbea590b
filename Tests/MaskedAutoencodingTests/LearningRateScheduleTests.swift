import MaskedAutoencoding
import Testing

@Suite struct LearningRateScheduleTests {
  @Test("Warm-up rises linearly to the peak, the cosine falls from it to the final fraction")
  func cosine() {
    let schedule = LearningRateSchedule(warmUp: .steps(4), decay: .cosine(finalFraction: 0.2))
    let factors = (0...14).map { schedule.factor(step: $0, totalSteps: 12) }
    #expect(factors[0...3] == [0.25, 0.5, 0.75, 1])
    #expect(factors[4] == 1)
    // A quarter, half and three quarters of the way: ½(1 + cos) is ½ + √½/2, ½, ½ − √½/2.
    let quarter = 0.5 * 0.5.squareRoot()
    #expect(abs(factors[6] - (0.2 + 0.8 * (0.5 + quarter))) < 1e-15)
    #expect(abs(factors[8] - 0.6) < 1e-15)
    #expect(abs(factors[10] - (0.2 + 0.8 * (0.5 - quarter))) < 1e-15)
    #expect(factors[12...].allSatisfy { abs($0 - 0.2) < 1e-15 })
    #expect(zip(factors[4...], factors[5...]).allSatisfy { $0 >= $1 })
  }

  @Test("A linear decay falls by equal differences from the peak to the final fraction and stays there")
  func linear() {
    let schedule = LearningRateSchedule(warmUp: .steps(2), decay: .linear(finalFraction: 0.5))
    let factors = (0...9).map { schedule.factor(step: $0, totalSteps: 6) }
    #expect(factors == [0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.5, 0.5, 0.5])
    let toZero = LearningRateSchedule(warmUp: .steps(0), decay: .linear(finalFraction: 0))
    #expect((0...4).map { toZero.factor(step: $0, totalSteps: 4) } == [1, 0.75, 0.5, 0.25, 0])
  }

  @Test("A fraction of the steps is rounded; constant stays at the peak")
  func constant() {
    let schedule = LearningRateSchedule(warmUp: .fraction(0.26), decay: .constant)
    #expect((0..<6).map { schedule.factor(step: $0, totalSteps: 10) } == [1.0 / 3, 2.0 / 3, 1, 1, 1, 1])
  }

  @Test("Without warm-up the first step runs at the peak")
  func noWarmUp() {
    let schedule = LearningRateSchedule(warmUp: .steps(0), decay: .cosine(finalFraction: 0))
    #expect(schedule.factor(step: 0, totalSteps: 100) == 1)
    #expect(schedule.factor(step: 99, totalSteps: 100) > 0)
    #expect(schedule.factor(step: 99, totalSteps: 100) < 3e-4)
  }
}
