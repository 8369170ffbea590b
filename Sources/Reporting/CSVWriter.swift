/// Comma-separated values after RFC 4180, byte for byte the same for the same fields.
///
/// One deviation from the RFC: lines end in LF alone, as all readers accept and as line tools expect.
public struct CSVWriter: Sendable, Equatable {
  /// One field of a row.
  public enum Field: Sendable, Equatable {
    /// Text; quoted if it contains a comma, a quote or a line break, or begins or ends with a space.
    case text(String)
    /// A whole number in decimal digits.
    case integer(Int)
    /// The shortest decimal that reads back as the same number; `nan`, `inf` and `-inf` where it is not finite, which
    /// pandas, R's `read.csv` (`nan`, `inf`) and NumPy read as such.
    case number(Double)
    /// An empty field.
    case missing

    /// A text, or ``missing``.
    public init(_ text: String?) { self = text.map(Field.text) ?? .missing }

    /// A whole number, or ``missing``.
    public init(_ value: Int?) { self = value.map(Field.integer) ?? .missing }

    /// A number, or ``missing``.
    public init(_ value: Double?) { self = value.map(Field.number) ?? .missing }
  }

  /// The number of fields in every row.
  public let columnCount: Int
  /// Everything written so far, the header included.
  public private(set) var text: String

  /// A file with its header line.
  ///
  /// - Parameter header: The names of the columns; at least one.
  public init(header: [String]) {
    precondition(!header.isEmpty, "a CSV file without columns")
    columnCount = header.count
    text = Self.line(header.map(Field.text))
  }

  /// Adds a row.
  ///
  /// - Precondition: `fields.count == columnCount`.
  public mutating func append(_ fields: [Field]) {
    precondition(fields.count == columnCount, "a row of \(fields.count) fields in a file of \(columnCount) columns")
    text += Self.line(fields)
  }

  /// One row as a line with its line break, for files that are written row by row.
  public static func line(_ fields: [Field]) -> String {
    var bytes: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(field, to: &bytes)
    }
    // An empty line would be no row at all.
    return (bytes.isEmpty ? "\"\"" : String(decoding: bytes, as: UTF8.self)) + "\n"
  }

  /// Adds one field in UTF-8, without a comma or line break: the quickest way for files of many rows.
  public static func append(_ field: Field, to bytes: inout [UInt8]) {
    switch field {
    case .text(let text): bytes.append(contentsOf: quoted(text).utf8)
    case .integer(let value): bytes.append(contentsOf: String(value).utf8)
    case .number(let value): bytes.append(contentsOf: value.description.utf8)
    case .missing: break
    }
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = !text.utf8.contains { byte in
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
      default: false
      }
    }
    if isPlain, text.utf8.first != UInt8(ascii: " "), text.utf8.last != UInt8(ascii: " ") { return text }
    // Scalars, not characters: CR LF is one character, and a quote may carry a combining mark.
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { result.unicodeScalars.append(scalar) }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }
}
