internal import Yams

/// Turns YAML text into document elements: libyaml's events with their marks, through Yams.
struct YAMLReader {
  let text: String
  let file: String?

  /// The deepest nesting accepted; libyaml and Yams recurse without a limit of their own.
  static let deepestNesting = 500
  /// The most elements accepted after aliases are expanded, so that a few nested aliases cannot fill the memory. Without
  /// aliases a document has fewer elements than bytes, so long files are not affected.
  private var mostElements: Int { max(500_000, text.utf8.count) }

  func read() throws(SpecificationError) -> DocumentElement {
    try rejectDeepNesting()
    let root: Yams.Node?
    do {
      root = try Yams.compose(yaml: text, .basic, .default, .utf8)
    } catch let error as YamlError {
      throw translate(error)
    } catch {
      throw failure("\(error)")
    }
    guard let root else {
      throw SpecificationError(file: file, "the document is empty", remedy: "write the specification into it")
    }
    var budget = mostElements
    return try convert(root, &budget)
  }

  private func convert(_ node: Yams.Node, _ budget: inout Int) throws(SpecificationError) -> DocumentElement {
    budget -= 1
    let (line, column) = (node.mark?.line ?? 1, node.mark?.column ?? 1)
    guard budget > 0 else {
      throw failure(
        "the document has more than \(mostElements) elements with its aliases expanded", line, column,
        remedy: "use fewer aliases")
    }
    let content: DocumentElement.Content
    switch node {
    case .scalar(let scalar):
      content = Self.content(scalar)
    case .sequence(let items):
      var elements: [DocumentElement] = []
      elements.reserveCapacity(items.count)
      for item in items { elements.append(try convert(item, &budget)) }
      content = .sequence(elements)
    case .mapping(let pairs):
      var elements: [(key: DocumentElement.Key, value: DocumentElement)] = []
      elements.reserveCapacity(pairs.count)
      for (key, value) in pairs {
        guard case .scalar(let name) = key else {
          throw failure(
            "a key is a list or a mapping", key.mark?.line ?? line, key.mark?.column ?? column,
            remedy: "write a plain word before the colon")
        }
        let place = DocumentElement.Key(
          name: name.string, line: name.mark?.line ?? line, column: name.mark?.column ?? column)
        elements.append((place, try convert(value, &budget)))
      }
      content = .mapping(elements)
    case .alias:
      throw failure("an alias was left unexpanded", line, column, remedy: "write the value out")
    }
    return DocumentElement(content: content, line: line, column: column)
  }

  private static func content(_ scalar: Yams.Node.Scalar) -> DocumentElement.Content {
    guard scalar.style == .plain || scalar.style == .any else { return .text(scalar.string) }
    return switch scalar.string {
    case "", "~", "null", "Null", "NULL": .null
    default: .plain(scalar.string)
    }
  }

  /// Refuses brackets or dashes nested so deep that the recursive reader could overflow the stack. Brackets inside
  /// strings and comments count too: the limit is far above what any honest file reaches.
  private func rejectDeepNesting() throws(SpecificationError) {
    var (line, depth, dashes, indentation) = (1, 0, 0, 0)
    var isLeading = true
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\n"):
        line += 1
        (dashes, indentation, isLeading) = (0, 0, true)
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        isLeading = false
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        isLeading = false
      case UInt8(ascii: "-") where isLeading, UInt8(ascii: "?") where isLeading: dashes += 1
      case UInt8(ascii: " ") where isLeading: indentation += 1
      case UInt8(ascii: "\t"): break
      default: isLeading = false
      }
      if max(depth, dashes, indentation / 2) > Self.deepestNesting {
        throw failure(
          "the document is nested deeper than \(Self.deepestNesting) levels", line, nil, remedy: "flatten it")
      }
    }
  }

  private func translate(_ error: YamlError) -> SpecificationError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      let place = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
      return failure("YAML syntax: \(problem)\(place)", mark.line, mark.column)
    case .composer(_, let problem, let mark, _) where problem.contains("another document"):
      return failure("a second document begins", mark.line, mark.column, remedy: "put one document in a file")
    case .composer(_, let problem, let mark, _):
      return failure("YAML syntax: \(problem)", mark.line, mark.column)
    case .duplicatedKeysInMapping(let names, let context):
      return failure(
        "the key \(names.first?.quoted ?? "") stands twice in one mapping", context.mark.line, context.mark.column,
        remedy: "keep one of them")
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      return failure(
        "YAML syntax: \(problem)", before.count { $0.isNewline } + 1, nil, remedy: "remove the control character")
    default:
      return failure("YAML syntax: \(error)")
    }
  }

  private func failure(
    _ message: String, _ line: Int? = nil, _ column: Int? = nil, remedy: String = "correct the text there"
  ) -> SpecificationError {
    SpecificationError(file: file, line: line, column: column, message, remedy: remedy)
  }
}
