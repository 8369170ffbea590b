/// Where something stands in a file; line 0 when only the file is known.
package struct DocumentPlace: Sendable {
  package var file: String?
  package var line = 0
  package var column: Int?
  var steps: [KeyStep] = []

  /// An error at this place.
  package func error(_ message: String, remedy: String) -> SpecificationError {
    SpecificationError(
      file: file, line: line > 0 ? line : nil, column: line > 0 ? column.flatMap { $0 > 0 ? $0 : nil } : nil,
      keyPath: steps.text, message,
      remedy: remedy)
  }
}
