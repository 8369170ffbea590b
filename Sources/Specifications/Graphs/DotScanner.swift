/// A first pass over DOT text, before libcgraph parses it: finds what libcgraph reports badly or not at all (strings,
/// comments and braces that are not closed, which also spoil its state for the next file; text after the graph), and
/// remembers the line of each name and edge, which libcgraph does not keep.
struct DotScanner {
  /// The line on which each name stands first.
  private var lineOfName: [String: Int] = [:]
  /// The line on which attributes of a name are given.
  private var lineOfAttributes: [String: Int] = [:]
  /// The line of each edge that is written as `a -> b`.
  private(set) var lineOfEdge: [DotEdge: Int] = [:]

  struct DotEdge: Hashable {
    let from: String
    let to: String
  }

  private let bytes: [UInt8]
  private let file: String?
  private var position = 0
  private var line = 1
  private var openBraces: [Int] = []
  private var isFinished = false
  /// The last name, and whether an arrow followed it.
  private var last: (name: String, line: Int, hasArrow: Bool)?

  /// Scans a whole file.
  ///
  /// - Throws: ``SpecificationError`` with the line where an unclosed construct begins.
  init(_ text: String, file: String?) throws(SpecificationError) {
    bytes = Array(text.utf8)
    self.file = file
    while position < bytes.count { try step() }
    if let brace = openBraces.last { throw failure("'{' is not closed", brace, remedy: "add the closing '}'") }
  }

  /// The line where a node is declared, else where it is named first; 0 if its name is not written literally.
  func line(ofNode name: String) -> Int { lineOfAttributes[name] ?? lineOfName[name] ?? 0 }

  private mutating func step() throws(SpecificationError) {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "\n"): advance()
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
    case UInt8(ascii: "#") where position == 0 || bytes[position - 1] == UInt8(ascii: "\n"): skipLine()
    case UInt8(ascii: "/") where next == UInt8(ascii: "/"): skipLine()
    case UInt8(ascii: "/") where next == UInt8(ascii: "*"): try skipComment()
    case _ where isFinished:
      throw failure("text follows the end of the graph", line, remedy: "keep one graph in a file")
    case UInt8(ascii: "\""): note(try quotedName())
    case UInt8(ascii: "<"): note(try htmlName())
    case UInt8(ascii: "{"):
      openBraces.append(line)
      last = nil
      position += 1
    case UInt8(ascii: "}"):
      guard openBraces.popLast() != nil else { throw failure("'}' closes nothing", line, remedy: "remove it") }
      isFinished = openBraces.isEmpty
      last = nil
      position += 1
    case UInt8(ascii: "["):
      if let last { lineOfAttributes[last.name] = last.line }
      last = nil
      position += 1
    case UInt8(ascii: "-") where next == UInt8(ascii: ">"):
      if let last { self.last = (last.name, last.line, true) }
      position += 2
    case _ where Self.isWord(byte): note(word())
    default:
      last = nil
      position += 1
    }
  }

  private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

  private mutating func advance() {
    if bytes[position] == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  private mutating func note(_ found: (name: String, line: Int)) {
    lineOfName[found.name] = lineOfName[found.name] ?? found.line
    if let last, last.hasArrow { lineOfEdge[DotEdge(from: last.name, to: found.name)] = found.line }
    last = (found.name, found.line, false)
  }

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
  }

  private mutating func skipComment() throws(SpecificationError) {
    let start = line
    position += 2
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
        position += 2
        return
      }
      advance()
    }
    throw failure("a comment is not closed", start, remedy: "add '*/'")
  }

  private mutating func quotedName() throws(SpecificationError) -> (name: String, line: Int) {
    let start = line
    var name: [UInt8] = []
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return (String(decoding: name, as: UTF8.self), start)
      case UInt8(ascii: "\\") where next == UInt8(ascii: "\""):
        name.append(UInt8(ascii: "\""))
        position += 2
      case UInt8(ascii: "\\") where next == UInt8(ascii: "\\"):
        name += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
        position += 2
      case UInt8(ascii: "\\") where next == UInt8(ascii: "\n"):
        position += 1
        advance()
      default:
        name.append(bytes[position])
        advance()
      }
    }
    throw failure("a string is not closed", start, remedy: "add the closing quote")
  }

  private mutating func htmlName() throws(SpecificationError) -> (name: String, line: Int) {
    let (start, first) = (line, position)
    var depth = 0
    repeat {
      guard position < bytes.count else {
        throw failure("an HTML string is not closed", start, remedy: "add the closing '>'")
      }
      if bytes[position] == UInt8(ascii: "<") { depth += 1 }
      if bytes[position] == UInt8(ascii: ">") { depth -= 1 }
      advance()
    } while depth > 0
    return (String(decoding: bytes[first + 1..<position - 1], as: UTF8.self), start)
  }

  private mutating func word() -> (name: String, line: Int) {
    let start = position
    while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
    return (String(decoding: bytes[start..<position], as: UTF8.self), line)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), 0x80...:
      true
    default: false
    }
  }

  private func failure(_ message: String, _ line: Int, remedy: String) -> SpecificationError {
    SpecificationError(file: file, line: line, "DOT syntax: \(message)", remedy: remedy)
  }
}
