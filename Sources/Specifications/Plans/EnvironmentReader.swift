public import GenerativeModels
public import HierarchicalGraphs
internal import Stochastics

extension Environment {
  /// Reads the interventions of one environment: `{z2: {do: 1.5}, x1: {shift: 1, scale: 2, noise: laplace}}`. Numbers stand
  /// for all components of a node, lists for one each.
  ///
  /// - Parameters:
  ///   - name: What the environment is called.
  ///   - node: The mapping from nodes to interventions.
  ///   - context: Laws of the user's own.
  ///   - graphs: The graphs that they must fit; none where they are not known yet.
  /// - Throws: ``SpecificationError`` for unknown keys, `do` beside `shift` or `scale`, nothing to do, a node that a graph
  ///   does not have, or another number of components than the node's.
  public init(
    name: String, _ node: DocumentNode, context: ReadingContext = ReadingContext(), graphs: [HierarchicalGraph] = []
  ) throws(SpecificationError) {
    var result: [Intervention] = []
    let targets = try node.anyMapping
    for (target, node) in targets.entries {
      let map = try node.mapping(keys: ["do", "shift", "scale", "noise"])
      for graph in graphs { try Self.check(target, map, at: targets.place(of: target), fits: graph) }
      let (shift, scale) = (map.optional("shift"), map.optional("scale"))
      if let value = map.optional("do") {
        for key in ["shift", "scale"] where map.optional(key) != nil {
          throw map.error(at: key, "a node that is set to a value has no \(key)", remedy: "remove this key, or 'do'")
        }
        result.append(Intervention(.hard(try value.numbers), on: target))
      } else if shift != nil || scale != nil {
        let shifts = try shift.map { node throws(SpecificationError) in try node.numbers } ?? [0]
        let scales = try scale.map { node throws(SpecificationError) in try node.numbers } ?? [1]
        result.append(Intervention(.soft(shift: shifts, scale: scales), on: target))
      }
      if let law = map.optional("noise") {
        result.append(Intervention(.noise(try Distribution(law, context: context)), on: target))
      }
      if map.entries.isEmpty {
        throw node.error("there is nothing to do", remedy: "give 'do', 'shift', 'scale' or 'noise'")
      }
    }
    self.init(name: name, result)
  }

  /// Reads named environments: `{cold: {z2: {do: -1}}, warm: {z2: {do: 1}}}`, in the order of the document. The name
  /// `observational` stands for the model as it is: nothing may be done in it.
  ///
  /// - Throws: ``SpecificationError``, also for the name `all` and names that are empty or not on one line.
  public static func all(
    _ node: DocumentNode, context: ReadingContext = ReadingContext(), graphs: [HierarchicalGraph] = []
  ) throws(SpecificationError) -> [Environment] {
    var result: [Environment] = []
    let map = try node.anyMapping
    for (name, node) in map.entries {
      guard name != EnvironmentChoice.all else {
        throw map.error(at: name, "'all' stands for all environments", remedy: "choose another name")
      }
      guard !name.isEmpty, name.escapingControlCharacters == name, name.first != " ", name.last != " " else {
        throw map.error(
          at: name, "\(name.quoted) is not the name of an environment",
          remedy: "choose one on a line, without spaces around it")
      }
      let environment = try Environment(name: name, node, context: context, graphs: graphs)
      guard name != EnvironmentChoice.observational || environment.interventions.isEmpty else {
        throw node.error(
          "the environment 'observational' is the model as it is", remedy: "write 'observational: {}', or another name")
      }
      result.append(environment)
    }
    guard !result.isEmpty else {
      throw node.error("there are no environments", remedy: "add one, or remove the key")
    }
    return result
  }

  private static func check(
    _ target: String, _ map: DocumentMapping, at place: DocumentPlace, fits graph: HierarchicalGraph
  ) throws(SpecificationError) {
    guard let v = graph.index(of: target) else {
      throw place.error(
        "graph '\(graph.name)' has no node \(target.quoted)",
        remedy: Suggestion.remedy(for: target, among: graph.nodes.map(\.name)))
    }
    let dimension = graph.nodes[v].dimension
    for key in ["do", "shift", "scale"] {
      guard let node = map.optional(key) else { continue }
      let count = try node.numbers.count
      guard count == 1 || count == dimension else {
        throw node.error(
          "there are \(count) numbers for the \(dimension) components of '\(target)' in graph '\(graph.name)'",
          remedy: "give one number, or one for each component")
      }
    }
  }
}
