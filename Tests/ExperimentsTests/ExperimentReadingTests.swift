import Experiments
import Foundation
import GenerativeModels
import HierarchicalGraphs
import Specifications
import TestSupport
import Testing

@Suite struct ExperimentReadingTests {
  static let plan = """
    graphs: ["tree:depth=2,branching=2"]
    mechanisms: [rho:0.85]
    mask_ratios: [0.5]
    training: {steps: 10}
    evaluation: {targets: [z], metrics: [r2_linear]}
    """

  static let claim = """
      - id: one
        claim: The root is recovered
        source: here
        prediction: much
        measure: {select: {sweep: tree, target: z, metric: r2_linear, level: top}, statistic: mean}
        expect: {at_least: 0.5}
        tolerance: 0.1
    """

  static let text = """
    title: a test
    sweeps:
      tree: {plan: plan.yaml}
    claims:
    \(claim)
    curves:
      - id: ratios
        title: mask ratio
        dose: ratio
        lines:
          - {label: root, select: {sweep: tree, target: z, metric: r2_linear, level: top}}
        doses:
          - {label: low, select: {mask_ratio: 0.25}}
          - {label: high, select: {mask_ratio: 0.75}}
    """

  /// What loading says of a text in which `old` was replaced.
  private func message(replacing old: String, with new: String) throws -> String {
    try withTemporaryDirectory { folder in
      let place = folder.appending(path: "e")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
      try Data(Self.plan.utf8).write(to: place.appending(path: "plan.yaml"))
      #expect(Self.text.contains(old))
      try Data(Self.text.replacing(old, with: new).utf8).write(to: place.appending(path: "experiment.yaml"))
      do {
        _ = try Experiment.load("e", in: folder.path)
        return ""
      } catch let error as SpecificationError {
        return error.description.replacing(place.path + "/", with: "")
      }
    }
  }

  @Test("A sound experiment is read; its claims are left out of a form that its sweep does not have")
  func sound() throws {
    #expect(try message(replacing: "a test", with: "another") == "")
    try withTemporaryDirectory { folder in
      let place = folder.appending(path: "e")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
      try Data(Self.plan.utf8).write(to: place.appending(path: "plan.yaml"))
      try Data(Self.text.utf8).write(to: place.appending(path: "experiment.yaml"))
      let experiment = try Experiment.load("e", in: folder.path)
      #expect(experiment.claims(in: .full).map(\.id) == ["one"] && experiment.claims(in: .quick).isEmpty)
      #expect(experiment.sweeps[0].runs(in: .full).map(\.folder) == ["tree"])
    }
  }

  @Test(
    "Every fault is one line with place and remedy",
    arguments: [
      (
        "sweep: tree", "sweep: tee",
        "experiment.yaml:9:31: .claims[0].measure.select.sweep: 'tee' is not a sweep; did you mean 'tree'? use 'tree'"
      ),
      (
        "metric: r2_linear,", "metric: r2_kernel,",
        "experiment.yaml:9:23: .claims[0].measure.select: a plan of sweep 'tree' does not measure r2_kernel of z by mae, "
          + "per-mask; add it to the plan's 'evaluation', or select what it measures"
      ),
      (
        "statistic: mean", "statistic: {argmax: ratio}",
        "experiment.yaml:9:100: .claims[0].measure.statistic.argmax: 'ratio' is not an axis; use one of mask_ratio, "
          + "patch_size, width, mechanism, environment, sweep"
      ),
      (
        "{at_least: 0.5}", "every",
        "experiment.yaml:10:13: .claims[0].expect: 'every' goes with a measure that counts; use it with 'check' or with "
          + "the statistic 'share'"
      ),
      (
        "{at_least: 0.5}", "{between: [1, 0]}",
        "experiment.yaml:10:23: .claims[0].expect.between: 1.0 is above 0.0; give the lower end first"
      ),
      (
        "plan: plan.yaml", "plan: plam.yaml",
        "experiment.yaml:3:16: .sweeps.tree.plan: there is no file 'plam.yaml'; give a plan, relative to the "
          + "experiment's folder"
      ),
      (
        "    tolerance: 0.1", "",
        "experiment.yaml:5:5: .claims[0]: the key 'tolerance' is missing; add 'tolerance:' with its value"
      ),
      (
        "plan: plan.yaml", "plan: plan.yaml, pairs: [{graph: \"tree:depth=2,branching=2\", masks: [[x9]]}]",
        "experiment.yaml:3:79: .sweeps.tree.pairs[0].masks[0]: graph 'tree-depth2-branching2': 'x9' is not an observable of this graph"
      ),
      (
        "      - {label: high, select: {mask_ratio: 0.75}}", "",
        "experiment.yaml:18:5: .curves[0].doses: one dose is no curve; give two or more"
      ),
      (
        "{mask_ratio: 0.75}", "{level: 1}",
        "experiment.yaml:20:32: .curves[0].doses[1].select.level: 'level' has no place here; it says which cells have the "
          + "dose; lines say which rows"
      ),
      (
        "dose: ratio", "dosis: ratio",
        "experiment.yaml:15:5: .curves[0].dosis: the key 'dosis' is not known here; did you mean 'doses'? use one of id, title, dose, lines, doses"
      ),
    ])
  func faults(old: String, new: String, expected: String) throws {
    #expect(try message(replacing: old, with: new) == expected)
  }

  @Test("A pair is a sweep of its own at the width that theory gives")
  func pairs() throws {
    try withTemporaryDirectory { folder in
      let place = folder.appending(path: "e")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
      try Data(Self.plan.replacing("targets: [z]", with: "targets: [z, epsilon]").utf8)
        .write(to: place.appending(path: "plan.yaml"))
      let pairs = "plan: plan.yaml, pairs: [{graph: \"tree:depth=2,branching=2\", masks: [[x0], [x0, x2]]}]"
      try Data(Self.text.replacing("plan: plan.yaml", with: pairs).utf8)
        .write(to: place.appending(path: "experiment.yaml"))
      let runs = try Experiment.load("e", in: folder.path).sweeps[0].runs(in: .full)
      // {x0}: the parent and the root; {x0, x2}: both parents and the root.
      #expect(runs.map(\.folder) == ["tree-tree-depth2-branching2-x0", "tree-tree-depth2-branching2-x0-x2"])
      #expect(runs.map(\.plan.widths) == [[2], [3]])
      #expect(runs[1].plan.masking.law == .fixed(["x0", "x2"]) && runs[1].plan.maskRatios.isEmpty)
    }
  }
  @Test(
    "A model file replaces the plan's graphs, mechanisms, noise and interventions, in both forms; its faults have a place"
  )
  func models() throws {
    try withTemporaryDirectory { folder in
      let place = folder.appending(path: "e")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
      try Data(Self.plan.utf8).write(to: place.appending(path: "plan.yaml"))
      let model = """
        graph: {name: other, nodes: [{name: a, dim: 2}, {name: x0, parents: [a]}, {name: x1, parents: [a]}]}
        mechanism: linear
        noise: laplace
        interventions: {a: {shift: 1}}
        """
      try Data(model.utf8).write(to: place.appending(path: "model.yaml"))
      func load(_ sweep: String) throws -> [(folder: String, plan: SweepPlan)] {
        try Data(Self.text.replacing("plan: plan.yaml", with: sweep).utf8)
          .write(to: place.appending(path: "experiment.yaml"))
        return try Experiment.load("e", in: folder.path).sweeps[0].runs(in: .quick)
      }
      let runs = try load("plan: plan.yaml, quick: plan.yaml, models: [model.yaml]")
      #expect(runs.map(\.folder) == ["tree-other"])
      #expect(runs[0].plan.graphs.map(\.name) == ["other"] && runs[0].plan.mechanisms.map(\.label) == ["linear-random"])
      #expect("\(runs[0].plan.noise)".contains("laplace") && runs[0].plan.interventions.map(\.node) == ["a"])
      #expect(runs[0].plan.maskRatios == [0.5] && runs[0].plan.trainingSeeds == [1])
      let fixed = Self.plan.replacing("mask_ratios: [0.5]", with: "mask: {fixed: [x3]}")
      try Data(fixed.utf8).write(to: place.appending(path: "fixed.yaml"))
      let mismatch = #expect(throws: SpecificationError.self) { try load("plan: fixed.yaml, models: [model.yaml]") }
      #expect(mismatch?.description.contains(".models[0]: graph 'other': 'x3' is not an observable") == true)
      for (models, fault) in [
        ("[no.yaml]", "experiment.yaml:3:36: .sweeps.tree.models[0]: there is no file"),
        (
          "[model.yaml, model.yaml]",
          "experiment.yaml:3:48: .sweeps.tree.models[1]: the graph name 'other' stands twice"
        ),
      ] {
        let error = #expect(throws: SpecificationError.self) { try load("plan: plan.yaml, models: \(models)") }
        #expect(error?.description.contains(fault) == true, "\(error?.description ?? "")")
      }
    }
  }
}
