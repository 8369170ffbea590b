import LinearAlgebra
import Recovery
import Stochastics
import Testing

@Suite struct MatrixEvaluationTests {
  static let z = gaussianMatrix(300, 3, seed: 11)
  static let noisy: Matrix<Double> = {
    var x = gaussianMatrix(300, 3, seed: 12)
    x.withUnsafeMutableElements { for (i, value) in z.storage.enumerated() { $0[i] += value } }
    return x
  }()
  static let groups = [
    MatrixEvaluation.Group(name: "pair", columns: [0, 2]), MatrixEvaluation.Group(name: "one", columns: [1]),
  ]

  static func evaluation(
    _ x: Matrix<Double> = noisy, _ z: Matrix<Double> = z, groups: [MatrixEvaluation.Group] = groups,
    references: [MatrixEvaluation.Reference] = [], permutations: Int = 0
  ) throws -> MatrixEvaluation {
    try MatrixEvaluation(
      representation: x, targets: z, groups: groups, references: references, trainRows: 150,
      limits: .init(pairRows: 60), permutations: permutations, key: RandomKey(seed: 0))
  }

  @Test("The representation lies at 0 as the untrained encoder and at 1 as the raw input")
  func normalised() throws {
    let (floor, ceiling) = (gaussianMatrix(300, 3, seed: 13), Self.z)
    func normalised(_ x: Matrix<Double>) throws -> [Double?] {
      try Self.evaluation(
        x, references: [.init(name: "untrained", features: floor), .init(name: "input", features: ceiling)]
      ).scores(.strata, metrics: [.r2Linear]).filter { $0.estimator == "representation" }.map(\.normalised)
    }
    #expect(try normalised(floor) == [0, 0] && normalised(ceiling) == [1, 1])
    #expect(try normalised(Self.noisy).allSatisfy { try (0.3..<0.7).contains(#require($0)) })
    // Without a floor there is no scale.
    let bare = try Self.evaluation(references: [.init(name: "input", features: ceiling)])
    #expect(try bare.scores(.strata, metrics: [.r2Linear]).allSatisfy { $0.normalised == nil })
  }

  @Test("The p-value of a mean over evaluations is that of the means of their permutations")
  func means() throws {
    let evaluations = try [Self.noisy, gaussianMatrix(300, 3, seed: 14)].map {
      try Self.evaluation($0, permutations: 19).scores(.strata, metrics: [.r2Linear, .hsic, .svcca])
    }
    let means = MatrixEvaluation.means(of: evaluations)
    #expect(means.count == evaluations[0].count && means.allSatisfy { $0.count == 2 })
    for (index, (score, _)) in means.enumerated() {
      let (a, b) = (evaluations[0][index], evaluations[1][index])
      #expect(score.group == a.group && score.estimator == a.estimator && score.metric == a.metric)
      #expect(abs(score.value - (a.value + b.value) / 2) < 1e-15)
      let null = zip(a.permuted, b.permuted).map { ($0 + $1) / 2 }
      let expected = null.isEmpty ? nil : Double(1 + null.count { $0 >= score.value }) / Double(1 + null.count)
      #expect(score.pValue == expected)
    }
    #expect(MatrixEvaluation.means(of: [evaluations[0]]).map(\.score) == evaluations[0])
  }

  @Test(
    "Every metric has a shuffled floor and a p-value on demand, in-sample ones too", arguments: RecoveryMetric.allCases)
  func floors(metric: RecoveryMetric) throws {
    let scores = try Self.evaluation(permutations: 19).scores(.strata, metrics: [metric])
    for group in ["pair", "one"] {
      let own = scores.filter { $0.group == group }
      // MIG, SAP and DCI need no dependence to be large and none of the three is a test of it: their floor says so.
      let names = Set(own.map(\.metric))
      for name in names {
        let pair = own.filter { $0.metric == name }
        try #require(pair.map(\.estimator) == ["representation", "shuffled"])
        #expect(pair[0].permuted.count == 19 && pair[1].permuted.isEmpty)
        #expect(abs(pair[1].value - mean(pair[0].permuted)) < 1e-12)
        let p = try #require(pair[0].pValue)
        #expect(p >= 1.0 / 20 && p <= 1)
        // Half of each representation column's variance is its latent's: what measures dependence sees it.
        let isGap = [.mig, .sap, .dciDisentanglement, .dciCompleteness].contains(metric)
        let isOther = metric.isPartial || (metric == .ccaEach && name != "cca-each-1") || isGap
        if !isOther { #expect(p == 1.0 / 20 && pair[0].value > pair[1].value, "\(name) of \(group)") }
      }
      #expect(names.count == (metric == .ccaEach && group == "pair" ? 2 : 1))
    }
    // Without permutations there is none, but for HSIC's own test.
    let bare = try Self.evaluation().scores(.strata, metrics: [metric])
    #expect(bare.allSatisfy { $0.estimator == "representation" && ($0.pValue == nil) == (metric != .hsic) })
  }

  @Test("Each canonical correlation is placed between its own floor and ceiling, a wider reference has more of them")
  func eachNormalised() throws {
    let wide = gaussianMatrix(300, 2, seed: 15)
    let scores = try Self.evaluation(
      wide,
      references: [
        .init(name: "untrained", features: gaussianMatrix(300, 2, seed: 16)), .init(name: "input", features: Self.z),
      ]
    ).scores(.strata, metrics: [.ccaEach]).filter { $0.group == "pair" }
    #expect(scores.map(\.metric) == Array(repeating: "cca-each-1", count: 4) + Array(repeating: "cca-each-2", count: 4))
    #expect(scores.prefix(4).map(\.estimator) == ["representation", "untrained", "input", "input-pca"])
    #expect(scores.filter { $0.normalised != nil }.map(\.estimator) == ["representation", "representation"])
    let one = try Self.evaluation(
      Matrix(rows: 300, columns: 1, storage: Self.z.column(0)), references: [.init(name: "input", features: Self.z)]
    ).scores(.strata, metrics: [.ccaEach]).filter { $0.group == "pair" }
    #expect(one.map(\.estimator) == ["representation", "input", "input-pca", "input"])
    #expect(one.allSatisfy { $0.normalised == nil })
    #expect(MatrixEvaluation.means(of: [one]).map(\.score) == one)
  }

  @Test("A group that is all targets has no partial R²: no number, and the reason", arguments: RecoveryMetric.allCases)
  func nothingGiven(metric: RecoveryMetric) throws {
    guard metric.isPartial else { return }
    let all = [MatrixEvaluation.Group(name: "all", columns: [0, 1, 2])]
    let scores = try Self.evaluation(
      groups: all, references: [.init(name: "input", features: Self.z)], permutations: 3
    ).scores(.strata, metrics: [metric])
    try #require(scores.count == 1)
    #expect(scores[0].estimator == "representation" && scores[0].value.isNaN && scores[0].pValue == nil)
    #expect(scores[0].undefined == "there is no target column outside the group that it could be given")
    #expect(MatrixEvaluation.means(of: [scores, scores])[0].score.undefined == scores[0].undefined)
    // With one other column there is a number.
    let pair = try Self.evaluation().scores(.strata, metrics: [metric])
    #expect(pair.allSatisfy { $0.value.isFinite && $0.undefined == nil })
  }

  @Test("Floors and ceilings state what their own Nyström approximation loses, and have HSIC's p-value")
  func references() throws {
    let references = [
      MatrixEvaluation.Reference(name: "untrained", features: gaussianMatrix(300, 1, seed: 17)),
      .init(name: "input", features: .concatenatingColumns([Self.z, Self.noisy])),
    ]
    let evaluation = try MatrixEvaluation(
      representation: Self.noisy, targets: Self.z, groups: Self.groups, references: references, trainRows: 150,
      limits: .init(landmarks: 10, pairRows: 60), permutations: 3, key: RandomKey(seed: 0))
    let scores = try evaluation.scores(.strata, metrics: [.r2Nystroem, .r2NystroemReverse, .r2NystroemPartial])
    for score in scores { #expect(try (0...1).contains(#require(score.traceError)), "\(score)") }
    // Ten landmarks span a kernel of one dimension, and not one of six.
    func error(_ estimator: String) throws -> Double {
      try #require(scores.first { $0.estimator == estimator && $0.metric == "r2-nystroem" }?.traceError)
    }
    #expect(try error("untrained") < 0.05 && error("input") > 2 * error("untrained"))
    let bare = try Self.evaluation(references: references).scores(.strata, metrics: [.hsic])
    #expect(
      bare.map(\.estimator)
        == Array(repeating: ["representation", "untrained", "input", "input-pca"], count: 2).joined().map { $0 })
    #expect(bare.allSatisfy { $0.permuted.count == MatrixEvaluation.defaultPermutations && $0.traceError == nil })
    // The input holds the targets; the untrained features are independent of them, and no level of .01 is reached in two tests.
    for score in bare {
      let p = try #require(score.pValue)
      #expect(score.estimator == "untrained" ? p > 0.01 : p == 1.0 / 200, "\(score.estimator) \(p)")
    }
  }

  @Test("Matrices of different row counts are refused by name")
  func rows() throws {
    #expect(
      throws: RecoveryError.shapeMismatch(
        what: "the row counts of the representation and input", left: 300, right: 299)
    ) {
      try Self.evaluation(references: [.init(name: "input", features: Self.z.rows(0..<299))])
    }
  }
}
