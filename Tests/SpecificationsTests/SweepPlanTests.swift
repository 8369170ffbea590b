import Foundation
import GenerativeModels
import HierarchicalGraphs
import MaskedAutoencoding
import Specifications
import Stochastics
import TestSupport
import Testing

@Suite struct SweepPlanTests {
  /// A valid plan; tests replace lines of it.
  static let valid = """
    name: demo
    graphs:
      - {family: tree, depth: 3, branching: 2}
    mechanisms:
      - {family: rho, rho: 0.85}
    mask_ratios: [0.25, 0.5]
    patch_sizes: [1, 2]
    training: {steps: 100, batch: 32}
    evaluation: {masks: 24}
    """

  private func load(_ text: String) throws -> SweepPlan {
    try withTemporaryDirectory { folder in
      let file = folder.appending(path: "plan.yaml")
      try Data(text.utf8).write(to: file)
      do {
        return try SweepPlan.load(file.path)
      } catch let error as SpecificationError {
        // The temporary folder's name is no part of the message.
        var error = error
        error.file = "plan.yaml"
        throw error
      }
    }
  }

  private func message(_ old: String, _ new: String) throws -> String {
    #expect(Self.valid.contains(old))
    let text = Self.valid.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    do {
      _ = try load(text)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("Defaults are those of the documented plan")
  func defaults() throws {
    let plan = try load(Self.valid)
    #expect(plan.name == "demo" && plan.graphs.map(\.nodes.count) == [15])
    #expect(plan.mechanisms == [.rho(0.85)] && plan.noise == .gaussian)
    #expect(plan.maskRatios == [0.25, 0.5] && plan.patchSizes == [1, 2] && plan.widths == [1])
    #expect(plan.generatorSeeds == [1] && plan.trainingSeeds == [1])
    #expect(plan.masking == MaskPlan(law: .exactCount, sharing: .perSample))
    #expect(plan.model == ModelPlan(hiddenWidth: 256, hiddenLayers: 2, activation: .gelu) && plan.data == .fresh)
    #expect(plan.training.steps == 100 && plan.training.batchSize == 32 && plan.training.learningRate == 5e-3)
    #expect(plan.training.schedule == LearningRateSchedule(decay: .linear(finalFraction: 0)) && plan.balancesMaskGain)
    #expect(plan.evaluation.masks == 24 && plan.evaluation.linearMasks == 24)
    #expect(plan.evaluation.modes == [.perMask, .full])
  }

  @Test("A plan that names its optimizer means the published settings by what it leaves out")
  func publishedSettings() throws {
    func plan(_ training: String) throws -> SweepPlan {
      try load(Self.valid.replacingOccurrences(of: "{steps: 100, batch: 32}", with: training))
    }
    let published = try plan("{optimizer: adamw}")
    #expect(published.training == TrainingConfiguration() && !published.balancesMaskGain)
    #expect(published.training.steps == 6000 && published.training.learningRate == 1e-3)
    #expect(published.training.schedule.decay == .cosine(finalFraction: 0) && published.training.maskGain == nil)
    let fast = try plan("{}")
    #expect(fast.training == .fast() && fast.training.steps == 2000 && fast.balancesMaskGain)
    let mixed = try plan("{optimizer: adam, schedule: linear, final_learning_rate: 0.0005, mask_gain: balanced}")
    #expect(mixed.training.schedule.decay == .linear(finalFraction: 0.5) && mixed.balancesMaskGain)
    let number = try plan("{mask_gain: 2.5}")
    #expect(number.training.maskGain == 2.5 && !number.balancesMaskGain)
    let one = try plan("{mask_gain: 1}")
    #expect(one.training.maskGain == nil && !one.balancesMaskGain)
  }

  @Test("Everything that a plan can say is read")
  func everything() throws {
    let plan = try load(
      """
      graphs: {family: tree, depth: 2, branching: 2}
      mechanisms:
        - linear
        - {family: linear, weights: orthogonal}
        - {family: mlp, layers: 2, slope: 0.1, condition_quantile: 0.01, condition_draws: 500}
        - {family: additive-noise, signal: 0.5, hidden_width: 8}
      noise: {law: student-t, degrees_of_freedom: 5}
      mask: {law: bernoulli, sharing: per-batch}
      mask_ratios: 0.5
      widths: [1, 2]
      generator_seeds: [3, 4]
      training_seeds: [18446744073709551615]
      model: {hidden_width: 32, hidden_layers: 0, activation: leaky-relu, slope: 0.2}
      training:
        {steps: 6e3, batch: 8, optimizer: adam, learning_rate: 0.01, schedule: constant, warmup: 0.1, beta1: 0.8,
         beta2: 0.99, clip: 2, standardize: false, data: {samples: 1000}}
      evaluation:
        {modes: [full], targets: [epsilon], metrics: [cca_mean], masks: 5, linear_masks: 9, rows: 50, pooled_rows: 70,
         kernel_rows: 30, nodes: false}
      """)
    #expect(
      plan.mechanisms == [
        .linearRandom, .linearOrthogonal,
        .mlp(.init(layers: 2, slope: 0.1, conditionQuantile: 0.01, conditionDraws: 500)),
        .additiveNoise(.init(signal: 0.5, hiddenWidth: 8)),
      ])
    #expect(plan.noise == .studentT(degreesOfFreedom: 5))
    #expect(plan.masking == MaskPlan(law: .bernoulli, sharing: .perBatch) && plan.trainingSeeds == [.max])
    #expect(plan.model == ModelPlan(hiddenWidth: 32, hiddenLayers: 0, activation: .leakyReLU(slope: 0.2)))
    #expect(plan.training.steps == 6000 && plan.training.optimizer == .adam && plan.data == .fixed(samples: 1000))
    #expect(plan.training.gradientNormLimit == 2 && !plan.training.standardizesInput)
    #expect(plan.evaluation.linearMasks == 9 && plan.evaluation.kernelRows == 30 && !plan.evaluation.recordsNodes)
  }

  @Test("Faults are one line with file, line, column, key, what is wrong and the remedy")
  func faults() throws {
    #expect(
      try message("[0.25, 0.5]", "[0.25, 1.2]")
        == "plan.yaml:6:21: .mask_ratios[1]: 1.2 is not a mask ratio; give a number strictly between 0 and 1")
    #expect(
      try message("[0.25, 0.5]", "[0]")
        == "plan.yaml:6:15: .mask_ratios[0]: 0 is not a mask ratio; give a number strictly between 0 and 1")
    #expect(
      try message("[0.25, 0.5]", "[.nan]")
        == "plan.yaml:6:15: .mask_ratios[0]: .nan is not a finite number; give a finite number")
    #expect(
      try message("[1, 2]", "[1, 3]")
        == "plan.yaml:7:18: .patch_sizes[1]: graph 'tree-depth3-branching2': patch size 3 does not divide the grid 8; use one of 1, 2, 4"
    )
    #expect(
      try message("mask_ratios", "mask_ratio").hasPrefix(
        "plan.yaml:6:1: .mask_ratio: the key 'mask_ratio' is not known here; did you mean 'mask_ratios'?"))
    #expect(
      try message("mask_ratios: [0.25, 0.5]", "widths: [1]")
        == "plan.yaml:1:1: the key 'mask_ratios' is missing; add 'mask_ratios:' with its value")
    #expect(
      try message("[0.25, 0.5]", "[0.5, 0.5]")
        == "plan.yaml:6:20: .mask_ratios[1]: the value '0.5' is given twice; remove one: each cell is run once")
    #expect(
      try message("rho: 0.85", "rho: 1")
        == "plan.yaml:5:24: .mechanisms[0].rho: 1 is not a correlation; give a number strictly between -1 and 1")
    #expect(
      try message("batch: 32", "batch: 0")
        == "plan.yaml:8:31: .training.batch: 0 is not a batch size; give a whole number from 1 to 1048576")
    #expect(
      try message("batch: 32", "mask_gain: -1")
        == "plan.yaml:8:35: .training.mask_gain: -1 is not a mask gain; give a number of at least 0, or 'balanced'")
    #expect(
      try message("batch: 32", "mask_gain: often")
        == "plan.yaml:8:35: .training.mask_gain: 'often' is not a number; give a number of at least 0, or 'balanced'")
    #expect(
      try message("masks: 24", "masks: [24]")
        == "plan.yaml:9:21: .evaluation.masks: a list is not a whole number; give a whole number")
    #expect(
      try message("{family: rho, rho: 0.85}", "rho")
        == "plan.yaml:5:5: .mechanisms[0]: the family rho needs its correlation; write {family: rho, rho: 0.85} or rho:0.85"
    )
  }

  @Test("Blocks and a loss without the border of the mask are read, and refused where they leave nothing to predict")
  func blocksAndInterior() throws {
    let text = Self.valid + "\nmask: {law: block, sharing: per-batch}"
    #expect(try load(text).masking == MaskPlan(law: .block, sharing: .perBatch, targets: .all))
    let sizes = "patch_sizes: [1, 2]"
    #expect(try message(sizes, "mask: {law: block, loss: interior}") == "no error")
    #expect(try message(sizes, "mask: {loss: interior, fixed: [x0]}").contains("a fixed mask has no mask_ratios"))
    #expect(
      try message(sizes, "mask: {loss: interior}\n" + sizes)
        == "plan.yaml:7:7: .mask: graph 'tree-depth3-branching2': with mask ratio 0.25 and patch size 2 every masked "
        + "patch touches a visible one, and nothing is left in the loss; mask more, take smaller patches, or remove "
        + "'loss: interior'")
    #expect(
      try message("mask_ratios: [0.25, 0.5]\n" + sizes, "mask: {fixed: [x2, x3], loss: interior}")
        == "plan.yaml:6:7: .mask: graph 'tree-depth3-branching2': with this mask every masked patch touches a visible "
        + "one, and nothing is left in the loss; mask more, take smaller patches, or remove 'loss: interior'")
    #expect(
      try message("mask_ratios: [0.25, 0.5]\n" + sizes, "mask: {fixed: [x0, x1], loss: interior}") == "no error")
    #expect(try message(sizes, "mask: {loss: border}").hasPrefix("plan.yaml:7:14: .mask.loss: "))
  }

  @Test("A fixed mask excludes ratios, and names observables of every graph")
  func fixedMask() throws {
    let fixed = "mask: {fixed: [x0, x3]}\npatch_sizes"
    #expect(
      try message("mask_ratios: [0.25, 0.5]\npatch_sizes: [1, 2]", "mask: {fixed: [x0, x3]}") == "no error")
    #expect(
      try message("patch_sizes", fixed)
        == "plan.yaml:6:1: .mask_ratios: a fixed mask has no mask_ratios; remove this key, or the fixed mask")
    #expect(
      try message("mask_ratios: [0.25, 0.5]\npatch_sizes: [1, 2]", "mask: {fixed: [x9]}")
        == "plan.yaml:6:7: .mask: graph 'tree-depth3-branching2': 'x9' is not an observable of this graph")
  }
}
