import GenerativeModels
import HierarchicalGraphs
import MaskedAutoencoding
import Specifications
import Stochastics
import Sweeps
import Testing

@Suite struct CellSpecificationTests {
  @Test("Every axis of a plan multiplies the cells, and no two cells share an identifier")
  func axes() throws {
    let plan = try tinyPlan(
      ratios: "[0.25, 0.5, 0.75]", seeds: "[1, 2]",
      graphs: "[{family: tree, depth: 2, branching: 2}, {family: tree, depth: 3, branching: 2}]",
      mechanisms: "[{family: rho, rho: 0.7}, {family: rho, rho: 0.8}, linear]")
    let cells = try plan.cells()
    #expect(cells.count == 3 * 2 * 2 * 3)
    #expect(Set(cells.map(\.identifier)).count == cells.count)
    #expect(cells.allSatisfy { $0.identifier.count == 16 })
  }

  @Test("Everything that changes a result changes the identifier; the plan's name does not")
  func identity() throws {
    func identifier(_ plan: SweepPlan) throws -> String { try plan.cells()[0].identifier }
    let base = try tinyPlan()
    var renamed = base
    renamed.name = "another"
    #expect(try identifier(renamed) == identifier(base))
    var changes: [SweepPlan] = []
    func change(_ edit: (inout SweepPlan) -> Void) {
      var plan = base
      edit(&plan)
      changes.append(plan)
    }
    change { $0.noise = .laplace }
    change { $0.masking.sharing = .perBatch }
    change { $0.masking.law = .bernoulli }
    change { $0.masking.law = .block }
    change { $0.masking.targets = .interior }
    change { $0.maskRatios = [0.3] }
    change { $0.widths = [2] }
    change { $0.generatorSeeds = [9] }
    change { $0.trainingSeeds = [9] }
    change { $0.model.activation = .tanh }
    change { $0.model.hiddenLayers = 2 }
    change { $0.training.steps = 21 }
    change { $0.training.learningRate = 0.01 }
    change { $0.balancesMaskGain = false }
    change { ($0.balancesMaskGain, $0.training.maskGain) = (false, 3) }
    change { $0.data = .fixed(samples: 100) }
    change { $0.evaluation.masks = 2 }
    change { $0.evaluation.recordsNodes = false }
    let identifiers = try changes.map(identifier) + [identifier(base)]
    #expect(Set(identifiers).count == identifiers.count)
  }

  @Test("A cell whose plan spells out its training has the identifier that it had before there were mask gains")
  func earlierIdentity() throws {
    // Identifier and text of the version before, of the same plan.
    let text = "{family: tree, depth: 2, branching: 2}"
    var plan = try tinyPlan(
      ratios: "0.5", seeds: "1", steps: 2, graphs: text,
      training: ", optimizer: adamw, weight_decay: 0, learning_rate: 0.001, schedule: cosine, clip: 1.5")
    plan.training.batchSize = 8
    plan.data = .fixed(samples: 64)
    plan.model = ModelPlan(hiddenWidth: 8, hiddenLayers: 1, activation: .gelu)
    plan.evaluation.modes = [.full]
    plan.evaluation.masks = 1
    plan.evaluation.linearMasks = 1
    (plan.evaluation.rows, plan.evaluation.pooledRows, plan.evaluation.kernelRows) = (20, 20, 20)
    plan.evaluation.kernelScoreRows = 20
    plan.evaluation.recordsNodes = false
    #expect(try plan.cells()[0].identifier == "5876b959e7341f47")
    let schedule = "MaskedAutoencoding.LearningRateSchedule"
    let expected = """
      TrainingConfiguration(steps: 2, batchSize: 8, optimizer: MaskedAutoencoding.Optimizer.adamW(weightDecay: 0.0), \
      learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-08, schedule: \(schedule)(warmUp: \
      \(schedule).WarmUp.fraction(0.05), decay: \(schedule).Decay.cosine(finalFraction: 0.0)), gradientNormLimit: \
      Optional(1.5), standardizesInput: true, standardizationSamples: 4096, divergenceFactor: 10000.0, lossInterval: 50)
      """
    #expect("\(plan.training)" == expected)
  }

  @Test("A balanced mask gain is one over the root of each cell's mask ratio")
  func balancedGain() throws {
    let cells = try tinyPlan(ratios: "[0.25, 0.5]", seeds: "1").cells()
    #expect(cells.map(\.training.maskGain) == [2, 2.0.squareRoot()])
    let fixed = try tinyPlan(seeds: "1", mask: "{fixed: [x0]}").cells()
    #expect(fixed.map(\.training.maskGain) == [2])
  }
}
