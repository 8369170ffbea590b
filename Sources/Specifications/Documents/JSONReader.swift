/// Turns JSON text (RFC 8259) into document elements. Its own reader, because errors must carry line and column and
/// every value its place, which Foundation's does not offer.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String?
  private var position = 0
  private var line = 1
  private var counted = (position: 0, column: 1)
  private var depth = 0

  /// The deepest nesting accepted: the reader is recursive.
  static let deepestNesting = 500

  /// Parses one JSON document.
  static func read(_ text: String, file: String?) throws(SpecificationError) -> DocumentElement {
    var text = text
    let result = text.withUTF8 { bytes -> Result<DocumentElement, SpecificationError> in
      var reader = JSONReader(bytes: bytes, file: file)
      do throws(SpecificationError) { return .success(try reader.document()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, file: String?) {
    self.bytes = bytes
    self.file = file
  }

  private mutating func document() throws(SpecificationError) -> DocumentElement {
    skipSpace()
    guard position < bytes.count else {
      throw SpecificationError(file: file, "the document is empty", remedy: "write the specification into it")
    }
    let root = try value()
    skipSpace()
    guard position == bytes.count else { throw failure("text follows the end of the document") }
    return root
  }

  private mutating func value() throws(SpecificationError) -> DocumentElement {
    let (line, column) = place
    let content: DocumentElement.Content
    guard let first = peek else { throw failure("the document ends within a value") }
    switch first {
    case UInt8(ascii: "{"): content = .mapping(try object())
    case UInt8(ascii: "["): content = .sequence(try array())
    case UInt8(ascii: "\""): content = .text(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = .plain(try number())
    default:
      let word = self.word()
      switch word {
      case "null": content = .null
      case "true", "false": content = .plain(word)
      case "NaN", "Infinity", "-Infinity": content = .plain(word)
      default: throw failure("expected a value, found \(found(word))", line, column)
      }
    }
    return DocumentElement(content: content, line: line, column: column)
  }

  private mutating func object() throws(SpecificationError) -> [(key: DocumentElement.Key, value: DocumentElement)] {
    try open()
    var pairs: [(key: DocumentElement.Key, value: DocumentElement)] = []
    var names = Set<String>()
    if close(UInt8(ascii: "}")) { return pairs }
    repeat {
      skipSpace()
      let (line, column) = place
      guard peek == UInt8(ascii: "\"") else {
        throw failure("expected a key in double quotes, found \(found(word()))", line, column)
      }
      let name = try string()
      guard names.insert(name).inserted else {
        throw failure("the key \(name.quoted) stands twice in one object", line, column, remedy: "keep one of them")
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("expected ':' after the key \(name.quoted)") }
      skipSpace()
      pairs.append((.init(name: name, line: line, column: column), try value()))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard close(UInt8(ascii: "}")) else { throw failure("expected ',' or '}' in an object") }
    return pairs
  }

  private mutating func array() throws(SpecificationError) -> [DocumentElement] {
    try open()
    var items: [DocumentElement] = []
    if close(UInt8(ascii: "]")) { return items }
    repeat {
      skipSpace()
      items.append(try value())
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard close(UInt8(ascii: "]")) else { throw failure("expected ',' or ']' in an array") }
    return items
  }

  private mutating func open() throws(SpecificationError) {
    position += 1
    depth += 1
    guard depth <= Self.deepestNesting else {
      throw failure("the document is nested deeper than \(Self.deepestNesting) levels", remedy: "flatten it")
    }
  }

  private mutating func close(_ bracket: UInt8) -> Bool {
    skipSpace()
    guard take(bracket) else { return false }
    depth -= 1
    return true
  }

  private mutating func number() throws(SpecificationError) -> String {
    let (line, column) = place
    let start = position
    _ = take(UInt8(ascii: "-"))
    var isValid = take(UInt8(ascii: "0")) || digits()
    if take(UInt8(ascii: ".")) { isValid = digits() && isValid }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
      isValid = digits() && isValid
    }
    let rest = word()
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if text == "-Infinity" { return text }
    guard isValid, rest.isEmpty else { throw failure("\(text.quoted) is not a JSON number", line, column) }
    return text
  }

  private mutating func digits() -> Bool {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start
  }

  /// A run of letters, digits and dots, for keywords and for what a message quotes.
  private mutating func word() -> String {
    let start = position
    while let byte = peek, byte >= 0x80 || byte == UInt8(ascii: ".") || String(UnicodeScalar(byte)).isIdentifierTail {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func found(_ word: String) -> String {
    if !word.isEmpty { return word.quoted }
    return peek.map { String(UnicodeScalar($0)).quoted } ?? "the end of the document"
  }

  private mutating func string() throws(SpecificationError) -> String {
    let (line, column) = place
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20:
        position -= 1
        throw failure("a control character or line break within a string", remedy: "write it as an escape, like \\n")
      default: text.append(byte)
      }
    }
    throw failure("a string is not closed", line, column, remedy: "add the closing quote")
  }

  private mutating func escape(into text: inout [UInt8]) throws(SpecificationError) {
    guard let byte = peek else { throw failure("the document ends within a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return text.append(byte)
    case UInt8(ascii: "b"): return text.append(8)
    case UInt8(ascii: "f"): return text.append(12)
    case UInt8(ascii: "n"): return text.append(10)
    case UInt8(ascii: "r"): return text.append(13)
    case UInt8(ascii: "t"): return text.append(9)
    default: break
    }
    guard byte == UInt8(ascii: "u"), let first = hexadecimal() else {
      throw failure("an unknown escape within a string", remedy: "use one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000")
    }
    var code = first
    if (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")),
      let second = hexadecimal(), (0xDC00..<0xE000).contains(second)
    {
      code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    guard let scalar = UnicodeScalar(code) else {
      throw failure("half of a surrogate pair within a string", remedy: "write both halves, or the character itself")
    }
    text.append(contentsOf: String(scalar).utf8)
  }

  private mutating func hexadecimal() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4]
    guard digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else { return nil }
    position += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  // MARK: Bytes and places

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\n"):
        position += 1
        line += 1
        counted = (position, 1)
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
      default: return
      }
    }
  }

  /// Line and column, both from 1; the column counts Unicode scalars, as the YAML reader's does.
  private var place: (line: Int, column: Int) {
    mutating get {
      // Counted on from the last place asked for, so that a file of one long line does not cost quadratic time.
      counted.column += bytes[counted.position..<position].count { $0 & 0xC0 != 0x80 }
      counted.position = position
      return (line, counted.column)
    }
  }

  private mutating func failure(
    _ message: String, _ line: Int? = nil, _ column: Int? = nil, remedy: String = "correct the text there"
  ) -> SpecificationError {
    let here = place
    return SpecificationError(
      file: file, line: line ?? here.line, column: column ?? here.column, "JSON syntax: \(message)", remedy: remedy)
  }
}

extension String {
  /// Whether every byte may stand inside an identifier.
  fileprivate var isIdentifierTail: Bool { ("_" + self).isIdentifier }
}
