internal import Specifications

extension Experiment {
  /// The same experiment with other randomness: every generator, training and model seed is larger by an offset. Claims, limits and
  /// sizes are those of the files, so that what was found with the files' own seeds, after which claims may have been changed,
  /// can be held against seeds that nobody had seen.
  ///
  /// - Parameter seedOffset: 0 for the experiment itself. Sums wrap around.
  public func replication(seedOffset: UInt64) -> Experiment {
    var result = self
    result.seedOffset = self.seedOffset &+ seedOffset
    for index in sweeps.indices {
      result.sweeps[index].plan.shiftSeeds(by: seedOffset)
      result.sweeps[index].quickPlan?.shiftSeeds(by: seedOffset)
    }
    for index in claims.indices {
      guard case .check(let check, let models, let quickModels, let seed) = claims[index].measure else { continue }
      result.claims[index].measure = .check(check, models: models, quickModels: quickModels, seed: seed &+ seedOffset)
    }
    return result
  }
}

extension SweepPlan {
  fileprivate mutating func shiftSeeds(by offset: UInt64) {
    generatorSeeds = generatorSeeds.map { $0 &+ offset }
    trainingSeeds = trainingSeeds.map { $0 &+ offset }
  }
}
