/// A mapping of a document: access by key.
public struct DocumentMapping: Sendable {
  /// The mapping as an element, for errors about the whole.
  public let node: DocumentNode
  let pairs: [(key: DocumentElement.Key, value: DocumentElement)]
  private let index: [String: Int]

  init(node: DocumentNode, pairs: [(key: DocumentElement.Key, value: DocumentElement)]) {
    self.node = node
    self.pairs = pairs
    // The readers reject duplicate keys.
    index = Dictionary(pairs.enumerated().map { ($1.key.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The keys in the order of the file.
  public var keys: [String] { pairs.map(\.key.name) }

  /// The keys with their values, in the order of the file.
  public var entries: [(key: String, value: DocumentNode)] {
    pairs.map { ($0.key.name, cursor($0)) }
  }

  /// The value of a key, or `nil` if the key is absent. A key with nothing behind it is present, and null.
  public func optional(_ key: String) -> DocumentNode? {
    index[key].map { cursor(pairs[$0]) }
  }

  /// The value of a key that must be there.
  ///
  /// - Throws: ``SpecificationError`` at the mapping if the key is absent.
  public func required(_ key: String) throws(SpecificationError) -> DocumentNode {
    guard let value = optional(key) else {
      throw node.error("the key '\(key)' is missing", remedy: "add '\(key):' with its value")
    }
    return value
  }

  /// An error at a key (not at its value), for keys that may not stand together and the like.
  public func error(at key: String, _ message: String, remedy: String) -> SpecificationError {
    place(of: key).error(message, remedy: remedy)
  }

  /// Where a key stands, or where the mapping begins if there is none of this name.
  package func place(of key: String) -> DocumentPlace {
    guard let position = index[key] else { return node.place }
    let found = pairs[position].key
    return DocumentPlace(file: node.file, line: found.line, column: found.column, steps: node.steps + [.key(key)])
  }

  private func cursor(_ pair: (key: DocumentElement.Key, value: DocumentElement)) -> DocumentNode {
    DocumentNode(element: pair.value, file: node.file, steps: node.steps + [.key(pair.key.name)])
  }
}
