import LinearAlgebra
import Recovery
import Testing

@Suite struct HeldOutSplitTests {
  let x = gaussianMatrix(6, 2, seed: 1)
  let y = gaussianMatrix(6, 3, seed: 2)

  @Test("The first rows train, the others test, nothing is in both")
  func parts() throws {
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 4)
    #expect(split.trainFeatures == x.rows(0..<4) && split.testFeatures == x.rows(4..<6))
    #expect(split.trainTargets == y.rows(0..<4) && split.testTargets == y.rows(4..<6))
    #expect(split.reversed.trainFeatures == split.trainTargets && split.reversed.testTargets == split.testFeatures)
  }

  @Test("NaN or infinity in any part is named", arguments: [Double.nan, .infinity])
  func nonFinite(bad: Double) throws {
    var (badX, badY) = (x, y)
    badX[1, 1] = bad
    badY[1, 2] = bad
    #expect(throws: RecoveryError.nonFinite(what: "the training features")) {
      try HeldOutSplit(trainFeatures: badX, trainTargets: y, testFeatures: x, testTargets: y)
    }
    #expect(throws: RecoveryError.nonFinite(what: "the training targets")) {
      try HeldOutSplit(trainFeatures: x, trainTargets: badY, testFeatures: x, testTargets: y)
    }
    #expect(throws: RecoveryError.nonFinite(what: "the test features")) {
      try HeldOutSplit(trainFeatures: x, trainTargets: y, testFeatures: badX, testTargets: y)
    }
    #expect(throws: RecoveryError.nonFinite(what: "the test targets")) {
      try HeldOutSplit(trainFeatures: x, trainTargets: y, testFeatures: x, testTargets: badY)
    }
  }

  @Test("Parts that do not fit each other, or hold too few rows, are refused with their extents")
  func shapes() throws {
    #expect(
      throws: RecoveryError.shapeMismatch(what: "the row counts of the features and targets", left: 6, right: 5)
    ) { try HeldOutSplit(features: x, targets: y.rows(0..<5), trainRows: 3) }
    #expect(
      throws: RecoveryError.shapeMismatch(
        what: "the column counts of the training and test features", left: 2, right: 1)
    ) { try HeldOutSplit(trainFeatures: x, trainTargets: y, testFeatures: x.columns(0..<1), testTargets: y) }
    #expect(throws: RecoveryError.tooFewRows(what: "the training rows", rows: 1, needed: 2)) {
      try HeldOutSplit(features: x, targets: y, trainRows: 1)
    }
    #expect(throws: RecoveryError.tooFewRows(what: "the test rows", rows: 0, needed: 2)) {
      try HeldOutSplit(features: x, targets: y, trainRows: 6)
    }
  }

  @Test("Every error says in one line what to do")
  func descriptions() {
    let errors: [RecoveryError] = [
      .nonFinite(what: "the test features"), .tooFewRows(what: "the test rows", rows: 0, needed: 2),
      .shapeMismatch(what: "the row counts of the features and targets", left: 6, right: 5),
      .numerical(operation: "ridge regression", reason: "no"),
    ]
    #expect(
      errors.map(\.description) == [
        "the test features hold NaN or infinity; the encoder diverged or the file is damaged, "
          + "so there is nothing to score",
        "the test rows: 0 given, at least 2 needed; sample more",
        "the row counts of the features and targets differ: 6 and 5; "
          + "pass matrices of the same samples and the same variables",
        "ridge regression failed: no",
      ])
  }
}
