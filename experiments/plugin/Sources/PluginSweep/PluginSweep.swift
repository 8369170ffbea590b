import GenerativeModels
import Specifications
import Stochastics
import Sweeps

/// Runs the plan given as the first argument into the folder given as the second, with a mechanism and a noise of its own.
@main struct PluginSweep {
  static func main() async throws {
    guard CommandLine.arguments.count == 3 else {
      fatalError("usage: plugin-sweep PLAN.yaml DIR")
    }
    var plugins = Plugins()
    plugins.addMechanism("sine-mixing", parameters: ["gain": 0.8]) { SineMixingFamily(gain: $0["gain"]!) }
    plugins.addNoise("triangular") { _ in Triangular() }
    plugins.storedMechanisms = plugins.storedMechanisms.adding(SineMixing.self)
    let plan = try SweepPlan.load(CommandLine.arguments[1], plugins: plugins)
    let directory = SweepDirectory(CommandLine.arguments[2])
    let outcome = try await SweepRunner(plan: plan, directory: directory, workers: 2).run()
    for (cell, result) in outcome.cells {
      let scores = result.measurements.filter {
        $0.estimator == "mae" && $0.metric == "r2_linear" && $0.target == "z" && $0.node == nil
      }
      let text = scores.map { "level \($0.level.map(String.init) ?? "-"): \($0.value)" }.joined(separator: ", ")
      print("\(cell.mechanism.label), ratio \(cell.maskRatio): \(text)")
    }
    try checkStorage(of: outcome.cells[0].specification, plugins: plugins)
    print("\(outcome.cells.count) cells (\(outcome.reused) from an earlier run)")
  }

  /// Stores the generator of a cell with its own mechanism and noise, reads it back, and compares samples.
  static func checkStorage(of cell: CellSpecification, plugins: Plugins) throws {
    let model = try GenerativeModel(
      graph: cell.graph, family: cell.mechanism, noise: cell.noise, seed: cell.generatorSeed)
    let record = try StoredModel(model, seed: cell.generatorSeed).record()
    let read = try StoredModel(record, file: "the stored generator", plugins: plugins).model
    let key = RandomKey(seed: 1)
    let isSame = model.sample(0..<1000, key: key).observed() == read.sample(0..<1000, key: key).observed()
    print("stored and read back: \(isSame ? "the same samples" : "other samples")")
  }
}
