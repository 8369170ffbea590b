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
    change { $0.maskRatios = [0.3] }
    change { $0.widths = [2] }
    change { $0.generatorSeeds = [9] }
    change { $0.trainingSeeds = [9] }
    change { $0.model.activation = .tanh }
    change { $0.model.hiddenLayers = 2 }
    change { $0.training.steps = 21 }
    change { $0.training.learningRate = 0.01 }
    change { $0.data = .fixed(samples: 100) }
    change { $0.evaluation.masks = 2 }
    change { $0.evaluation.recordsNodes = false }
    let identifiers = try changes.map(identifier) + [identifier(base)]
    #expect(Set(identifiers).count == identifiers.count)
  }
}
