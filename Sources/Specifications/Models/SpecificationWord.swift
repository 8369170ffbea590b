/// One word for a mapping, as it stands on a command line or as a short value in a file: `rho:0.85`,
/// `mlp:layers=3,slope=0.2`, `gaussian-mixture:weights=1:3,means=-2:2`.
enum SpecificationWord {
  /// Turns `name:value` or `name:key=value,…` into a mapping at the place of the word.
  ///
  /// - Parameters:
  ///   - node: A scalar.
  ///   - nameKey: The key that the name stands for (`family`, `law`).
  ///   - shorthand: The key of a single value without a key, by name.
  ///   - lists: The keys whose values may be lists, with colons between: `weights=1:3`.
  /// - Returns: The mapping; the node itself if it has no colon.
  /// - Throws: ``SpecificationError`` for a parameter without a value, or given twice.
  static func mapping(
    _ node: DocumentNode, nameKey: String, shorthand: [String: String], lists: Set<String> = []
  ) throws(SpecificationError) -> DocumentNode {
    let text = try node.string
    guard let colon = text.firstIndex(of: ":") else { return node }
    let name = text[..<colon].trimmingSpaces
    var pairs = [pair(nameKey, name, node)]
    for item in text[text.index(after: colon)...].split(separator: ",", omittingEmptySubsequences: false) {
      let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.trimmingSpaces }
      let isBare = sides.count == 1 && pairs.count == 1
      guard let key = sides.count == 2 ? sides[0] : isBare ? shorthand[name] : nil, !key.isEmpty,
        let value = sides.last, !value.isEmpty
      else {
        let example = shorthand[name].map { _ in "\(name):value or " } ?? ""
        throw node.error(
          "\(text.quoted) has no parameter \(String(item).quoted)", remedy: "write \(example)name:key=value,key=value")
      }
      guard !pairs.contains(where: { $0.key.name == key }) else {
        throw node.error("the parameter '\(key)' stands twice in \(text.quoted)", remedy: "keep one of them")
      }
      pairs.append(lists.contains(key) ? listPair(key, value, node) : pair(key, value, node))
    }
    let element = DocumentElement(content: .mapping(pairs), line: node.line, column: node.column)
    return DocumentNode(element: element, file: node.file, steps: node.steps)
  }

  private static func listPair(
    _ key: String, _ value: String, _ node: DocumentNode
  ) -> (key: DocumentElement.Key, value: DocumentElement) {
    let items = value.split(separator: ":", omittingEmptySubsequences: false).map { pair(key, $0.trimmingSpaces, node) }
    return (
      items[0].key, DocumentElement(content: .sequence(items.map(\.value)), line: node.line, column: node.column)
    )
  }

  private static func pair(
    _ key: String, _ value: String, _ node: DocumentNode
  ) -> (key: DocumentElement.Key, value: DocumentElement) {
    (
      .init(name: key, line: node.line, column: node.column),
      DocumentElement(content: .plain(value), line: node.line, column: node.column)
    )
  }

  /// A scalar that did not come from a document but from a command line option, for the readers of documents.
  ///
  /// - Parameter option: How the user named it, for errors.
  static func node(_ text: String, option: String) -> DocumentNode {
    DocumentNode(element: DocumentElement(content: .plain(text), line: 0, column: 0), file: option, steps: [])
  }
}
