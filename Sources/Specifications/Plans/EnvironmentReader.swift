public import GenerativeModels
internal import Stochastics

extension Environment {
  /// Reads the interventions of one environment: `{z2: {do: 1.5}, x1: {shift: 1, scale: 2, noise: laplace}}`. Numbers stand
  /// for all components of a node, lists for one each.
  ///
  /// - Parameter context: Laws of the user's own.
  /// - Throws: ``SpecificationError`` for unknown keys, `do` beside `shift` or `scale`, or nothing to do.
  public init(
    name: String, _ node: DocumentNode, context: ReadingContext = ReadingContext()
  ) throws(SpecificationError) {
    var result: [Intervention] = []
    for (target, node) in try node.anyMapping.entries {
      let map = try node.mapping(keys: ["do", "shift", "scale", "noise"])
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

  /// Reads named environments: `{cold: {z2: {do: -1}}, warm: {z2: {do: 1}}}`, in the order of the document.
  ///
  /// - Throws: ``SpecificationError``.
  public static func all(
    _ node: DocumentNode, context: ReadingContext = ReadingContext()
  ) throws(SpecificationError) -> [Environment] {
    var result: [Environment] = []
    for (name, node) in try node.anyMapping.entries {
      result.append(try Environment(name: name, node, context: context))
    }
    return result
  }
}
