internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding

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
    var text = columns.joined(separator: ",") + "\n"
    for (cell, result) in cells {
      let prefix = [
        cell.identifier, quoted(cell.graph.name), quoted(cell.mechanism.label), "\(cell.maskRatio)",
        "\(cell.patchSize)",
        "\(cell.architecture.representationWidth)", "\(cell.generatorSeed)", "\(cell.trainingSeed)",
      ].joined(separator: ",")
      for row in result.measurements + (result.predictions ?? []) {
        text += prefix
        text += ",\(row.evaluation),\(row.level.map(String.init) ?? ""),\(quoted(row.node ?? ""))"
        text += ",\(row.target),\(row.estimator),\(row.metric),\(row.value)\n"
      }
    }
    return text
  }

  /// A field as RFC 4180 wants it: quoted only where it must be.
  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }) else {
      return field
    }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
