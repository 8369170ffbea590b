/// Why a training was given up: a result of its cell, not an error of the program.
public struct Divergence: Hashable, Codable, Sendable {
  /// What was seen.
  public enum Reason: Hashable, Codable, Sendable {
    /// A value of the data is NaN or infinite: the source's fault, not the optimiser's.
    ///
    /// - Parameters:
    ///   - row: The sample's place in the batch, or among the calibration samples.
    ///   - column: The observed column.
    ///   - isCalibration: Whether it was met while the standardisation was estimated.
    case nonFiniteData(row: Int, column: Int, isCalibration: Bool)
    /// The loss is NaN or infinite though the data are finite.
    case nonFiniteLoss
    /// The loss exceeds the divergence factor times the first non-zero loss.
    case exploded(loss: Double, limit: Double)
    /// The gradient's norm is NaN or infinite (seen only when gradients are clipped).
    case nonFiniteGradient
  }

  /// The zero-based step; its update was not made.
  public let step: Int
  /// What was seen.
  public let reason: Reason

  /// A divergence at a step.
  public init(step: Int, reason: Reason) {
    self.step = step
    self.reason = reason
  }
}

extension Divergence: CustomStringConvertible {
  /// One line: where, why, and what to change.
  public var description: String { "\(cause); \(remedy)" }

  /// Where and why.
  public var cause: String {
    switch reason {
    case .nonFiniteData(let row, let column, let isCalibration):
      "stopped at step \(step): column \(column) of row \(row) of the \(isCalibration ? "calibration samples" : "batch") is "
        + "not finite"
    case .nonFiniteLoss: "diverged at step \(step): the loss is not finite though the data are"
    case .exploded(let loss, let limit): "diverged at step \(step): loss \(loss) exceeds \(limit)"
    case .nonFiniteGradient: "diverged at step \(step): the gradient is not finite"
    }
  }

  /// What to change.
  public var remedy: String {
    switch reason {
    case .nonFiniteData: "mend the data"
    case .nonFiniteLoss, .nonFiniteGradient: "lower the learning rate"
    case .exploded: "lower the learning rate or clip gradients"
    }
  }
}

/// One entry of a loss history.
public struct LossRecord: Hashable, Sendable {
  /// The number of steps made so far.
  public let step: Int
  /// The mean loss of the interval that ends there: masked squared error per masked entry.
  public let loss: Float

  /// An entry.
  public init(step: Int, loss: Float) {
    self.step = step
    self.loss = loss
  }
}

/// What a training has come to.
public struct TrainingResult: Hashable, Sendable {
  /// How it stands.
  public enum Outcome: Hashable, Sendable {
    /// Steps remain.
    case unfinished
    /// All steps were made.
    case finished
    /// The training was given up.
    case diverged(Divergence)
  }

  /// How it stands.
  public let outcome: Outcome
  /// Updates made.
  public let steps: Int
  /// One entry for each full interval.
  public let losses: [LossRecord]
}
