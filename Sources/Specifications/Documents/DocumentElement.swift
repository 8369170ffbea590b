/// One element of a parsed YAML or JSON document, with its place: what both readers produce.
struct DocumentElement: Sendable {
  indirect enum Content: Sendable {
    /// Nothing, `~` or `null`.
    case null
    /// An unquoted scalar: a number, a truth value, or a word.
    case plain(String)
    /// A quoted scalar, always text.
    case text(String)
    case sequence([DocumentElement])
    case mapping([(key: Key, value: DocumentElement)])
  }

  struct Key: Sendable {
    let name: String
    let line: Int
    let column: Int
  }

  let content: Content
  let line: Int
  let column: Int

  /// What it is, in words, for "expected …, found …".
  var kind: String {
    switch content {
    case .null: "nothing"
    case .plain(let text), .text(let text): text.quoted
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// One step from a document's root to an element.
enum KeyStep: Sendable {
  case key(String)
  case index(Int)
}

extension [KeyStep] {
  /// As in jq: `.graphs[0].name`, with quotes around keys that are not identifiers; `nil` for the root.
  var text: String? {
    guard !isEmpty else { return nil }
    return map { step in
      switch step {
      case .index(let index): "[\(index)]"
      case .key(let name) where name.isIdentifier: ".\(name)"
      case .key(let name): ".\"\(name)\""
      }
    }.joined()
  }
}

extension String {
  /// Whether the text is a word of ASCII letters, digits and underscores that does not begin with a digit.
  package var isIdentifier: Bool {
    guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
  }
}
