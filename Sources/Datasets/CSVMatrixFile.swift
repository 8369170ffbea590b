public import LinearAlgebra

/// Matrices in files of comma-separated numbers.
///
/// Strict, so that nothing is guessed: commas only, no quotes, every line the same number of fields, every field a decimal
/// number (`nan` and `inf` included). The first line is a header if none of its fields is a number. Lines end in LF or CR LF;
/// an empty line is an error, except for the end of the file.
public enum CSVMatrixFile {
  /// Reads a matrix in double precision.
  ///
  /// - Returns: Shape (lines without the header, fields of a line).
  /// - Throws: ``DatasetError``: `cannotRead`, `malformed` with the line and the field, counted from 1.
  /// - Complexity: O(bytes).
  public static func readDouble(_ path: String) throws(DatasetError) -> Matrix<Double> {
    try decode(try readBytes(path), file: path)
  }

  /// The matrix of a file's bytes.
  package static func decode(_ bytes: [UInt8], file: String) throws(DatasetError) -> Matrix<Double> {
    func malformed(_ reason: String) -> DatasetError { .malformed(file: file, format: "CSV", reason: reason) }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var (values, columns, rows): ([Double], Int?, Int) = ([], nil, 0)
    for (index, raw) in lines.enumerated() {
      let line = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
      let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      let numbers = fields.map { Double($0.filter { $0 != " " && $0 != "\t" }) }
      if let columns, fields.count != columns {
        throw malformed("line \(index + 1) has \(fields.count) fields and the first has \(columns)")
      }
      columns = fields.count
      if index == 0, !line.isEmpty, numbers.allSatisfy({ $0 == nil }) { continue }
      for (place, number) in numbers.enumerated() {
        guard let number else {
          throw malformed("line \(index + 1), field \(place + 1) is '\(fields[place])', not a number")
        }
        values.append(number)
      }
      rows += 1
    }
    guard let columns, rows > 0 else { throw malformed("it holds no rows") }
    return Matrix(rows: rows, columns: columns, storage: values)
  }
}
