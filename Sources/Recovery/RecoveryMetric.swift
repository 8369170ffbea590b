/// The registry of recovery scores: every score that commands and plan files can name, with what a reader must know of it.
///
/// A new score is a case here and a line in ``RecoveryScorer``; its definition, source and range are in its own file.
public enum RecoveryMetric: String, Sendable, Hashable, CaseIterable {
  /// Held-out R² of the ridge probe.
  case r2Linear = "r2_linear"
  /// Held-out R² of the RBF kernel ridge probe.
  case r2Kernel = "r2_kernel"
  /// Held-out R² of RBF kernel ridge on all rows, in the Nyström approximation.
  case r2Nystroem = "r2_nystroem"
  /// Held-out R² of the MLP probe.
  case r2MLP = "r2_mlp"
  /// Held-out R² of the representation from the targets, ridge probe; of its dimensions that vary over the training rows, 0 if none does.
  case r2LinearReverse = "r2_linear_reverse"
  /// Held-out R² of the representation from the targets, kernel ridge probe; of the dimensions as there.
  case r2KernelReverse = "r2_kernel_reverse"
  /// Held-out R² of the representation from the targets, Nyström probe; of the dimensions as there.
  case r2NystroemReverse = "r2_nystroem_reverse"
  /// Held-out R² of the representation from the targets, MLP probe; of the dimensions as there.
  case r2MLPReverse = "r2_mlp_reverse"
  /// Held-out R² beyond what the other targets of the same kind tell.
  case r2LinearPartial = "r2_linear_partial"
  /// The same with the RBF kernel ridge probe.
  case r2KernelPartial = "r2_kernel_partial"
  /// The same with the Nyström probe.
  case r2NystroemPartial = "r2_nystroem_partial"
  /// The same with the MLP probe.
  case r2MLPPartial = "r2_mlp_partial"
  /// Mean held-out canonical correlation.
  case ccaMean = "cca_mean"
  /// Every held-out canonical correlation: several numbers, see ``isSingle``.
  case ccaEach = "cca_each"
  /// Mean correlation coefficient, Pearson's.
  case mccPearson = "mcc_pearson"
  /// Mean correlation coefficient, Spearman's.
  case mccSpearman = "mcc_spearman"
  /// Disentanglement of linear importances.
  case dciDisentanglement = "dci_disentanglement"
  /// Completeness of linear importances.
  case dciCompleteness = "dci_completeness"
  /// Informativeness: the mean held-out R² of single targets.
  case dciInformativeness = "dci_informativeness"
  /// Mean canonical correlation of leading principal components.
  case svcca
  /// Canonical correlations weighted by their share of the representation.
  case pwcca
  /// Linear centred kernel alignment, V-statistic.
  case ckaLinearBiased = "cka_linear_biased"
  /// Linear centred kernel alignment, U-statistic.
  case ckaLinearUnbiased = "cka_linear_unbiased"
  /// Mutual information gap, binned.
  case mig
  /// Separated attribute predictability.
  case sap
  /// Centred kernel alignment of Gaussian kernels, V-statistic.
  case ckaRBFBiased = "cka_rbf_biased"
  /// Centred kernel alignment of Gaussian kernels, U-statistic.
  case ckaRBFUnbiased = "cka_rbf_unbiased"
  /// Distance correlation, V-statistic.
  case distanceCorrelation = "distance_correlation"
  /// Bias-corrected square of the distance correlation.
  case distanceCorrelationUnbiased = "distance_correlation_squared_unbiased"
  /// Hilbert–Schmidt independence criterion with a permutation p-value.
  case hsic

  /// What is predicted from what.
  public enum Direction: String, Sendable {
    /// The targets from the representation.
    case targets
    /// The representation from the targets. Block identifiability needs both directions.
    case representation
    /// Neither: a similarity of two views.
    case none
  }

  /// The name on the command line, with hyphens; plan files and `results.csv` have `rawValue`, with underscores.
  public var name: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }

  /// The metric of a name in either spelling.
  public init?(named name: String) { self.init(rawValue: String(name.map { $0 == "-" ? "_" : $0 })) }

  /// Whether the score is one number. Those of a metric that is not come from ``RecoveryScorer/components(_:_:_:)``, number i
  /// as `<name>-i`; means over masks or seeds of such numbers mix pairs that do not belong together, so plans refuse it.
  public var isSingle: Bool { self != .ccaEach }

  /// Whether the score compares with what the other targets of a family tell.
  public var isPartial: Bool {
    switch self {
    case .r2LinearPartial, .r2KernelPartial, .r2NystroemPartial, .r2MLPPartial: true
    default: false
    }
  }

  /// Whether the probe is the Nyström approximation, which states an error.
  public var isNystroem: Bool { self == .r2Nystroem || self == .r2NystroemReverse || self == .r2NystroemPartial }

  /// What is predicted from what.
  public var direction: Direction {
    switch self {
    case .r2LinearReverse, .r2KernelReverse, .r2NystroemReverse, .r2MLPReverse: .representation
    case .r2Linear, .r2Kernel, .r2Nystroem, .r2MLP, .dciInformativeness: .targets
    default: isPartial ? .targets : .none
    }
  }

  /// Whether the score is taken on rows that it was not fitted on; all others are in-sample.
  public var isHeldOut: Bool {
    switch self {
    case .ccaMean, .ccaEach, .mccPearson, .mccSpearman, .dciDisentanglement, .dciCompleteness: true
    default: direction != .none
    }
  }

  /// Whether time and memory grow with the square of the rows, so that only the first ``RecoveryScorer/Limits/pairRows`` are
  /// used.
  public var isPairwise: Bool {
    switch self {
    case .ckaRBFBiased, .ckaRBFUnbiased, .distanceCorrelation, .distanceCorrelationUnbiased, .hsic: true
    default: false
    }
  }

  /// Whether time grows with the cube of the rows, so that only the first ``RecoveryScorer/Limits/kernelFitRows`` are fitted.
  public var isKernelRidge: Bool { self == .r2Kernel || self == .r2KernelReverse || self == .r2KernelPartial }

  /// The values that the score can take.
  public var range: ClosedRange<Double> {
    if direction != .none { return -Double.infinity...1 }
    switch self {
    case .ccaMean, .ccaEach, .ckaLinearUnbiased, .ckaRBFUnbiased, .distanceCorrelationUnbiased: return -1...1
    case .hsic: return 0...Double.infinity
    default: return 0...1
    }
  }

  /// The name for captions.
  public var title: String {
    switch self {
    case .r2Linear: "R² (ridge-linear probe)"
    case .r2Kernel: "R² (RBF kernel ridge probe)"
    case .r2Nystroem: "R² (RBF kernel ridge probe, Nyström)"
    case .r2MLP: "R² (MLP probe)"
    case .r2LinearReverse: "R² of the representation (ridge-linear probe, from the targets)"
    case .r2KernelReverse: "R² of the representation (RBF kernel ridge probe, from the targets)"
    case .r2NystroemReverse: "R² of the representation (RBF kernel ridge probe, Nyström, from the targets)"
    case .r2MLPReverse: "R² of the representation (MLP probe, from the targets)"
    case .r2KernelPartial: "Partial R² (RBF kernel ridge probe) given all other levels"
    case .r2LinearPartial: "Partial R² (ridge-linear probe) given all other levels"
    case .r2NystroemPartial: "Partial R² (RBF kernel ridge probe, Nyström) given all other levels"
    case .r2MLPPartial: "Partial R² (MLP probe) given all other levels"
    case .ccaMean: "Mean canonical correlation"
    case .ccaEach: "Canonical correlations"
    case .mccPearson: "Mean correlation coefficient (Pearson)"
    case .mccSpearman: "Mean correlation coefficient (Spearman)"
    case .dciDisentanglement: "DCI disentanglement (linear importances)"
    case .dciCompleteness: "DCI completeness (linear importances)"
    case .dciInformativeness: "DCI informativeness (mean R² of single targets)"
    case .svcca: "SVCCA"
    case .pwcca: "PWCCA"
    case .ckaLinearBiased: "Linear CKA (biased)"
    case .ckaLinearUnbiased: "Linear CKA (unbiased)"
    case .mig: "Mutual information gap (20 bins)"
    case .sap: "Separated attribute predictability"
    case .ckaRBFBiased: "RBF CKA (biased)"
    case .ckaRBFUnbiased: "RBF CKA (unbiased)"
    case .distanceCorrelation: "Distance correlation"
    case .distanceCorrelationUnbiased: "Squared distance correlation (unbiased)"
    case .hsic: "HSIC"
    }
  }
}
