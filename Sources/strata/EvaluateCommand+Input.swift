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

  /// The groups of a JSON file in the order of their first columns; without a file all columns as one group `all`.
  static func groups(_ path: String?, columns: Int, file: String) throws -> [MatrixEvaluation.Group] {
    guard let path else { return [MatrixEvaluation.Group(name: "all", columns: Array(0..<columns))] }
    func malformed(_ reason: String) -> DatasetError { .malformed(file: path, format: "groups JSON", reason: reason) }
    let data = Data(try InputFile.bytes(path))
    guard let object = try? JSONDecoder().decode([String: [Int]].self, from: data) else {
      throw malformed("it is not an object of lists of column numbers, such as {\"level 1\": [0, 1]}")
    }
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
