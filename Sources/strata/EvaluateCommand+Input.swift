internal import Datasets
internal import Foundation
internal import LinearAlgebra
internal import Recovery
internal import Specifications

/// Reading what `strata evaluate` is given.
enum EvaluationInput {
  static func requireSameRows(
    _ first: Matrix<Double>, _ firstName: String, _ second: Matrix<Double>, _ secondName: String
  ) throws {
    guard first.rows != second.rows else { return }
    throw RecoveryError.shapeMismatch(
      what: "row counts of \(firstName) and \(secondName)", left: first.rows, right: second.rows)
  }

  /// Reads a matrix of at least one column.
  static func matrix(_ path: String) throws -> Matrix<Double> {
    let matrix = try MatrixFile.read(path)
    guard matrix.columns > 0 else { throw RecoveryError.noColumns(what: path) }
    return matrix
  }

  /// The order of rows of a file, for targets of a shape.
  static func rowOrder(_ path: String?, targets: Matrix<Double>) throws -> RowOrder? {
    guard let path else { return nil }
    return try RowOrder(MatrixFile.read(path), rows: targets.rows, targets: targets.columns, name: path)
  }

  /// The groups of a JSON file in the order of their first columns; without a file all columns as one group `all`.
  static func groups(_ path: String?, columns: Int, file: String) throws -> [MatrixEvaluation.Group] {
    guard let path else { return [MatrixEvaluation.Group(name: "all", columns: Array(0..<columns))] }
    func malformed(_ reason: String) -> DatasetError { .invalidGroups(file: path, reason: reason) }
    let root = try Document.load(path, syntax: .json)
    guard root.isMapping else {
      throw malformed("it is not an object of lists of column numbers, such as {\"level 1\": [0, 1]}")
    }
    // The reader refuses a name that stands twice, which a dictionary would silently merge.
    let object = try root.anyMapping.entries.map { (key: $0.key, value: try $0.value.list.map { try $0.int }) }
    guard !object.isEmpty else { throw malformed("it names no groups") }
    for (name, list) in object.sorted(by: { $0.key < $1.key }) {
      guard !list.isEmpty else { throw malformed("group '\(name)' is empty") }
      guard Set(list).count == list.count else { throw malformed("group '\(name)' names a column twice") }
      for column in list where column < 0 || column >= columns {
        throw malformed("group '\(name)' names column \(column) and \(file) has columns 0 to \(columns - 1)")
      }
    }
    return object.map { MatrixEvaluation.Group(name: $0.key, columns: $0.value) }
      .sorted { ($0.columns.min()!, $0.name) < ($1.columns.min()!, $1.name) }
  }
}
