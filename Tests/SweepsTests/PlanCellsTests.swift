import HierarchicalGraphs
import MaskedAutoencoding
import Specifications
import Sweeps
import Testing

/// Cells that are made as they are asked for.
@Suite struct PlanCellsTests {
  @Test("Cells stand in the order of the plan's axes; the ρ family, which draws nothing, has one generator seed")
  func order() throws {
    var plan = try tinyPlan(
      ratios: "[0.25, 0.5]", seeds: "[7, 3]",
      graphs: "[{family: tree, depth: 2, branching: 2}, {family: tree, depth: 3, branching: 2}]",
      mechanisms: "[linear, {family: rho, rho: 0.85}]")
    plan.generatorSeeds = [5, 4, 9]
    plan.widths = [1, 2]
    var expected: [String] = []
    for graph in ["tree-depth2-branching2", "tree-depth3-branching2"] {
      for ratio in [0.25, 0.5] {
        for (mechanism, generators) in [("linear-random", [5, 4, 9]), ("rho-0.85", [5])] {
          for width in [1, 2] {
            for generator in generators {
              for seed in [7, 3] { expected.append("\(graph) \(ratio) \(mechanism) \(width) \(generator) \(seed)") }
            }
          }
        }
      }
    }
    let cells = try plan.cells()
    let found = cells.map { cell in
      "\(cell.graph.name) \(cell.maskRatio) \(cell.generatorLabel) \(cell.architecture.representationWidth) "
        + "\(cell.generatorSeed) \(cell.trainingSeed)"
    }
    #expect(found == expected)
    // From the end as well: every place is found by itself.
    #expect(cells.reversed().map(\.canonicalText) == cells.map(\.canonicalText).reversed())
  }

  @Test("A plan without seeds has no cells")
  func empty() throws {
    var plan = try tinyPlan()
    plan.trainingSeeds = []
    #expect(try plan.cells().isEmpty)
  }

  @Test("Ten million cells are counted and looked up without being made")
  func many() throws {
    var plan = try tinyPlan(ratios: "[0.25, 0.5]", mechanisms: "[linear]")
    plan.generatorSeeds = Array(1...5000)
    plan.trainingSeeds = Array(1...1000)
    let cells = try plan.cells()
    #expect(cells.count == 10_000_000)
    let cell = cells[5_000_000 + 1000 * 4999 + 999]
    #expect((cell.maskRatio, cell.generatorSeed, cell.trainingSeed) == (0.5, 5000, 1000))
  }
}
