internal import Foundation
internal import Reporting

/// A column of a report that is printed as CSV and as JSON: its name and what stands in it, declared once for both.
struct ReportColumn<Row>: Sendable {
  let name: String
  let field: @Sendable (Row) -> CSVWriter.Field

  init(_ name: String, _ field: @escaping @Sendable (Row) -> CSVWriter.Field) {
    self.name = name
    self.field = field
  }
}

/// Rows of a report in the forms that programs read.
struct ReportRows<Row> {
  let columns: [ReportColumn<Row>]
  let rows: [Row]

  /// One row a line; what does not exist is an empty field.
  var csv: String {
    var writer = CSVWriter(header: columns.map(\.name))
    for row in rows { writer.append(columns.map { $0.field(row) }) }
    return writer.text
  }

  /// A list of objects with sorted keys; what does not exist is left out, and a number that is not finite is a string, which JSON
  /// has no number for.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let records = rows.map { row in Record(fields: columns.map { ($0.name, $0.field(row)) }) }
    guard let data = try? encoder.encode(records) else { preconditionFailure("a report that JSON cannot hold") }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

private struct Record: Encodable {
  let fields: [(name: String, field: CSVWriter.Field)]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, field) in fields {
      let key = Key(stringValue: name)
      switch field {
      case .text(let text): try container.encode(text, forKey: key)
      case .integer(let value): try container.encode(value, forKey: key)
      case .number(let value): try container.encode(value, forKey: key)
      case .missing: break
      }
    }
  }
}
