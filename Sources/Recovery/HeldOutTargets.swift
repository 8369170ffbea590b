internal import LinearAlgebra
internal import Synchronization

/// What several scores ask of the same targets, worked out once and shared by all splits that have them: the floors and ceilings of a
/// representation.
final class TargetFacts: Sendable {
  /// Targets in units of their training rows.
  struct Standardised: Sendable {
    let scale: Standardisation
    /// Shape (n, q).
    let train: Matrix<Double>
    /// Shape (m, q).
    let test: Matrix<Double>
  }

  private struct State {
    var standardised: Standardised?
    var spread: R2.Spread?
  }

  private let train: Matrix<Double>
  private let test: Matrix<Double>
  private let state = Mutex(State())

  /// Nothing is worked out before it is asked for.
  init(train: Matrix<Double>, test: Matrix<Double>) { (self.train, self.test) = (train, test) }

  /// Both parts in units of the training rows.
  var standardised: Standardised {
    state.withLock { state in
      if let known = state.standardised { return known }
      let scale = Standardisation(train)
      let made = Standardised(scale: scale, train: scale.applied(to: train), test: scale.applied(to: test))
      state.standardised = made
      return made
    }
  }

  /// The denominators of R² on the test rows.
  var spread: R2.Spread {
    state.withLock { state in
      if let known = state.spread { return known }
      let made = R2.Spread(test)
      state.spread = made
      return made
    }
  }
}
