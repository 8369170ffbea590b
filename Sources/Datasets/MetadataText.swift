internal import Foundation

/// What HDF5 keeps in attributes, as one JSON object for formats that hold arrays only.
enum MetadataText {
  static func json(_ schema: ExportSchema) -> [UInt8] {
    var arrays: [String: JSONText] = [:]
    for array in schema.arrays {
      var fields = facts(array.attributes)
      fields["columns"] = .list(array.columns.map(JSONText.text))
      fields["nodes"] = .list(array.nodes.map(JSONText.text))
      arrays[array.name] = .object(fields)
    }
    var fields = facts(schema.attributes + ExportFacts(schema).attributes)
    fields["arrays"] = .object(arrays)
    if let model = schema.model {
      fields["graph"] = .text(model.graph)
      fields["model"] = .object([
        "description": .text(model.description), "checksum": .integer(UInt64(model.checksum)),
      ])
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Text and finite numbers only, so encoding cannot fail.
    return [UInt8](try! encoder.encode(JSONText.object(fields))) + [UInt8(ascii: "\n")]
  }

  private static func facts(_ attributes: [ExportAttribute]) -> [String: JSONText] {
    var fields: [String: JSONText] = [:]
    for attribute in attributes {
      fields[attribute.name] =
        switch attribute.value {
        case .text(let text): .text(text)
        case .integer(let value): .integer(value)
        case .number(let value): value.isFinite ? .number(value) : .text("\(value)")
        case .texts(let texts): .list(texts.map(JSONText.text))
        }
    }
    return fields
  }
}

/// A JSON value of the types that facts have.
indirect enum JSONText: Codable {
  case text(String)
  case integer(UInt64)
  case number(Double)
  case list([JSONText])
  case object([String: JSONText])

  /// The value as a fact; nil for what no fact is.
  var fact: ExportAttribute.Value? {
    switch self {
    case .text(let value): return .text(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .object: return nil
    case .list(let values):
      var texts: [String] = []
      for value in values {
        guard case .text(let text) = value else { return nil }
        texts.append(text)
      }
      return .texts(texts)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([JSONText].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONText].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .text(let value): try value.encode(to: encoder)
    case .integer(let value): try value.encode(to: encoder)
    case .number(let value): try value.encode(to: encoder)
    case .list(let value): try value.encode(to: encoder)
    case .object(let value): try value.encode(to: encoder)
    }
  }
}
