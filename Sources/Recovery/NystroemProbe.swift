public import LinearAlgebra
public import Stochastics

/// Kernel ridge regression on all training rows through the Nyström approximation with random landmark rows (Williams &
/// Seeger 2001; in the regularised form of Rudi, Camoriano & Rosasco 2015), for more rows than exact kernel ridge can take.
///
/// Kernel, standardisation and units of the hyper-parameters are those of ``KernelRidgeProbe``. Weights lie in the span of the
/// m landmarks: (KₙₘᵀKₙₘ + n · penalty · Kₘₘ) α = Kₙₘᵀ y. With all rows as landmarks it is exact. What is lost is stated:
/// ``Fit/traceError``.
public struct NystroemProbe: Probe {
  /// The kernel's inverse squared width, relative to 1/k.
  public let gamma: Double
  /// The penalty, relative to n.
  public let penalty: Double
  /// Where the landmark rows come from.
  public let landmarks: Landmarks
  /// `nystroem`.
  public var name: String { "nystroem" }

  /// The rows in whose span the weights lie.
  public enum Landmarks: Sendable {
    /// This many training rows, at most all, drawn without replacement.
    case drawn(count: Int, key: RandomKey)
    /// These training rows.
    case rows([Int])
  }

  /// Predictions with the error of the approximation.
  public struct Fit: Sendable {
    /// Shape (m, q), for the test rows.
    public let predictions: Matrix<Double>
    /// tr(K − K̃) / tr K over the training rows: the mean squared distance of a row's feature vector from the landmarks'
    /// span, relative to its length; in [0, 1], 0 if exact.
    public let traceError: Double
  }

  /// A probe with fixed hyper-parameters, best taken from cross-validation of ``KernelRidgeProbe`` on fewer rows.
  public init(gamma: Double, penalty: Double, landmarks: Int = 1000, key: RandomKey) {
    precondition(landmarks >= 1, "\(landmarks) landmarks")
    self.init(gamma, penalty, .drawn(count: landmarks, key: key))
  }

  /// A probe with fixed hyper-parameters and given landmarks.
  ///
  /// - Parameters:
  ///   - gamma: The rate γ of the kernel, as in ``KernelRidgeProbe``.
  ///   - penalty: λ, relative to the number of training rows.
  ///   - landmarkRows: Indices of training rows, at least one, none twice.
  public init(gamma: Double, penalty: Double, landmarkRows: [Int]) {
    precondition(
      !landmarkRows.isEmpty && Set(landmarkRows).count == landmarkRows.count, "landmark rows \(landmarkRows)")
    self.init(gamma, penalty, .rows(landmarkRows))
  }

  private init(_ gamma: Double, _ penalty: Double, _ landmarks: Landmarks) {
    precondition(gamma > 0 && penalty > 0, "gamma \(gamma), penalty \(penalty)")
    (self.gamma, self.penalty, self.landmarks) = (gamma, penalty, landmarks)
  }

  /// See ``Probe/predictions(_:groups:)``.
  public func predictions(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Matrix<Double> {
    requirePartition(groups, columns: split.testTargets.columns)
    return try fit(split).predictions
  }

  /// Fits on the training rows and predicts the test rows.
  ///
  /// - Throws: ``RecoveryError/numerical(operation:reason:)``.
  /// - Complexity: O(n·m² + m³) time, O(n·m) memory, m landmarks.
  public func fit(_ split: HeldOutSplit) throws(RecoveryError) -> Fit {
    let (features, targets) = (Standardisation(split.trainFeatures), Standardisation(split.trainTargets))
    let x = features.applied(to: split.trainFeatures)
    let chosen: [Int]
    switch landmarks {
    case .drawn(let count, let key):
      var stream = RandomStream(key)
      chosen = Array(stream.permutation(x.rows).prefix(count))
    case .rows(let rows): chosen = rows
    }
    let (centres, count) = (x.rows(at: chosen), chosen.count)
    let rate = gamma / Double(max(features.activeCount, 1))
    var inner = gaussianKernel(Matrix.squaredDistances(centres, centres), rate: rate)
    // Rounding leaves directions of near-equal landmarks indefinite; they carry nothing.
    for i in 0..<count { inner[i, i] += 1e-10 }
    let factor: Matrix<Double>
    do {
      factor = try inner.choleskyFactor()
    } catch {
      throw .numerical(operation: "Nyström approximation", reason: "\(error)")
    }
    // Φ = Kₙₘ L⁻ᵀ, so that K̃ = ΦΦᵀ and the problem is linear ridge in Φ.
    func mapped(_ rows: Matrix<Double>) -> Matrix<Double> {
      factor.lowerTriangularSolve(gaussianKernel(Matrix.squaredDistances(centres, rows), rate: rate))
    }
    let phi = mapped(x)
    let kept = phi.storage.reduce(0) { $0 + $1 * $1 } / Double(x.rows)
    let y = targets.applied(to: split.trainTargets)
    let weights = try solveRidge(
      phi.multiplied(by: phi, transposeOther: true), phi * y, penalty: penalty * Double(x.rows))
    let predicted = mapped(features.applied(to: split.testFeatures)).multiplied(by: weights, transposeSelf: true)
    return Fit(predictions: targets.reverted(predicted), traceError: min(max(1 - kept, 0), 1))
  }
}
