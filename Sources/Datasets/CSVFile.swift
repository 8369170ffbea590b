public import LinearAlgebra

/// Matrices in text files: numbers with commas between, one sample a line.
public enum CSVFile {
  /// Reads a file whose first line may be a header (it is one if some field of it is not a number). Empty lines are
  /// skipped; quotes around fields are accepted. What pandas writes of a frame without names, or with its index, would pass for data
  /// and is refused: a first line of 0, 1, …, and a header whose first name is empty.
  ///
  /// - Returns: The column names (empty without a header) and the values.
  /// - Throws: ``DatasetError``: `cannotRead`, `malformed` with the line of the fault, `checksumMismatch` where the file
  ///   has metadata beside it and is not the one that was written.
  public static func read(_ path: String) throws(DatasetError) -> (columns: [String], values: Matrix<Double>) {
    try decode(try FileChecksums.readBytes(path), file: path)
  }

  package static func decode(
    _ bytes: [UInt8], file: String
  ) throws(DatasetError) -> (columns: [String], values: Matrix<Double>) {
    var (names, values, width, rows): ([String], [Double], Int?, Int) = ([], [], nil, 0)
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 0
    while start < bytes.count {
      let end = lineEnd(bytes, from: start)
      line += 1
      let text = bytes[start..<(end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)]
      start = end + 1
      if text.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
      let fields = split(text)
      let numbers = fields.map(number)
      if width == nil, fields.count > 1, numbers == fields.indices.map(Double.init) {
        throw malformed(
          file,
          "line \(line) counts the columns, 0 to \(fields.count - 1), as pandas does without names: name them or leave the line out"
        )
      }
      if width == nil, numbers.contains(where: { $0 == nil }) {
        guard !fields[0].isEmpty else {
          throw malformed(
            file,
            "the first name of line \(line) is empty, as where pandas writes its index: leave that out (index=False)")
        }
        (names, width) = (fields, fields.count)
        continue
      }
      if let width, fields.count != width {
        throw malformed(file, "line \(line) has \(fields.count) fields, the lines before it \(width)")
      }
      width = fields.count
      for (column, value) in numbers.enumerated() {
        guard let value else {
          throw malformed(file, "field \(column + 1) of line \(line) is '\(fields[column].prefix(40))', not a number")
        }
        values.append(value)
      }
      rows += 1
    }
    guard let width, rows > 0 else { throw malformed(file, "it has no line of numbers") }
    return (names, Matrix(rows: rows, columns: width, storage: values))
  }

  /// The end of a line; line feeds inside quotes do not count.
  private static func lineEnd(_ bytes: [UInt8], from start: Int) -> Int {
    var (position, isQuoted) = (start, false)
    while position < bytes.count, isQuoted || bytes[position] != UInt8(ascii: "\n") {
      if bytes[position] == UInt8(ascii: "\"") { isQuoted.toggle() }
      position += 1
    }
    return position
  }

  private static func split(_ line: ArraySlice<UInt8>) -> [String] {
    var (fields, field, isQuoted): ([String], [UInt8], Bool) = ([], [], false)
    var previousQuote = false
    for byte in line {
      switch byte {
      case UInt8(ascii: "\""):
        // Two quotes inside quotes are one.
        if previousQuote { field.append(byte) }
        previousQuote = isQuoted
        isQuoted.toggle()
        continue
      case UInt8(ascii: ",") where !isQuoted:
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
      default: field.append(byte)
      }
      previousQuote = false
    }
    return fields + [String(decoding: field, as: UTF8.self)]
  }

  private static func number(_ field: String) -> Double? {
    if let value = Double(field) { return value }
    return Double(String(field.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()))
  }

  private static func malformed(_ file: String, _ reason: String) -> DatasetError {
    .malformed(file: file, format: "CSV", reason: reason)
  }
}
