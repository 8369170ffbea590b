internal import LinearAlgebra
internal import Recovery
internal import Stochastics

/// The metrics that can be named on the command line.
enum EvaluationMetric: String, CaseIterable {
  case r2Linear = "r2-linear"
  case r2Kernel = "r2-kernel"
  case r2MLP = "r2-mlp"
  case r2LinearReverse = "r2-linear-reverse"
  case r2KernelReverse = "r2-kernel-reverse"
  case r2LinearPartial = "r2-linear-partial"
  case ccaMean = "cca-mean"
  case mccPearson = "mcc-pearson"
  case mccSpearman = "mcc-spearman"
  case dciDisentanglement = "dci-disentanglement"
  case dciCompleteness = "dci-completeness"
  case dciInformativeness = "dci-informativeness"
  case svcca
  case pwcca
  case ckaLinearBiased = "cka-linear-biased"
  case ckaLinearUnbiased = "cka-linear-unbiased"
  case mig
  case sap
  case ckaRBFBiased = "cka-rbf-biased"
  case ckaRBFUnbiased = "cka-rbf-unbiased"
  case distanceCorrelation = "distance-correlation"
  case distanceCorrelationUnbiased = "distance-correlation-squared-unbiased"
  case hsic

  /// Held-out scores are fitted on the training rows and taken on the others.
  var isHeldOut: Bool { Self.allCases.firstIndex(of: self)! <= Self.allCases.firstIndex(of: .dciInformativeness)! }

  /// Scores whose cost grows with the square of the rows.
  var isPairwise: Bool { Self.allCases.firstIndex(of: self)! >= Self.allCases.firstIndex(of: .ckaRBFBiased)! }
}

/// All scores of one group of targets.
struct BlockScorer {
  let truth: Matrix<Double>
  let block: EvaluationInput.Group
  let trainRows: Int
  let pairRows: Int
  let permutations: Int
  let key: RandomKey

  /// The scores of the representation, then those of floors and ceilings.
  func scores(
    _ metric: EvaluationMetric, features: Matrix<Double>, others: [(name: String, matrix: Matrix<Double>)]
  ) throws -> [EvaluationReport.Score] {
    guard metric.isHeldOut else { return [try inSample(metric, features)] }
    var result: [EvaluationReport.Score] = []
    let split = try self.split(features)
    if permutations > 0 {
      var stream = RandomStream(key.child(metric.rawValue))
      let null = try PermutationNull(split, permutations: permutations, using: &stream) {
        (split) throws(RecoveryError) in
        try heldOut(metric, split)
      }
      result.append(score("representation", metric, null.score, pValue: null.pValue))
      result.append(score("shuffled", metric, null.floor))
    } else {
      result.append(score("representation", metric, try heldOut(metric, split)))
    }
    for (name, matrix) in others {
      let other = try self.split(matrix)
      result.append(score(name, metric, try heldOut(metric, other)))
      if name == "input" {
        let components = try other.principalComponents(width: features.columns)
        result.append(score("input-pca", metric, try heldOut(metric, components)))
      }
    }
    return result
  }

  /// Partial R² needs the other columns too: they come after the group's own.
  private func split(_ features: Matrix<Double>) throws -> HeldOutSplit {
    let chosen = Set(block.columns)
    let order = block.columns + (0..<truth.columns).filter { !chosen.contains($0) }
    return try HeldOutSplit(features: features, targets: truth.columns(at: order), trainRows: trainRows)
  }

  private func heldOut(_ metric: EvaluationMetric, _ whole: HeldOutSplit) throws(RecoveryError) -> Double {
    let own = 0..<block.columns.count
    if metric == .r2LinearPartial {
      return mean(try PartialR2.perColumn(whole, group: own, probe: RidgeProbe()))
    }
    let split = try HeldOutSplit(
      trainFeatures: whole.trainFeatures, trainTargets: whole.trainTargets.columns(own),
      testFeatures: whole.testFeatures, testTargets: whole.testTargets.columns(own))
    switch metric {
    case .r2Linear: return mean(try RidgeProbe().heldOutR2(split))
    case .r2Kernel: return mean(try KernelRidgeProbe().heldOutR2(split))
    case .r2MLP: return mean(try MLPProbe(key: key.child("mlp")).heldOutR2(split))
    case .r2LinearReverse: return mean(try RidgeProbe().heldOutR2(split.reversed))
    case .r2KernelReverse: return mean(try KernelRidgeProbe().heldOutR2(split.reversed))
    case .ccaMean: return try meanCanonicalCorrelation(split)
    case .mccPearson: return MeanCorrelationCoefficient(split, correlation: .pearson).value
    case .mccSpearman: return MeanCorrelationCoefficient(split, correlation: .spearman).value
    case .dciDisentanglement: return try Disentanglement(split).disentanglement
    case .dciCompleteness: return try Disentanglement(split).completeness
    case .dciInformativeness: return try Disentanglement(split).informativeness ?? .nan
    default: preconditionFailure("\(metric.rawValue) is not a held-out metric")
    }
  }

  private func inSample(_ metric: EvaluationMetric, _ features: Matrix<Double>) throws -> EvaluationReport.Score {
    let rows = metric.isPairwise ? min(features.rows, pairRows) : features.rows
    let (x, y) = (features.rows(0..<rows), truth.columns(at: block.columns).rows(0..<rows))
    func result(_ value: Double, pValue: Double? = nil) -> EvaluationReport.Score {
      .init(
        group: block.name, estimator: "representation", metric: metric.rawValue, value: value, pValue: pValue,
        fitRows: rows, scoreRows: rows)
    }
    switch metric {
    case .svcca: return result(try SubspaceSimilarity.svcca(x, y))
    case .pwcca: return result(try SubspaceSimilarity.pwcca(x, y))
    case .ckaLinearBiased: return result(try KernelAlignment.linear(x, y, estimator: .biased))
    case .ckaLinearUnbiased: return result(try KernelAlignment.linear(x, y, estimator: .unbiased))
    case .ckaRBFBiased: return result(try KernelAlignment.gaussian(x, y, estimator: .biased))
    case .ckaRBFUnbiased: return result(try KernelAlignment.gaussian(x, y, estimator: .unbiased))
    case .distanceCorrelation: return result(try Recovery.distanceCorrelation(x, y))
    case .distanceCorrelationUnbiased: return result(try unbiasedSquaredDistanceCorrelation(x, y))
    case .mig: return result(try Information.mutualInformationGap(codes: x, factors: y))
    case .sap: return result(try Information.separatedAttributePredictability(codes: x, factors: y))
    case .hsic:
      var stream = RandomStream(key.child("hsic"))
      let test = try IndependenceTest(x, y, permutations: permutations > 0 ? permutations : 199, using: &stream)
      return result(test.statistic, pValue: test.pValue)
    default: preconditionFailure("\(metric.rawValue) is not an in-sample metric")
    }
  }

  private func score(
    _ estimator: String, _ metric: EvaluationMetric, _ value: Double, pValue: Double? = nil
  ) -> EvaluationReport.Score {
    let used =
      [.r2Kernel, .r2KernelReverse].contains(metric) ? min(trainRows, KernelRidgeProbe().maximumRows) : trainRows
    return .init(
      group: block.name, estimator: estimator, metric: metric.rawValue, value: value, pValue: pValue,
      fitRows: used, scoreRows: truth.rows - trainRows)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
