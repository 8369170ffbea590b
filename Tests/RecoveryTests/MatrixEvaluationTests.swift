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
