internal import LinearAlgebra
public import Stochastics

/// How often a test notices that a representation knows something of what it must not know.
///
/// The representation is ĉ = c + δ·ε with c and ε independent standard Gaussian, both of `dimension` columns: δ = 0 is what
/// block identifiability asks for, and a leakage of δ explains a share δ²/(1 + δ²) of the variance of ε. Rejections at δ = 0 are
/// the size of a test, the others its power.
public struct LeakageStudy: Sendable {
  /// The tests of "ĉ tells nothing of ε".
  public enum Test: String, Sendable, CaseIterable {
    /// ``IndependenceTest`` of ĉ and ε on all n rows.
    case hsic
    /// Permutation p-value of the mean held-out R² of ε from ĉ by the ridge probe, fitted on n/2 rows and scored on n/2.
    case r2Linear = "r2-linear"
  }

  /// Rows n of each replication.
  public let rows: Int
  /// Columns of c, of ε, and so of ĉ.
  public let dimension: Int
  /// Permutations of each test; p-values are multiples of 1/(1 + permutations).
  public let permutations: Int
  /// Independent data sets.
  public let replications: Int
  /// A test rejects at p ≤ this.
  public let level: Double

  /// A study.
  ///
  /// - Precondition: `rows >= 8`, the others at least 1, `level` in (0, 1), and a multiple of 1/(1 + permutations) if the size
  ///   is to be exactly that.
  public init(rows: Int, dimension: Int = 2, permutations: Int = 99, replications: Int = 200, level: Double = 0.05) {
    precondition(
      rows >= 8 && dimension >= 1 && permutations >= 1 && replications >= 1 && level > 0 && level < 1,
      "\(rows) rows, \(dimension) dimensions, \(permutations) permutations, \(replications) replications, level \(level)"
    )
    (self.rows, self.dimension, self.permutations) = (rows, dimension, permutations)
    (self.replications, self.level) = (replications, level)
  }

  /// How often the test rejects.
  ///
  /// - Parameters:
  ///   - test: The test.
  ///   - leakage: δ ≥ 0.
  ///   - key: The source of data and permutations. With the same key, all tests and leakages see the same c, ε and
  ///     permutations.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: `replications` tests.
  public func rejections(of test: Test, leakage: Double, key: RandomKey) throws(RecoveryError) -> Proportion {
    precondition(leakage >= 0 && leakage.isFinite, "a leakage of \(leakage)")
    var rejected = 0
    for replication in 0..<replications {
      if try pValue(of: test, leakage: leakage, key: key.child(replication)) <= level { rejected += 1 }
    }
    return Proportion(successes: rejected, trials: replications)
  }

  private func pValue(of test: Test, leakage: Double, key: RandomKey) throws(RecoveryError) -> Double {
    func gaussian(_ purpose: String) -> Matrix<Double> {
      let values = Distribution.gaussian.samples(rows * dimension, key: key.child(purpose))
      return Matrix(rows: rows, columns: dimension, storage: values.map(Double.init))
    }
    let noise = gaussian("noise")
    var representation = gaussian("content")
    representation.add(noise, times: leakage)
    var stream = RandomStream(key.child("permutations"))
    switch test {
    case .hsic:
      return try IndependenceTest(representation, noise, permutations: permutations, using: &stream).pValue
    case .r2Linear:
      let split = try HeldOutSplit(features: representation, targets: noise, trainRows: rows / 2)
      let null = try PermutationNull(split, permutations: permutations, using: &stream) {
        (split) throws(RecoveryError) in
        let r2 = try RidgeProbe().heldOutR2(split)
        return r2.reduce(0, +) / Double(r2.count)
      }
      return null.pValue ?? .nan
    }
  }
}
