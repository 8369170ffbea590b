import Foundation
import HierarchicalGraphs
import MaskedAutoencoding
import Specifications
import Sweeps
import TestSupport
import Testing

/// The cells of a plan as a table.
@Suite struct PlanListingTests {
  @Test("Names and hashes are those of each cell by itself, and shards have the cells that they run")
  func listing() async throws {
    var plan = try tinyPlan(mechanisms: "[linear, {family: rho, rho: 0.85}]")
    plan.generatorSeeds = [1, 2]
    plan.widths = [1, 2]
    let cells = try plan.cells()
    var text = ""
    try PlanListing(plan, shards: 3).write { text += $0 }
    let lines = text.split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "cell,specification,graph,mechanism,mask_ratio,patch_size,width,generator_seed,training_seed,shard")
    let expected = cells.map { cell in
      "\(cell.identifier),\(SHA256.hexadecimal(cell.canonicalText)),\(cell.graph.name),\(cell.generatorLabel),"
        + "\(cell.maskRatio),\(cell.patchSize),\(cell.architecture.representationWidth),\(cell.generatorSeed),"
        + "\(cell.trainingSeed)"
    }
    #expect(lines.dropFirst().map { String($0[..<$0.lastIndex(of: ",")!]) } == expected)
    let second = lines.filter { $0.hasSuffix(",2") }.map { String($0.prefix(16)) }
    try await withTemporaryDirectory { folder in
      var options = SweepRunnerOptions()
      options.shard = Shard(index: 2, count: 3)
      let run = try await SweepRunner(
        plan: plan, directory: SweepDirectory(folder.path), workers: 1, options: options
      ).run()
      #expect(run.cells.map(\.specification.identifier) == second && second.count == cells.count / 3)
    }
    var short = ""
    try PlanListing(plan).write { short += $0 }
    #expect(short.split(separator: "\n").map(String.init) == [String(lines[0].dropLast(6))] + expected)
  }
}
