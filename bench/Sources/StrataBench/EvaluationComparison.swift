internal import Datasets
internal import Foundation
internal import LinearAlgebra
internal import Recovery

/// `StrataBench evaluation DIR`: timings of the scores on the matrices that `bench/peers/evaluation.py` wrote to DIR, a JSON line
/// each with the numbers computed, in the form of that script. `bench/evaluation.sh` calls the two in turn.
enum EvaluationComparison {
  static func run(directory: String) throws {
    func matrix(_ name: String) throws -> Matrix<Double> { try MatrixFile.read("\(directory)/\(name).npy") }
    let (x, other, y) = (try matrix("x"), try matrix("other"), try matrix("y"))

    let ridge = try HeldOutSplit(features: x, targets: y, trainRows: 8000)
    try report("ridge", repetitions: 41) { try RidgeProbe().heldOutR2(ridge) }

    // The first eight, as many as the peer computes.
    try report("cca", repetitions: 41) { Array(try canonicalCorrelations(x, other).prefix(8)) }

    let kernel = try HeldOutSplit(
      trainFeatures: x.rows(0..<4000), trainTargets: y.rows(0..<4000), testFeatures: x.rows(4000..<5000),
      testTargets: y.rows(4000..<5000))
    let single = KernelRidgeProbe(penalties: [1e-3], gammas: [0.8], maximumRows: 4000)
    try report("kernel", repetitions: 3) { try single.heldOutR2(kernel) }

    let small = try HeldOutSplit(
      trainFeatures: x.rows(0..<2000), trainTargets: y.rows(0..<2000), testFeatures: x.rows(4000..<5000),
      testTargets: y.rows(4000..<5000))
    try report("kernel-grid", repetitions: 1) { try KernelRidgeProbe().heldOutR2(small) }
  }

  /// The median of a few calls after one that warms up.
  private static func report(_ work: String, repetitions: Int, _ body: () throws -> [Double]) rethrows {
    var values = repetitions > 1 ? try body() : []
    var seconds: [Double] = []
    for _ in 0..<repetitions {
      let start = ProcessorTime.seconds
      values = try body()
      seconds.append(ProcessorTime.seconds - start)
    }
    let median = seconds.sorted()[seconds.count / 2]
    print("{\"work\": \"\(work)\", \"name\": \"Strata\", \"seconds\": \(median), \"values\": \(values)}")
  }
}
