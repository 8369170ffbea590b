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
/// are not in A. It is estimated at several ε_A; its sampling error in the spectral norm, which bounds the error of
/// its singular values (Weyl), is read off two halves of the sample. Full rank beyond that error passes (locally injective
/// where examined); a smallest singular value that is within error of 0 *and* small against single Jacobians fails; anything
/// else is open.
struct PredictionInjectivity {
  var verdict: AssumptionReport.Verdict
  var summary: String
  var evidence: [AssumptionReport.Evidence]

  /// Points ε_A at which the Jacobian of φ is estimated for each mask.
  static let points = 8
  /// Draws of the other noises for each point; even.
  static let draws = 256
  /// Twice the error seen between halves: about a 95 % bound for one point, more for the largest of several.
  static let errorFactor = 2.0
  /// φ is called flat where its smallest singular value is surely below this share of a single Jacobian's largest.
  static let flatShare = 0.05
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
    var (smallest, largestError, smallestRatio) = (Double.infinity, 0.0, Double.infinity)
    for (index, (mask, location)) in pairs.enumerated() {
      let noises = NoisePoints(model, key: key.child(index))
      let masked = mask.masked(in: model.graph)
      // c's noises are those of A that reach x_m, which all do.
      let estimates = (0..<Self.points).map { point in
        Self.estimate(model, masked: masked, shared: location.ancestors, noises: noises, point: point)
      }
      let bound = Self.errorFactor * (estimates.map(\.error).max() ?? 0)
      let low = estimates.map(\.smallest).min() ?? 0
      if low > bound {
        regular += 1
      } else if let top = estimates.map({ $0.smallest + bound - Self.flatShare * $0.single }).max(), top < 0 {
        flat += 1
      } else {
        open += 1
      }
      smallest = min(smallest, low)
      largestError = max(largestError, bound)
      smallestRatio = min(smallestRatio, bound > 0 ? low / bound : .infinity)
    }
    verdict = flat > 0 ? .fail : open > 0 ? .notDecidable : .pass
    summary =
      switch verdict {
      case .pass: "estimated: ∂φ/∂c has full rank at all points examined"
      case .fail: "estimated: φ is flat in some direction of c for \(flat) of \(pairs.count) masks"
      case .notDecidable: "estimated: the rank of ∂φ/∂c is within error of deficient for \(open) of \(pairs.count) masks"
      }
    evidence += [
      AssumptionReport.count("masks_regular", regular), AssumptionReport.count("masks_flat", flat),
      AssumptionReport.count("masks_open", open),
      AssumptionReport.Evidence(name: "smallest_singular_value", value: smallest),
      AssumptionReport.Evidence(name: "error_bound", value: largestError),
      AssumptionReport.Evidence(name: "smallest_ratio_to_error", value: smallestRatio),
    ]
  }

  /// The noises of every node for the points and their completions: drawn once for a mask.
  private struct NoisePoints {
    let points: [[[Double]]]
    let completions: [[[Double]]]

    init(_ model: GenerativeModel, key: RandomKey) {
      func draw(_ count: Int, _ key: RandomKey) -> [[[Double]]] {
        var result = [[[Double]]](
          repeating: [[Double]](repeating: [], count: model.graph.nodes.count), count: count)
        for (v, node) in model.graph.nodes.enumerated() {
          for component in 0..<node.noiseDimension {
            let draws = model.noises[v].samples(count, key: key.child(node.name).child(component))
            for i in 0..<count { result[i][v].append(Double(draws[i])) }
          }
        }
        return result
      }
      points = draw(PredictionInjectivity.points, key.child("points"))
      completions = draw(PredictionInjectivity.draws, key.child("completions"))
    }
  }

  /// The smallest singular value of the mean Jacobian at one point, its sampling error in the spectral norm, and the median
  /// of the largest singular value of single Jacobians.
  private static func estimate(
    _ model: GenerativeModel, masked: [Int], shared: [Int], noises: NoisePoints, point: Int
  ) -> (smallest: Double, error: Double, single: Double) {
    var halves: [Matrix<Double>] = []
    var singles: [Double] = []
    for (draw, completion) in noises.completions.enumerated() {
      var all = completion
      for v in shared { all[v] = noises.points[point][v] }
      let jacobian = model.noiseJacobian(of: masked, along: shared, at: all)
      if draw < 2 { halves.append(jacobian) } else { halves[draw % 2] = halves[draw % 2] + jacobian }
      if draw < 16 { singles.append((try? jacobian.singularValues().first) ?? .infinity) }
    }
    let scale = 1 / Double(draws)
    let mean = scale * (halves[0] + halves[1])
    guard let values = try? mean.singularValues(), mean.rows >= mean.columns else { return (0, .infinity, 0) }
    let error = (try? (scale * (halves[0] - halves[1])).singularValues().first) ?? .infinity
    singles.sort()
    return (values.last ?? 0, error, singles[singles.count / 2])
  }
}
