internal import Datasets
internal import GenerativeModels
internal import LinearAlgebra

extension MechanismFamily {
  /// Reads the families that ``init(_:context:)`` does not read itself; `map` is nil for a bare name.
  static func further(
    _ family: String, _ node: DocumentNode, _ map: DocumentMapping?, context: ReadingContext
  ) throws(SpecificationError) -> MechanismFamily {
    func keys(_ names: [String]) throws(SpecificationError) -> DocumentMapping? {
      map == nil ? nil : try node.mapping(keys: ["family"] + names)
    }
    switch family {
    case "location-scale":
      let map = try keys(["signal", "log_deviation", "hidden_width"])
      var p = LocationScaleParameters()
      if let node = map?.optional("signal") { p.signal = try node.signal }
      if let node = map?.optional("log_deviation") {
        p.logDeviation = try node.double(in: 0...5, called: "a deviation")
      }
      if let node = map?.optional("hidden_width") { p.hiddenWidth = try node.hiddenWidth }
      return .locationScale(p)
    case "post-nonlinear":
      let map = try keys(["signal", "sharpness", "hidden_width"])
      var p = PostNonlinearParameters()
      if let node = map?.optional("signal") { p.signal = try node.signal }
      if let node = map?.optional("sharpness") { p.sharpness = try node.double(above: 0, called: "a sharpness") }
      if let node = map?.optional("hidden_width") { p.hiddenWidth = try node.hiddenWidth }
      return .postNonlinear(p)
    case "polynomial":
      let map = try keys(["coefficient", "degree", "largest_slope"])
      var p = PolynomialParameters()
      if let node = map?.optional("coefficient") {
        p = .init(coefficient: try node.double(atLeast: 0, called: "a coefficient of a monotone polynomial"))
      }
      if let node = map?.optional("largest_slope") {
        p.largestSlope = try node.double(above: 1, called: "a largest slope")
      }
      if let node = map?.optional("degree") {
        p.degree = try node.int(in: 3...9, called: "a degree")
        guard p.degree % 2 == 1 else {
          throw node.error("the even degree \(p.degree) is not monotone", remedy: "give 3, 5, 7 or 9")
        }
      }
      return .polynomial(p)
    case "multiplicative":
      let map = try keys(["offset", "weight", "standardize"])
      var p = MultiplicativeParameters()
      if let node = map?.optional("offset") { p.offset = try node.double }
      if let node = map?.optional("weight") {
        p.weight = try node.double
        guard p.weight != 0 else { throw node.error("a weight of 0 leaves no noise", remedy: "give another number") }
      }
      if let node = map?.optional("standardize") { p.isStandardized = try node.bool }
      return .multiplicative(p)
    case "residual-flow":
      let map = try keys(["blocks", "hidden_width", "contraction"])
      var p = ResidualFlowParameters()
      if let node = map?.optional("blocks") { p.blocks = try node.int(in: 1...64, called: "a number of blocks") }
      if let node = map?.optional("hidden_width") { p.hiddenWidth = try node.hiddenWidth }
      if let node = map?.optional("contraction") {
        p.contraction = try node.double(strictlyBetween: 0, and: 1, called: "a contraction")
      }
      return .residualFlow(p)
    case "weights":
      guard let map = try keys(["kind", "file", "files", "matrices", "tensors"]) else {
        throw node.error(
          "the family weights needs its weights", remedy: "write {family: weights, file: weights.safetensors}")
      }
      return .weights(try NamedWeights(map, context: context))
    default:
      return try context.plugins.mechanism(family, map)
    }
  }
}

extension DocumentNode {
  /// A signal: from 0 to below 1.
  var signal: Double {
    get throws(SpecificationError) {
      let value = try double(atLeast: 0, called: "a signal")
      guard value < 1 else { throw error("\(value) is not a signal", remedy: "give a number from 0 to below 1") }
      return value
    }
  }

  var hiddenWidth: Int {
    get throws(SpecificationError) { try int(in: 1...4096, called: "a hidden width") }
  }

  /// A number, or a list of numbers.
  var numbers: [Double] {
    get throws(SpecificationError) {
      var result: [Double] = []
      for item in try listOrSingle { result.append(try item.double) }
      return result
    }
  }

  /// A list of equally long lists of numbers.
  var matrixRows: [[Double]] {
    get throws(SpecificationError) {
      var rows: [[Double]] = []
      for item in try nonEmptyList {
        var row: [Double] = []
        for number in try item.nonEmptyList { row.append(try number.double) }
        guard row.count == rows.first?.count ?? row.count else {
          throw item.error("this row has \(row.count) numbers, the first \(rows[0].count)", remedy: "make them equal")
        }
        rows.append(row)
      }
      return rows
    }
  }
}

extension LinearCoefficients {
  /// Reads `{parent: number or rows, …, noise: number or rows}`.
  init(_ node: DocumentNode) throws(SpecificationError) {
    var (parents, noise): ([String: Coefficient], Coefficient) = ([:], .scalar(1))
    for (name, value) in try node.anyMapping.entries {
      let coefficient: Coefficient = value.isList ? .matrix(try value.matrixRows) : .scalar(try value.double)
      if name == "noise" { noise = coefficient } else { parents[name] = coefficient }
    }
    self.init(parents: parents, noise: noise)
  }
}

extension MechanismAssignment {
  /// Reads a mapping with `levels` or `nodes` beside a family's own keys; nil for anything else.
  static func read(
    _ node: DocumentNode, context: ReadingContext
  ) throws(SpecificationError) -> MechanismAssignment? {
    guard let (base, levels, nodes) = try node.splitOverrides() else { return nil }
    var (byLevel, byNode): ([Int: MechanismFamily], [String: MechanismFamily]) = ([:], [:])
    func family(_ node: DocumentNode) throws(SpecificationError) -> MechanismFamily {
      let family = try MechanismFamily(node, context: context)
      if case .assigned = family {
        throw node.error("levels and nodes cannot have levels and nodes", remedy: "remove the inner ones")
      }
      return family
    }
    for (level, node) in levels { byLevel[level] = try family(node) }
    for (name, node) in nodes {
      if node.isMapping, let other = try node.anyMapping.optional("same_as") {
        _ = try node.mapping(keys: ["same_as"])
        byNode[name] = .same(as: try other.nonEmptyString)
      } else {
        byNode[name] = try family(node)
      }
    }
    return MechanismAssignment(base: try MechanismFamily(base, context: context), levels: byLevel, nodes: byNode)
  }
}

extension DocumentNode {
  /// Splits a mapping with `levels` or `nodes` into the mapping without them and their entries; nil for anything else.
  func splitOverrides() throws(SpecificationError) -> (
    base: DocumentNode, levels: [(Int, DocumentNode)], nodes: [(String, DocumentNode)]
  )? {
    guard case .mapping(let pairs) = element.content else { return nil }
    let names = ["levels", "nodes"]
    guard pairs.contains(where: { names.contains($0.key.name) }) else { return nil }
    let map = try anyMapping
    let rest = DocumentElement(
      content: .mapping(pairs.filter { !names.contains($0.key.name) }), line: element.line, column: element.column)
    var levels: [(Int, DocumentNode)] = []
    if let given = map.optional("levels") {
      for (key, node) in try given.anyMapping.entries {
        guard let level = Int(key), level >= 0 else {
          throw node.error("'\(key)' is not a level", remedy: "give whole numbers; 0 are the observables")
        }
        levels.append((level, node))
      }
    }
    let nodes = try map.optional("nodes").map { given throws(SpecificationError) in try given.anyMapping.entries } ?? []
    return (DocumentNode(element: rest, file: file, steps: steps), levels, nodes.map { ($0.key, $0.value) })
  }
}
