internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// Whether φ(c) = E[x_m | x_mᶜ], which is all that squared error makes an encoder learn, is injective in the noises ε_A that
/// make up c.
///
/// Linear models: the prediction is a linear map of rank `rank Σ(x_m, x_mᶜ)`, so φ is injective if and only if that rank is
/// d_c; exact for Gaussian noises, and for all noises in the invertible regime, where x_mᶜ determines ε_A and
/// E[x_m | ε_A] = L_{m,A} ε_A.
///
/// Other models in the invertible regime: φ(ε_A) = E[x_m | ε_A], whose Jacobian is the mean of ∂x_m/∂ε_A over the noises that
/// are not in A. It is estimated at several ε_A, and its rank tested (``RankTest``): full rank at all of them passes
/// (locally injective where examined). Where a mask stays open, more draws decide whether φ is flat there: in some
/// direction surely a small share of what single Jacobians are.
struct PredictionInjectivity {
  var verdict: AssumptionReport.Verdict
  var summary: String
  var evidence: [AssumptionReport.Evidence]

  /// Points ε_A at which the Jacobian of φ is estimated for each mask.
  static let points = 8
  /// Draws of the other noises for each point.
  static let draws = 256
  /// Draws where these leave a mask open, for at most ``reexamined`` masks.
  static let manyDraws = 4096
  static let reexamined = 2
  /// φ is called flat where ‖∂φ/∂c · v‖ is surely below this share of a single Jacobian's largest singular value.
  static let flatShare = 0.1
  /// The largest number of entries of the loadings that are computed.
  static let largestLoadings = 50_000_000

  init(_ model: GenerativeModel, masks: [Mask], isInvertible: Bool, key: RandomKey) {
    let shared = masks.map { ContentLocator(model.graph).locate($0) }
    let pairs = zip(masks, shared).filter { !$1.ancestors.isEmpty }
    (verdict, summary, evidence) = (.pass, "nothing is shared under these masks", [])
    evidence = [AssumptionReport.count("masks", masks.count)]
    guard !pairs.isEmpty else { return }
    let isExactlyLinear =
      model.linearWeights != nil && (isInvertible || model.noises.allSatisfy { $0 == .gaussian })
    if isExactlyLinear {
      examineRanks(model, pairs)
    } else if isInvertible {
      estimateJacobians(model, pairs, key: key)
    } else {
      verdict = .notDecidable
      summary = "x_mᶜ does not determine c here, and E[x_m | x_mᶜ] has no closed form"
    }
  }

  // MARK: Linear models

  private mutating func examineRanks(_ model: GenerativeModel, _ pairs: [(Mask, ContentLocation)]) {
    let values = model.graph.nodes.reduce(0) { $0 + $1.dimension }
    let noises = model.graph.nodes.reduce(0) { $0 + $1.noiseDimension }
    guard let weights = model.linearWeights, values * noises <= Self.largestLoadings else {
      verdict = .notDecidable
      summary = "the model is too large for its covariance"
      return
    }
    let linear = LinearGaussianModel(graph: model.graph, weights: weights)
    var (short, smallestShare, smallestRank, largestDimension) = (0, 1.0, Int.max, 0)
    for (mask, location) in pairs {
      func rows(_ nodes: [Int]) -> Matrix<Double> {
        linear.loadings.rows(at: nodes.flatMap { Array(linear.valueRanges[$0]) })
      }
      let cross = rows(mask.masked(in: model.graph))
        .multiplied(by: rows(mask.visible(in: model.graph)), transposeOther: true)
      let singular = (try? cross.singularValues()) ?? []
      let rank = singular.count { $0 > 1e-9 * singular[0] && $0 > 1e-12 }
      if rank < location.contentDimension { short += 1 }
      smallestShare = min(smallestShare, Double(rank) / Double(max(1, location.contentDimension)))
      smallestRank = min(smallestRank, rank)
      largestDimension = max(largestDimension, location.contentDimension)
    }
    verdict = short == 0 ? .pass : .fail
    summary =
      short == 0
      ? "exact: rank Σ(x_m, x_mᶜ) = d_c for every mask"
      : "exact: rank Σ(x_m, x_mᶜ) < d_c for \(short) of \(pairs.count) masks"
    evidence += [
      AssumptionReport.count("masks_short_of_rank", short), AssumptionReport.count("smallest_rank", smallestRank),
      AssumptionReport.count("largest_content_dimension", largestDimension),
      AssumptionReport.Evidence(name: "smallest_rank_share", value: smallestShare),
    ]
  }

  // MARK: Other models

  private mutating func estimateJacobians(_ model: GenerativeModel, _ pairs: [(Mask, ContentLocation)], key: RandomKey)
  {
    var (regular, flat, open) = (0, 0, 0)
    var (smallest, smallestRatio) = (Double.infinity, Double.infinity)
    for (index, (mask, location)) in pairs.enumerated() {
      func tests(_ draws: Int) -> [RankTest?] {
        (0..<Self.points).map { point in
          Self.test(
            model, masked: mask.masked(in: model.graph), shared: location.ancestors, draws: draws,
            key: key.child(index).child(point))
        }
      }
      var found = tests(Self.draws)
      if flat == 0, open < Self.reexamined, !found.allSatisfy({ $0?.isRegular ?? false }) {
        found = tests(Self.manyDraws)
      }
      if found.allSatisfy({ $0?.isRegular ?? false }) {
        regular += 1
      } else if 2 * found.count(where: { $0.map(Self.isFlat) ?? false }) > found.count {
        flat += 1
      } else {
        open += 1
      }
      for test in found {
        smallest = min(smallest, test?.smallest ?? 0)
        smallestRatio = min(smallestRatio, test.map { $0.statistic / $0.threshold } ?? 0)
      }
    }
    verdict = flat > 0 ? .fail : open > 0 ? .notDecidable : .pass
    summary =
      switch verdict {
      case .pass: "estimated: ∂φ/∂c has full rank at all points examined"
      case .fail: "estimated: φ is flat in some direction of c for \(flat) of \(pairs.count) masks"
      case .notDecidable: "estimated: full rank of ∂φ/∂c is not established for \(open) of \(pairs.count) masks"
      }
    evidence += [
      AssumptionReport.count("masks_regular", regular), AssumptionReport.count("masks_flat", flat),
      AssumptionReport.count("masks_open", open),
      AssumptionReport.Evidence(name: "smallest_singular_value", value: smallest),
      AssumptionReport.Evidence(name: "smallest_statistic_to_threshold", value: smallestRatio),
    ]
  }

  private static func isFlat(_ test: RankTest) -> Bool { !test.isRegular && test.upperBound < flatShare * test.single }

  /// The rank test of E[∂x_m/∂ε_A | ε_A] at one random point; `nil` if a Jacobian is not finite.
  private static func test(
    _ model: GenerativeModel, masked: [Int], shared: [Int], draws: Int, key: RandomKey
  ) -> RankTest? {
    let point = noises(model, 1, key: key.child("point"))[0]
    let jacobians = noises(model, draws, key: key.child("completions")).map { completion in
      var all = completion
      for v in shared { all[v] = point[v] }
      return model.noiseJacobian(of: masked, along: shared, at: all)
    }
    guard jacobians[0].rows >= jacobians[0].columns else { return nil }
    return try? RankTest(jacobians)
  }

  /// Draws of the noises of every node.
  private static func noises(_ model: GenerativeModel, _ count: Int, key: RandomKey) -> [[[Double]]] {
    var result = [[[Double]]](repeating: [[Double]](repeating: [], count: model.graph.nodes.count), count: count)
    for (v, node) in model.graph.nodes.enumerated() {
      for component in 0..<node.noiseDimension {
        let draws = model.noises[v].samples(count, key: key.child(node.name).child(component))
        for i in 0..<count { result[i][v].append(Double(draws[i])) }
      }
    }
    return result
  }
}
