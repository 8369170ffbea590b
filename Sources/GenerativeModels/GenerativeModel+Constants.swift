internal import HierarchicalGraphs
internal import Stochastics

extension GenerativeModel {
  /// Whether an intervention leaves some component of some node's value without variation: set to a value, or scaled by 0.
  public var hasConstants: Bool { mechanisms.contains { Self.constantComponents($0) > 0 } }

  /// The nodes whose whole value is a constant because of an intervention: on the node itself, or on all that it depends on.
  ///
  /// - Complexity: O(nodes + edges).
  public var constantNodes: Set<Int> {
    var result = Set<Int>()
    for v in graph.topologicalOrder {
      let hasNoise = graph.nodes[v].noiseDimension > 0 && noises[v] != .degenerate
      let parents = graph.parents[v]
      let isCutOff = Self.constantComponents(mechanisms[v]) == graph.nodes[v].dimension
      if isCutOff || (!hasNoise && !parents.isEmpty && parents.allSatisfy(result.contains)) { result.insert(v) }
    }
    return result
  }

  private static func constantComponents(_ mechanism: any Mechanism) -> Int {
    if mechanism is ConstantMechanism { return mechanism.dimension }
    guard let mapped = mechanism as? ShiftScaleMechanism else { return 0 }
    return max(mapped.scale.count { $0 == 0 }, constantComponents(mapped.base))
  }
}
