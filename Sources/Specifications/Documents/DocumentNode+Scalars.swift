extension DocumentNode {
  /// Text: any scalar, as written. Words like `1` or `true` are text where text is wanted; `null` must be quoted.
  ///
  /// - Throws: ``SpecificationError`` for a list, a mapping or nothing.
  public var string: String {
    get throws(SpecificationError) {
      switch element.content {
      case .plain(let text), .text(let text): return text
      case .null, .sequence, .mapping: throw mismatch("text")
      }
    }
  }

  /// Text with at least one character.
  ///
  /// - Throws: ``SpecificationError``.
  public var nonEmptyString: String {
    get throws(SpecificationError) {
      let text = try string
      guard !text.isEmpty else { throw error("the text is empty", remedy: "give at least one character") }
      return text
    }
  }

  /// `true` or `false`.
  ///
  /// - Throws: ``SpecificationError`` for anything else, also for `yes`, `no`, `1` and `0`.
  public var bool: Bool {
    get throws(SpecificationError) {
      switch element.content {
      case .plain("true"), .plain("True"), .plain("TRUE"): return true
      case .plain("false"), .plain("False"), .plain("FALSE"): return false
      default: throw mismatch("true or false")
      }
    }
  }

  /// A finite number.
  ///
  /// - Throws: ``SpecificationError`` for text, quoted numbers, NaN and infinities.
  public var double: Double {
    get throws(SpecificationError) {
      guard case .plain(let text) = element.content else { throw mismatch("a number") }
      switch text.lowercased() {
      case "nan", ".nan", "+.nan", "-.nan", "inf", ".inf", "+.inf", "-.inf", "infinity", "-infinity", "-inf", "+inf":
        throw error("\(text) is not a finite number", remedy: "give a finite number")
      default: break
      }
      // Double's own parser also takes hexadecimal numbers, which YAML's number syntax here does not.
      guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(text) else {
        throw mismatch("a number")
      }
      guard value.isFinite else { throw error("\(text) is too large for a number", remedy: "give a smaller one") }
      return value
    }
  }

  /// A whole number; `6000`, `6e3` and `6000.0` are the same.
  ///
  /// - Throws: ``SpecificationError``.
  public var int: Int {
    get throws(SpecificationError) {
      guard case .plain(let text) = element.content else { throw mismatch("a whole number") }
      if let value = Int(text) { return value }
      guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(text),
        abs(value) <= 0x1p53, let whole = Int(exactly: value)
      else { throw mismatch("a whole number") }
      return whole
    }
  }

  /// A seed: a whole number from 0 to 2⁶⁴ − 1.
  ///
  /// - Throws: ``SpecificationError``.
  public var seed: UInt64 {
    get throws(SpecificationError) {
      guard case .plain(let text) = element.content, let value = UInt64(text) else {
        throw mismatch("a seed (a whole number from 0 to 18446744073709551615)")
      }
      return value
    }
  }

  // MARK: Ranges

  /// A whole number not below a bound.
  ///
  /// - Parameters:
  ///   - bound: The least number that is accepted.
  ///   - noun: What the number is, for the error: "a width".
  /// - Throws: ``SpecificationError``.
  public func int(atLeast bound: Int, called noun: String = "allowed here") throws(SpecificationError) -> Int {
    let value = try int
    guard value >= bound else {
      throw error("\(value) is not \(noun)", remedy: "give a whole number of at least \(bound)")
    }
    return value
  }

  /// A whole number in a range.
  ///
  /// - Throws: ``SpecificationError``.
  public func int(
    in range: ClosedRange<Int>, called noun: String = "allowed here"
  ) throws(SpecificationError) -> Int {
    let value = try int
    guard range.contains(value) else {
      throw error(
        "\(value) is not \(noun)", remedy: "give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A number in a range, ends included.
  ///
  /// - Throws: ``SpecificationError``.
  public func double(
    in range: ClosedRange<Double>, called noun: String = "allowed here"
  ) throws(SpecificationError) -> Double {
    let value = try double
    guard range.contains(value) else {
      throw error(
        "\(scalarText) is not \(noun)",
        remedy: "give a number from \(short(range.lowerBound)) to \(short(range.upperBound))")
    }
    return value
  }

  /// A number between two bounds, ends excluded.
  ///
  /// - Throws: ``SpecificationError``.
  public func double(
    strictlyBetween low: Double, and high: Double, called noun: String = "allowed here"
  ) throws(SpecificationError) -> Double {
    let value = try double
    guard value > low, value < high else {
      throw error(
        "\(scalarText) is not \(noun)", remedy: "give a number strictly between \(short(low)) and \(short(high))")
    }
    return value
  }

  /// A number above a bound.
  ///
  /// - Throws: ``SpecificationError``.
  public func double(above bound: Double, called noun: String = "allowed here") throws(SpecificationError) -> Double {
    let value = try double
    guard value > bound else {
      throw error("\(scalarText) is not \(noun)", remedy: "give a number above \(short(bound))")
    }
    return value
  }

  /// A number not below a bound.
  ///
  /// - Throws: ``SpecificationError``.
  public func double(atLeast bound: Double, called noun: String = "allowed here") throws(SpecificationError) -> Double {
    let value = try double
    guard value >= bound else {
      throw error("\(scalarText) is not \(noun)", remedy: "give a number of at least \(short(bound))")
    }
    return value
  }

  // MARK: Choices

  /// One of the raw values of an enumeration.
  ///
  /// - Parameters:
  ///   - type: The enumeration.
  ///   - noun: What is chosen, for the error: "a regime".
  /// - Throws: ``SpecificationError`` with the nearest choice, and all of them.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type, called noun: String = "one of the choices"
  ) throws(SpecificationError) -> Choice where Choice.RawValue == String {
    let name = try choice(of: Choice.allCases.map(\.rawValue), called: noun)
    // `choice(of:called:)` returns one of the raw values.
    return Choice(rawValue: name)!
  }

  /// One of several words.
  ///
  /// - Throws: ``SpecificationError`` with the nearest choice, and all of them.
  public func choice(
    of choices: [String], called noun: String = "one of the choices"
  ) throws(SpecificationError) -> String {
    let name = try string
    guard choices.contains(name) else {
      throw error("\(name.quoted) is not \(noun)", remedy: Suggestion.remedy(for: name, among: choices))
    }
    return name
  }

  /// The scalar as the user wrote it.
  private var scalarText: String {
    switch element.content {
    case .plain(let text), .text(let text): text
    default: element.kind
    }
  }

  /// A bound as a user would write it: 1, not 1.0.
  private func short(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }
}
