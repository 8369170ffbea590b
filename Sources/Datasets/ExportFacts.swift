internal import Foundation

/// The facts of a data set by name, those of an array as `array/name` with the labels `array/columns` and `array/nodes` among
/// them, under one checksum: what the rows mean is protected
/// as their values are, also in parts of a format that have no checksums of their own.
struct ExportFacts: Equatable {
  /// The attribute with the names of the facts that the checksum covers; others may have been added by anybody.
  static let listName = "facts"
  /// The attribute with the checksum.
  static let checksumName = "facts_checksum"

  var values: [String: ExportAttribute.Value]

  init(values: [String: ExportAttribute.Value]) { self.values = values }

  init(_ schema: ExportSchema) {
    values = [:]
    for attribute in schema.attributes { values[attribute.name] = attribute.value }
    for array in schema.arrays {
      values["\(array.name)/columns"] = .texts(array.columns)
      values["\(array.name)/nodes"] = .texts(array.nodes)
      for attribute in array.attributes { values["\(array.name)/\(attribute.name)"] = attribute.value }
    }
  }

  /// What is kept beside the facts to check them.
  var attributes: [ExportAttribute] {
    [.init(Self.listName, .texts(values.keys.sorted())), .init(Self.checksumName, .integer(UInt64(checksum)))]
  }

  /// The CRC-32 of names and values in the order of the names. Numbers count by value: JSON does not tell 1 from 1.0.
  var checksum: UInt32 {
    var checksum = Checksum()
    // Lengths keep texts apart, whatever they hold.
    func add(_ text: String) { checksum.update(Array("\(text.utf8.count):\(text)".utf8)) }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      add(name)
      switch value {
      case .text(let text): add(text)
      case .integer(let integer): add("\(integer)")
      case .number(let number): add(UInt64(exactly: number).map { "\($0)" } ?? "\(number)")
      case .texts(let texts):
        add("\(texts.count)")
        for text in texts { add(text) }
      }
    }
    return checksum.value
  }
}
