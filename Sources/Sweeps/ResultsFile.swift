internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Reporting

/// `results.csv`: every score of every finished cell in long form.
enum ResultsFile {
  static let columns = [
    "cell", "graph", "mechanism", "mask_ratio", "patch_size", "width", "generator_seed", "training_seed", "evaluation",
    "level", "node", "target", "estimator", "metric", "value",
  ]

  /// The file's text: rows in the order of the plan's cells, and within a cell in the order of its evaluation. It holds
  /// nothing that differs between two runs of the same plan on one machine.
  ///
  /// A level is empty for the content, a node is empty for a whole level; numbers are the shortest decimals that read
  /// back to the same bits; a missing score is `nan`.
  static func text(_ cells: [(CellSpecification, CellResult)]) -> String {
    var writer = CSVWriter(header: columns)
    for (cell, result) in cells {
      // Seeds as text: they may exceed Int.
      let prefix: [CSVWriter.Field] = [
        .text(cell.identifier), .text(cell.graph.name), .text(cell.generatorLabel), .number(cell.maskRatio),
        .integer(cell.patchSize), .integer(cell.architecture.representationWidth), .text("\(cell.generatorSeed)"),
        .text("\(cell.trainingSeed)"),
      ]
      for row in result.measurements + (result.predictions ?? []) {
        writer.append(
          prefix + [
            .text(row.evaluation), row.level.map { .integer($0) } ?? .missing, row.node.map { .text($0) } ?? .missing,
            .text(row.target), .text(row.estimator), .text(row.metric), .number(row.value),
          ])
      }
    }
    return writer.text
  }
}
