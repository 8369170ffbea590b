internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Reporting
public import Specifications

/// The cells of a plan as CSV, without running any: what the names in results and in messages mean, and which task of a
/// cluster has them.
public struct PlanListing {
  private let cells: PlanCells
  private let parts: [Int]?

  /// The cells of a plan.
  ///
  /// - Parameters:
  ///   - plan: Its cells are listed in its order.
  ///   - shards: How many shards the plan is cut into; nil for no column `shard`.
  /// - Throws: `GraphError` if a mask does not fit a graph, which a plan that was read from a file has ruled out.
  /// - Precondition: `shards` is positive.
  public init(_ plan: SweepPlan, shards: Int? = nil) throws {
    cells = try plan.cells()
    parts = shards.map { [cells] in Shard.indices(of: cells, count: $0) }
  }

  /// Writes it piece by piece: a header, and a line for each cell in the order of the plan.
  ///
  /// The columns are those of the table `cells` of a store up to the seeds, and `shard`, from 1.
  ///
  /// - Throws: What `write` throws.
  /// - Complexity: O(cells).
  public func write(to write: (String) throws -> Void) rethrows {
    let columns = [
      "cell", "specification", "graph", "mechanism", "mask_ratio", "patch_size", "width", "generator_seed",
      "training_seed",
    ]
    var pending = CSVWriter.line((columns + (parts == nil ? [] : ["shard"])).map(CSVWriter.Field.text))
    for (index, cell) in PlannedCells(cells).enumerated() {
      let specification = cell.specification
      var fields: [CSVWriter.Field] = [
        .text(cell.name), .text(cell.hash), .text(specification.graph.name), .text(specification.generatorLabel),
        .number(specification.maskRatio), .integer(specification.patchSize),
        .integer(specification.architecture.representationWidth), .text("\(specification.generatorSeed)"),
        .text("\(specification.trainingSeed)"),
      ]
      if let parts { fields.append(.integer(parts[index])) }
      pending += CSVWriter.line(fields)
      if pending.utf8.count > 1 << 16 {
        try write(pending)
        pending = ""
      }
    }
    try write(pending)
  }
}
