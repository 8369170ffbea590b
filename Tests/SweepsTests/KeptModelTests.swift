import Datasets
import Foundation
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Recovery
import Specifications
import Stochastics
import Sweeps
import TestSupport
import Testing

/// Models that a sweep keeps: read with the generator they were trained on, and no other.
@Suite struct KeptModelTests {
  static func plan(
    generator: Int = 1, mechanism: String = "linear", regime: String = "noisy"
  ) throws -> SweepPlan {
    try SweepPlan.parse(
      """
      graphs: {family: tree, depth: 2, branching: 2, regime: \(regime)}
      mechanisms: \(mechanism)
      mask_ratios: 0.5
      generator_seeds: \(generator)
      model: {hidden_width: 16, hidden_layers: 1}
      training: {steps: 50, batch: 32}
      evaluation: {modes: full, targets: [z, content, leakage], metrics: r2_linear, masks: 2, rows: 60, pooled_rows: 60}
      keep_models: true
      """, file: "plan.yaml")
  }

  static let mechanisms = [
    "linear", "{family: mlp, layers: 2}", "{family: additive-noise, signal: 0.7}", "{family: rho, rho: 0.8}",
  ]

  @Test("The generator of a kept model draws the samples of the cell's generator, bit for bit", arguments: mechanisms)
  func generator(mechanism: String) async throws {
    let plan = try Self.plan(mechanism: mechanism, regime: mechanism.contains("mlp") ? "invertible" : "noisy")
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(plan, in: folder)
      let kept = try KeptModel(directory: folder.path, cell: nil)
      let cell = try plan.cells()[0]
      #expect(kept.specification.canonicalText == cell.canonicalText)
      let drawn = try GenerativeModel(graph: cell.graph, family: cell.mechanism, noise: cell.noise, seed: 1)
      let key = RandomKey(seed: 77)
      #expect(
        kept.generator.sample(0..<100, key: key).observed() == drawn.sample(0..<100, key: key).observed())
    }
  }

  @Test("A changed plan in the same folder cannot put another generator under a kept model")
  func changedPlan() async throws {
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(Self.plan(generator: 1), in: folder)
      let cell = try Self.plan(generator: 1).cells()[0].identifier
      func representation() throws -> Matrix<Double> {
        try ModelEvaluation(
          KeptModel(directory: folder.path, cell: cell), mode: .full, masked: nil, count: nil, rows: 20, seed: 1
        ).view(at: 0).targets[0].values
      }
      let before = try representation()
      _ = try await runSweep(Self.plan(generator: 2), in: folder)
      #expect(try KeptModel.cells(in: folder.path).count == 2)
      #expect(try representation() == before)
      #expect(throws: SpecificationError.self) { try KeptModel(directory: folder.path, cell: nil) }

      // Another cell's model under this name, and this cell's with another seed in its plan, are refused.
      let file = folder.appending(path: "models/\(cell).safetensors").path
      let other = try Self.plan(generator: 2).cells()[0].identifier
      let content = try Safetensors(contentsOf: file)
      try Safetensors(contentsOf: folder.appending(path: "models/\(other).safetensors").path).write(to: file)
      #expect(
        Self.message(folder, cell).hasSuffix(
          "the stored plan is not that of cell \(cell); run the cell again into an empty folder"))
      var metadata = content.metadata
      metadata["plan"] = metadata["plan"]!.replacingOccurrences(
        of: "generator_seeds: [1]", with: "generator_seeds: [2]")
      #expect(metadata["plan"] != content.metadata["plan"])
      try Safetensors(tensors: content.tensors, metadata: metadata).write(to: file)
      #expect(Self.message(folder, cell).contains("the stored plan is not that of cell"))
    }
  }

  static func message(_ folder: URL, _ cell: String?) -> String {
    do { return "\(try KeptModel(directory: folder.path, cell: cell).specification.identifier)" } catch {
      return "\(error)"
    }
  }

  @Test("A file without a generator, a diverged training and a folder without models say what to do")
  func faults() async throws {
    try await withTemporaryDirectory { folder in
      #expect(
        Self.message(folder, nil).hasSuffix(
          "/models: no model is kept here; write 'keep_models: true' into the plan and run it into an empty folder"))
      _ = try await runSweep(Self.plan(), in: folder)
      let cell = try KeptModel.cells(in: folder.path)[0]
      let file = folder.appending(path: "models/\(cell).safetensors").path
      let content = try Safetensors(contentsOf: file)
      func write(_ edit: (inout [String: String]) -> Void) throws {
        var metadata = content.metadata
        edit(&metadata)
        try Safetensors(tensors: content.tensors, metadata: metadata).write(to: file)
      }
      try write { $0["generator.parameters"] = nil }
      #expect(Self.message(folder, cell).contains(": it holds no generator; run the cell again"))
      try write { $0["generator.parameters"]!.removeLast() }
      #expect(Self.message(folder, cell).contains(": it holds no generator; run the cell again"))
      try write { $0["plan"] = nil }
      #expect(Self.message(folder, cell).contains("kept by a version that did not store its plan and generator"))
      for (reason, remedy) in [
        (Divergence.Reason.nonFiniteData(row: 1, column: 2, isCalibration: false), "mend the data"),
        (.exploded(loss: 9, limit: 8), "lower the learning rate or clip gradients"),
      ] {
        let divergence = try JSONEncoder().encode(Divergence(step: 3, reason: reason))
        try write { $0["divergence"] = String(decoding: divergence, as: UTF8.self) }
        let message = Self.message(folder, cell)
        #expect(message.contains("the training left nothing to score") && message.contains("at step 3"))
        #expect(message.hasSuffix("; \(remedy)"))
      }
      try write { $0["divergence"] = "{}" }
      #expect(Self.message(folder, cell).contains("metadata entry 'divergence' is '{}'"))
      try Data("no".utf8).write(to: URL(filePath: file))
      #expect(Self.message(folder, cell).contains(file))
    }
  }

  @Test("Samples are fresh: another seed draws others, and none are those of the cell's training or evaluation")
  func fresh() async throws {
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(Self.plan(), in: folder)
      let kept = try KeptModel(directory: folder.path, cell: nil)
      func observed(_ seed: UInt64) throws -> Matrix<Double> {
        try #require(
          ModelEvaluation(kept, mode: .full, masked: nil, count: nil, rows: 20, seed: seed).view(at: 0).references
            .first { $0.name == "input" }
        ).features
      }
      let key = RandomKey(seed: 1)
      let own = [
        key.child("training").child("samples"), key.child("evaluation").child("full").child("samples"),
        key.child("evaluation").child("per-mask").child("samples"),
      ].map { kept.generator.sample(0..<40, key: $0).observed().double }
      let (first, again, second) = (try observed(0), try observed(0), try observed(1))
      #expect(first == again && first != second)
      for matrix in own { #expect(first != matrix && second != matrix) }
    }
  }

  @Test("Views have the shapes and groups of the cell, mask by mask")
  func views() async throws {
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(Self.plan(), in: folder)
      let kept = try KeptModel(directory: folder.path, cell: nil)
      let evaluation = try ModelEvaluation(kept, mode: .perMask, masked: ["x0"], count: nil, rows: 30, seed: 0)
      #expect(evaluation.viewCount == 1 && evaluation.masks[0].isMasked == [true, false, false, false])
      let view = try evaluation.view(at: 0)
      #expect(view.name == "mask-1" && view.representation.rows == 60 && view.representation.columns == 1)
      #expect(view.references.map(\.name) == ["untrained", "input", "posterior", "content"])
      #expect(view.references.map(\.features.columns) == [1, 3, 7, 1])
      #expect(view.targets.map(\.kind) == [.z, .content, .leakage])
      #expect(view.targets[0].groups.map(\.name) == ["z level 2", "z level 1", "z level 0"])
      // x0 masked: z1_0 is shared, and x1, z1_1, x2, x3 keep their noises to the visible part.
      #expect(view.targets[1].values.columns == 1 && view.targets[2].values.columns == 4)
      #expect(try ModelEvaluation(kept, mode: .perMask, masked: nil, count: nil, rows: nil, seed: 0).viewCount == 2)
      #expect(throws: (any Error).self) {
        try ModelEvaluation(kept, mode: .perMask, masked: ["x0", "x1", "x2", "x3"], count: nil, rows: nil, seed: 0)
      }
    }
  }

  @Test(
    "Cells of one setting are loaded together; cells that differ in more than their seeds have no mean and are refused")
  func settings() async throws {
    try await withTemporaryDirectory { folder in
      var plan = try tinyPlan(ratios: "[0.25, 0.5]", modes: "[full]")
      plan.keepsModels = true
      _ = try await runSweep(plan, in: folder)
      let cells = try plan.cells()
      let same = cells.filter { $0.maskRatio == 0.5 }.map(\.identifier)
      #expect(try KeptModel.load(directory: folder.path, cells: same).map(\.specification.trainingSeed) == [1, 2])
      let error = #expect(throws: SpecificationError.self) {
        try KeptModel.load(directory: folder.path, cells: [same[0], cells[0].identifier])
      }
      #expect(
        error?.description
          == "\(folder.path)/models: cells \(same[0]) and \(cells[0].identifier) differ in more than their seeds, so there "
          + "is no mean over them; give --cell the cells of one mask ratio, patch size, width and mechanism")
    }
  }
}
