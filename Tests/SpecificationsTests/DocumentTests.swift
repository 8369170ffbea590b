internal import Specifications
internal import Testing

@Suite struct DocumentTests {
  /// The description of the error that reading `text` through `body` throws.
  private func failure(
    _ text: String, syntax: Document.Syntax = .yaml, _ body: (DocumentNode) throws -> Void = { _ in }
  ) -> String {
    do {
      try body(Document.parse(text, file: "plan.yaml", syntax: syntax))
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("The doc comment's example reads a plan")
  func example() throws {
    let root = try Document.parse("graph: g.yaml\nmask_ratios: [.1, 0.5, 9e-1]\n", file: "plan.yaml")
    let plan = try root.mapping(keys: ["graph", "mask_ratios", "width"])
    let ratios = try plan.required("mask_ratios").list.map {
      try $0.double(strictlyBetween: 0, and: 1, called: "a mask ratio")
    }
    #expect(ratios == [0.1, 0.5, 0.9])
    #expect(try plan.optional("width")?.int(atLeast: 1) == nil)
    #expect(try plan.required("graph").string == "g.yaml")
    #expect(plan.keys == ["graph", "mask_ratios"])
  }

  @Test("An error names file, line, column, key path, value and remedy on one line")
  func place() {
    let text = "graph: g.yaml\nmask_ratios:\n  - 0.5\n  -   1.2\n"
    let description = failure(text) { root in
      for node in try root.mapping(keys: ["graph", "mask_ratios"]).required("mask_ratios").list {
        _ = try node.double(strictlyBetween: 0, and: 1, called: "a mask ratio")
      }
    }
    #expect(
      description
        == "plan.yaml:4:7: .mask_ratios[1]: 1.2 is not a mask ratio; give a number strictly between 0 and 1")
  }

  @Test("Unknown keys are errors at every depth, with the nearest known key and all keys")
  func unknownKey() {
    #expect(
      failure("a:\n  - {mask_ratois: 1}") { root in
        let items = try root.mapping(keys: ["a"]).required("a").list
        _ = try items[0].mapping(keys: ["mask_ratios", "width"])
      } == "plan.yaml:2:6: .a[0].mask_ratois: the key 'mask_ratois' is not known here; "
        + "did you mean 'mask_ratios'? use one of mask_ratios, width")
    #expect(
      failure("zebra: 1") { _ = try $0.mapping(keys: ["width"]) }
        == "plan.yaml:1:1: .zebra: the key 'zebra' is not known here; use 'width'")
  }

  @Test("A missing key, a key without value, and values of the wrong kind are errors")
  func wrongKinds() {
    #expect(
      failure("a: 1") { _ = try $0.mapping(keys: ["a", "b"]).required("b") }
        == "plan.yaml:1:1: the key 'b' is missing; add 'b:' with its value")
    let cases: [(String, String, (DocumentNode) throws -> Void)] = [
      ("a:", "there is no value; give a number, or remove the key", { _ = try $0.double }),
      ("a: .nan", ".nan is not a finite number; give a finite number", { _ = try $0.double }),
      ("a: NaN", "NaN is not a finite number; give a finite number", { _ = try $0.double }),
      ("a: -.inf", "-.inf is not a finite number; give a finite number", { _ = try $0.double }),
      ("a: 1e999", "1e999 is too large for a number; give a smaller one", { _ = try $0.double }),
      ("a: 0x10", "'0x10' is not a number; give a number", { _ = try $0.double }),
      ("a: '1'", "'1' is not a number; give a number", { _ = try $0.double }),
      ("a: [1]", "a list is not a number; give a number", { _ = try $0.double }),
      ("a: 1.5", "'1.5' is not a whole number; give a whole number", { _ = try $0.int }),
      ("a: 1e300", "'1e300' is not a whole number; give a whole number", { _ = try $0.int }),
      ("a: yes", "'yes' is not true or false; give true or false", { _ = try $0.bool }),
      ("a: {b: 1}", "a mapping is not text; give text", { _ = try $0.string }),
      ("a: 3", "'3' is not a list; give a list", { _ = try $0.list }),
      ("a: []", "the list is empty; give at least one element", { _ = try $0.nonEmptyList }),
      (
        "a: 0", "0 is not a width; give a whole number of at least 1", { _ = try $0.int(atLeast: 1, called: "a width") }
      ),
      (
        "a: linaer", "'linaer' is not a mechanism; did you mean 'linear'? use one of linear, mlp",
        { _ = try $0.choice(of: ["linear", "mlp"], called: "a mechanism") }
      ),
    ]
    for (text, message, body) in cases {
      let description = failure(text) { root in try body(root.anyMapping.required("a")) }
      #expect(description.hasSuffix(": .a: \(message)"), "\(text): \(description)")
    }
  }

  @Test("Whole numbers, seeds, texts and truth values are read as written")
  func scalars() throws {
    let text = "a: 6e3\nb: -4\nc: 18446744073709551615\nd: 'null'\ne: true\nf: 007\ng: \"x\\ny\""
    let map = try Document.parse(text, file: nil).anyMapping
    #expect(try map.required("a").int == 6000)
    #expect(try map.required("b").int == -4)
    #expect(try map.required("c").seed == .max)
    #expect(try map.required("d").string == "null")
    #expect(try map.required("e").bool)
    #expect(try map.required("e").string == "true")
    #expect(try map.required("f").string == "007")
    #expect(try map.required("g").string == "x\ny")
    #expect(try map.required("a").listOrSingle.count == 1)
  }

  @Test("Duplicate keys, second documents, empty documents and syntax errors carry their place")
  func syntax() {
    #expect(
      failure("a: 1\nb: {c: 1, c: 2}") == "plan.yaml:2:5: the key 'c' stands twice in one mapping; keep one of them")
    #expect(failure("a: 1\n---\nb: 2") == "plan.yaml:2:1: a second document begins; put one document in a file")
    #expect(failure("# nothing\n") == "plan.yaml: the document is empty; write the specification into it")
    #expect(failure("a: [1, 2\nb: 3").hasPrefix("plan.yaml:2:"))
    #expect(failure("a:\n\t- 1").hasPrefix("plan.yaml:2:1: YAML syntax: "))
    #expect(failure("a: *nowhere").hasPrefix("plan.yaml:1:4: YAML syntax: found undefined alias"))
    #expect(failure("a: 1\nb: \u{1}").hasPrefix("plan.yaml:2: YAML syntax: "))
  }

  @Test("Anchors and aliases work, and an alias bomb is refused")
  func aliases() throws {
    let map = try Document.parse("a: &x [1, 2]\nb: *x", file: nil).anyMapping
    #expect(try map.required("b").list.map { try $0.int } == [1, 2])
    var bomb = "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
    for i in 1...9 {
      bomb += "a\(i): &a\(i) [\([String](repeating: "*a\(i - 1)", count: 9).joined(separator: ", "))]\n"
    }
    #expect(failure(bomb).contains("elements with its aliases expanded"))
  }

  @Test(
    "Documents nested too deep are refused before any recursion",
    arguments: ["[", "- ", "{a: ", "- - [", "? "])
  func deep(opening: String) {
    let text = String(repeating: opening, count: 100_000)
    #expect(failure(text).contains("nested deeper than 500 levels"))
    #expect(failure(text, syntax: .json).contains("JSON syntax"))
  }

  @Test("JSON is read with places, escapes and surrogate pairs")
  func json() throws {
    let text = #"{"a": [1, -2.5e3, true, null, "x\u00e9\ud83d\ude00\/\n"], "b": {}}"#
    let map = try Document.parse(text, file: nil, syntax: .json).anyMapping
    let items = try map.required("a").list
    #expect(try items[0].int == 1)
    #expect(try items[1].double == -2500)
    #expect(try items[2].bool)
    #expect(items[3].isNull)
    #expect(try items[4].string == "xé😀/\n")
    #expect(items[4].column == 31)
    #expect(try map.required("b").anyMapping.keys == [])
  }

  @Test(
    "JSON syntax errors carry line and column",
    arguments: [
      ("{\n  \"a\": 1,\n}", "plan.yaml:3:1: JSON syntax: expected a key in double quotes, found '}'"),
      ("{\n  \"a\" 1}", "plan.yaml:2:7: JSON syntax: expected ':' after the key 'a'"),
      ("[1 2]", "plan.yaml:1:4: JSON syntax: expected ',' or ']' in an array"),
      ("[é, 01]", "plan.yaml:1:2: JSON syntax: expected a value, found 'é'"),
      ("[01]", "plan.yaml:1:2: JSON syntax: '01' is not a JSON number"),
      ("[1.]", "plan.yaml:1:2: JSON syntax: '1.' is not a JSON number"),
      ("{\"a\": 1, \"a\": 2}", "plan.yaml:1:10: JSON syntax: the key 'a' stands twice in one object"),
      ("[\"é\", \"ab", "plan.yaml:1:7: JSON syntax: a string is not closed"),
      ("[\"a\nb\"]", "plan.yaml:1:4: JSON syntax: a control character or line break within a string"),
      ("{\"a\": 1} x", "plan.yaml:1:10: JSON syntax: text follows the end of the document"),
      ("[", "plan.yaml:1:2: JSON syntax: the document ends within a value"),
      ("[\"\\ud83d\"]", "plan.yaml:1:9: JSON syntax: half of a surrogate pair within a string"),
    ])
  func jsonSyntax(text: String, start: String) {
    #expect(failure(text, syntax: .json).hasPrefix(start + ";"), "\(failure(text, syntax: .json))")
  }

  @Test("NaN, which Python's json writes, is not a finite number")
  func jsonNaN() {
    #expect(
      failure("{\"a\": NaN}", syntax: .json) { root in _ = try root.anyMapping.required("a").double }
        == "plan.yaml:1:7: .a: NaN is not a finite number; give a finite number")
  }
}
