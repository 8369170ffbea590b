/// A cursor on one element of a YAML or JSON document: typed access, with errors that name file, line, column and key.
///
/// ```swift
/// let plan = try Document.load("plan.yaml").mapping(keys: ["graph", "mask_ratios", "width"])
/// let ratios = try plan.required("mask_ratios").list.map { node throws(SpecificationError) in
///   try node.double(strictlyBetween: 0, and: 1, called: "a mask ratio")
/// }
/// let width = try plan.optional("width")?.int(atLeast: 1) ?? 1
/// ```
public struct DocumentNode: Sendable {
  let element: DocumentElement
  let steps: [KeyStep]
  /// The file, as the user named it.
  public let file: String?

  init(element: DocumentElement, file: String?, steps: [KeyStep]) {
    self.element = element
    self.file = file
    self.steps = steps
  }

  /// The line of the element's first character, from 1.
  public var line: Int { element.line }
  /// The column of the element's first character, from 1, in Unicode scalars.
  public var column: Int { element.column }
  /// Where it stands, like `.mask_ratios[1]`; `nil` for the root.
  public var keyPath: String? { steps.text }

  /// Whether there is no value: nothing after the colon, `~`, or `null`.
  public var isNull: Bool { if case .null = element.content { true } else { false } }
  /// Whether it is a list.
  public var isList: Bool { if case .sequence = element.content { true } else { false } }
  /// Whether it is a mapping.
  public var isMapping: Bool { if case .mapping = element.content { true } else { false } }
  /// Whether it is a number, a truth value or text.
  public var isScalar: Bool {
    switch element.content {
    case .plain, .text: true
    case .null, .sequence, .mapping: false
    }
  }

  /// An error about this element.
  ///
  /// - Parameters:
  ///   - message: What is wrong, naming the value.
  ///   - remedy: What to write instead.
  public func error(_ message: String, remedy: String) -> SpecificationError {
    place.error(message, remedy: remedy)
  }

  /// The place, to keep for errors that are found later.
  package var place: DocumentPlace { DocumentPlace(file: file, line: line, column: column, steps: steps) }

  /// "expected …, found …", or "has no value".
  func mismatch(_ expected: String) -> SpecificationError {
    if isNull { return error("there is no value", remedy: "give \(expected), or remove the key") }
    return error("\(element.kind) is not \(expected)", remedy: "give \(expected)")
  }

  // MARK: Lists and mappings

  /// The elements of a list.
  ///
  /// - Throws: ``SpecificationError`` if it is not a list.
  public var list: [DocumentNode] {
    get throws(SpecificationError) {
      guard case .sequence(let items) = element.content else { throw mismatch("a list") }
      return items.enumerated().map { index, item in
        DocumentNode(element: item, file: file, steps: steps + [.index(index)])
      }
    }
  }

  /// The elements of a list with at least one element.
  ///
  /// - Throws: ``SpecificationError`` if it is not a list, or an empty one.
  public var nonEmptyList: [DocumentNode] {
    get throws(SpecificationError) {
      let items = try list
      guard !items.isEmpty else { throw error("the list is empty", remedy: "give at least one element") }
      return items
    }
  }

  /// The elements of a non-empty list, or a single scalar or mapping taken as a list of one.
  ///
  /// - Throws: ``SpecificationError`` if there is no value or the list is empty.
  public var listOrSingle: [DocumentNode] {
    get throws(SpecificationError) {
      if isNull { throw mismatch("a value or a list") }
      return isList ? try nonEmptyList : [self]
    }
  }

  /// A mapping with known keys.
  ///
  /// - Parameter keys: Every key that may stand in it.
  /// - Throws: ``SpecificationError`` if it is not a mapping, or has another key: with the nearest known one, and all.
  public func mapping(keys: [String]) throws(SpecificationError) -> DocumentMapping {
    let result = try anyMapping
    for pair in result.pairs where !keys.contains(pair.key.name) {
      let place = DocumentPlace(
        file: file, line: pair.key.line, column: pair.key.column, steps: steps + [.key(pair.key.name)])
      throw place.error(
        "the key \(pair.key.name.quoted) is not known here",
        remedy: Suggestion.remedy(for: pair.key.name, among: keys))
    }
    return result
  }

  /// A mapping whose keys are free (names of nodes, attributes of other programs).
  ///
  /// - Throws: ``SpecificationError`` if it is not a mapping.
  public var anyMapping: DocumentMapping {
    get throws(SpecificationError) {
      guard case .mapping(let pairs) = element.content else { throw mismatch("a mapping (key: value)") }
      return DocumentMapping(node: self, pairs: pairs)
    }
  }
}
