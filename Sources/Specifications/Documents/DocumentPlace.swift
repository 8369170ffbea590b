/// Where something stands in a file; line 0 when only the file is known.
package struct DocumentPlace: Sendable {
  package var file: String?
  package var line = 0
  package var column: Int?
  var steps: [KeyStep] = []

  /// A place in no file, or a whole file.
  package init(file: String? = nil) { self.file = file }

  /// A whole line.
  init(file: String?, line: Int) { (self.file, self.line) = (file, line) }

  init(file: String?, line: Int = 0, column: Int? = nil, steps: [KeyStep]) {
    (self.file, self.line, self.column, self.steps) = (file, line, column, steps)
  }

  /// An error at this place.
  package func error(_ message: String, remedy: String) -> SpecificationError {
    SpecificationError(
      file: file, line: line > 0 ? line : nil, column: line > 0 ? column.flatMap { $0 > 0 ? $0 : nil } : nil,
      keyPath: steps.text, message,
      remedy: remedy)
  }
}
