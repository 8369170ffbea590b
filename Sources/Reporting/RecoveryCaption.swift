/// What the figures of a recovery table are: the facts without which an R² says nothing.
public struct RecoveryCaption: Sendable, Equatable {
  /// How the representation is taken at evaluation; the modes differ greatly.
  public enum Evaluation: String, Sendable, Equatable {
    /// A probe for each of many masks of the training distribution, averaged.
    case perMask = "per-mask"
    /// One probe over samples with random masks.
    case pooled
    /// One probe on the representation of the unmasked input.
    case full
  }

  /// How intervals over runs are made.
  public enum Interval: Sendable, Equatable {
    /// Student's t.
    case student
    /// The hierarchical bootstrap over generator and training seeds.
    case bootstrap(resamples: Int, seed: UInt64)
  }

  /// The metric and its estimator, e.g. `R² (ridge-linear probe)`.
  public let metric: String
  /// What is predicted, e.g. `z`, `ε`, `c`.
  public let target: String
  /// What rows without a level are of: `content`, `leakage`.
  public let wholeName: String
  /// The evaluation mode.
  public let evaluation: Evaluation
  /// The number of masks that get a probe each in the mode `perMask`; the other modes ignore it.
  public let masks: Int
  /// Samples on which each probe is fitted.
  public let fittingRows: Int
  /// Further samples on which it is scored.
  public let heldOutRows: Int
  /// Whether these are other samples than those fitted on; in-sample metrics have the same twice.
  public let isHeldOut: Bool
  /// Training seeds for each generator seed.
  public let trainingSeeds: Int
  /// Seeds of the generating process.
  public let generatorSeeds: Int
  /// How the intervals of complete figures are made.
  public let interval: Interval
  /// The permutations of the targets behind every p-value of the table; 0 if it shows none.
  public let permutations: Int
  /// Whether the table shows normalised recovery.
  public let showsNormalised: Bool

  /// A caption from its facts.
  ///
  /// - Precondition: all counts are positive, but for the permutations, which may be 0.
  public init(
    metric: String, target: String, wholeName: String = "content", evaluation: Evaluation, masks: Int, fittingRows: Int,
    heldOutRows: Int,
    isHeldOut: Bool = true, trainingSeeds: Int, generatorSeeds: Int, interval: Interval = .student,
    permutations: Int = 0, showsNormalised: Bool = false
  ) {
    precondition(
      min(masks, fittingRows, heldOutRows, trainingSeeds, generatorSeeds) > 0,
      "masks \(masks), rows \(fittingRows) and \(heldOutRows), seeds \(trainingSeeds) and \(generatorSeeds)")
    self.metric = metric
    self.target = target
    self.wholeName = wholeName
    self.evaluation = evaluation
    self.masks = masks
    self.fittingRows = fittingRows
    self.heldOutRows = heldOutRows
    self.isHeldOut = isHeldOut
    self.trainingSeeds = trainingSeeds
    self.generatorSeeds = generatorSeeds
    self.interval = interval
    self.permutations = permutations
    self.showsNormalised = showsNormalised
  }

  /// The number of runs behind every complete figure.
  public var runs: Int { trainingSeeds * generatorSeeds }

  /// The caption: what, on which samples; over which runs; and what p and normalised recovery are, if they are shown.
  public var text: String {
    var lines = ["Rows: latent levels; columns: mask ratios. \(measurement)", runsText]
    if showsNormalised { lines.append(Self.normalisedText) }
    if permutations > 0 { lines.append(permutationsText) }
    return lines.joined(separator: "\n")
  }

  /// What is measured on which samples, in one sentence.
  public var measurement: String {
    "\(metric) of \(target), \(evaluation.rawValue) evaluation: \(protocolText)."
  }

  private static let normalisedText = """
    Normalised: (score − untrained) / (raw input − untrained) of each run, 0 at the floor and 1 at the ceiling; none where \
    these differ by less than 0.001.
    """

  private var permutationsText: String {
    let format = NumberFormat()
    return """
      p: (1 + number of scores of permuted targets at or above the score) / (1 + \(plural(permutations, "permutation"))), never below \
      \(format.string(1 / Double(1 + permutations))); the largest over the runs.
      """
  }

  private var protocolText: String {
    guard isHeldOut else { return inSampleText }
    let rows = "fitted on \(fittingRows) samples and scored on \(heldOutRows) others"
    switch evaluation {
    case .perMask:
      return masks == 1 ? "a probe for one mask, \(rows)" : "a probe for each of \(masks) masks, \(rows), averaged"
    case .pooled: return "one probe over randomly masked samples, \(rows)"
    case .full: return "one probe on the unmasked input, \(rows)"
    }
  }

  private var inSampleText: String {
    let rows = "on \(heldOutRows) samples, in-sample"
    switch evaluation {
    case .perMask: return masks == 1 ? "for one mask, \(rows)" : "for each of \(masks) masks, \(rows), averaged"
    case .pooled: return "over randomly masked samples, \(rows)"
    case .full: return "on the unmasked input, \(rows)"
    }
  }

  /// Over which runs, and how the interval is made.
  var runsText: String {
    guard runs > 1 else { return "One run (1 training seed, 1 generator seed): no interval." }
    if case .bootstrap(let resamples, let seed) = interval {
      return """
        Mean and 95 % interval (hierarchical bootstrap over \(plural(generatorSeeds, "generator seed")) and \
        \(plural(trainingSeeds, "training seed")), \(resamples) resamples from seed \(seed); \(runs) runs); ± half-width of \
        Student's t where too few are left.
        """
    }
    if generatorSeeds > 1, trainingSeeds > 1 {
      return """
        Mean ± half-width of the 95 % interval (Student t, over \(generatorSeeds) generator seeds and over \
        \(trainingSeeds) training seeds, crossed; \(runs) runs).
        """
    }
    return """
      Mean ± half-width of the 95 % interval (Student t, \(plural(runs - 1, "degree")) of freedom) over \
      \(plural(trainingSeeds, "training seed")), \(plural(generatorSeeds, "generator seed")).
      """
  }

  /// What stands behind one point of a figure: `n = 6 runs × 96 masks`.
  var sampleText: String {
    let masks = evaluation == .perMask && self.masks > 1 ? " × \(self.masks) masks" : ""
    return "n = \(plural(runs, "run"))\(masks)"
  }

  /// Metric and target without their explanations, which the caption has: `R² of z`.
  var axisTitle: String {
    func short(_ text: String) -> Substring { text.firstIndex(of: "(").map { text[..<$0].trimmedEnd } ?? text[...] }
    return "\(short(metric)) of \(short(target))"
  }

  private func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

extension Substring {
  /// Without spaces at the end.
  fileprivate var trimmedEnd: Substring {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
