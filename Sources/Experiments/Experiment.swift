public import HierarchicalGraphs
public import Specifications

/// An experiment: claims about masked autoencoders with what measures them. One folder, one `experiment.yaml`.
public struct Experiment: Sendable {
  /// The folder's name.
  public let name: String
  /// The folder as it was given.
  public let folder: String
  /// What it is about, for headings.
  public let title: String
  /// The sweeps whose results claims are measured on, by name, in the order of the file.
  public internal(set) var sweeps: [ExperimentSweep]
  /// The claims, in the order of the file.
  public internal(set) var claims: [Claim]
  /// What its figure shows over doses, in the order of the file.
  public let curves: [DoseCurve]
  /// What every seed is larger by than the files say; 0 but for a ``replication(seedOffset:)``.
  public internal(set) var seedOffset: UInt64 = 0

  /// The claims that a form of the experiment can decide: those whose sweeps all have this form.
  public func claims(in form: ExperimentForm) -> [Claim] {
    claims.filter { claim in
      guard case .results(let measure) = claim.measure else { return true }
      let needed = Set([measure.selection.sweeps, measure.against?.sweeps ?? []].joined())
      return sweeps.allSatisfy { !needed.contains($0.name) || $0.plan(in: form) != nil }
    }
  }
}

/// How much of an experiment is run.
public enum ExperimentForm: String, Sendable, CaseIterable {
  /// What its conclusions rest on.
  case full
  /// A reduced form, in minutes: checked against the committed verdicts of the same form.
  case quick
}

/// A sweep of an experiment.
public struct ExperimentSweep: Sendable {
  /// The name that claims select it by.
  public let name: String
  /// The plan of the full form.
  public internal(set) var plan: SweepPlan
  /// The plan of the quick form; nil where that form leaves the sweep out.
  public internal(set) var quickPlan: SweepPlan?
  /// Where not empty, the plan is run once for each of these instead of for its own graphs and mask.
  public let pairs: [MaskedGraph]
  /// As ``pairs`` in the quick form.
  public let quickPairs: [MaskedGraph]
  /// Where not empty, the plan is run once for each of these, in both forms, instead of for its own graphs, mechanisms and noise.
  public let models: [ModelSpecification]

  /// The plan of a form.
  public func plan(in form: ExperimentForm) -> SweepPlan? { form == .full ? plan : quickPlan }

  /// What is run in a form: plans, each with the folder that it has within the experiment's output.
  public func runs(in form: ExperimentForm) -> [(folder: String, plan: SweepPlan)] {
    guard let plan = plan(in: form) else { return [] }
    let pairs = form == .full ? self.pairs : quickPairs
    guard models.isEmpty else {
      return models.map { ("\(name)-\($0.graph.name)", $0.plan(from: plan, name: "\(name), \($0.graph.name)")) }
    }
    guard !pairs.isEmpty else { return [(name, plan)] }
    return pairs.map { ("\(name)-\($0.name)", $0.plan(from: plan, name: "\(name), \($0.name)")) }
  }
}

extension ModelSpecification {
  /// A plan for the generating process of a model file alone. Its seed is left aside: the plan has its own generator seeds.
  func plan(from plan: SweepPlan, name: String) -> SweepPlan {
    var plan = plan
    (plan.name, plan.graphs, plan.mechanisms) = (name, [graph], [mechanism])
    (plan.noise, plan.interventions, plan.environments) = (noise, interventions, [nil])
    return plan
  }
}

/// A graph with a fixed mask and the representation width that theory gives for them.
public struct MaskedGraph: Sendable {
  /// A name for folders: the graph's, then the masked observables.
  public let name: String
  /// The graph.
  public let graph: HierarchicalGraph
  /// The masked observables.
  public let masked: [String]
  /// d_c, the intrinsic dimension of the content.
  public let contentDimension: Int

  /// A plan for this graph and mask alone, at width d_c: the width of Theorem 2.
  func plan(from plan: SweepPlan, name: String) -> SweepPlan {
    var plan = plan
    plan.name = name
    plan.graphs = [graph]
    plan.masking = MaskPlan(law: .fixed(masked), sharing: plan.masking.sharing)
    (plan.maskRatios, plan.patchSizes) = ([], [1])
    plan.widths = [contentDimension]
    return plan
  }
}
