import HierarchicalGraphs
import Identifiability
import Stochastics
import Testing

@Suite struct ContentLocatorTests {
  @Test(
    "The fixtures of the small tree have their content",
    arguments: [
      (["x1"], ["z2"]), (["x2", "x3", "x4"], ["z2"]), (["x1", "x2"], ["z1"]), (["x1", "x3"], ["z2", "z3"]),
    ])
  func fixtures(masked: [String], expected: [String]) throws {
    let graph = try GraphFixtures.smallTree()
    let location = content(of: try Mask(masking: masked, in: graph), in: graph)
    #expect(location.content.map { graph.nodes[$0].name } == expected)
    #expect(location.contentLevels == location.content.map { graph.levels[$0] })
    #expect(location.contentDimension == location.ancestors.reduce(0) { $0 + graph.nodes[$1].noiseDimension })
    #expect(!location.includesObservables(of: graph))
  }

  @Test("The specific parts of a mask are the noises of the ancestors of one side only")
  func specificParts() throws {
    let graph = try GraphFixtures.smallTree()
    let location = content(of: try Mask(masking: ["x1", "x2"], in: graph), in: graph)
    #expect(location.ancestors.map { graph.nodes[$0].name } == ["z1"])
    #expect(location.maskedSpecific.map { graph.nodes[$0].name } == ["z2", "x1", "x2"])
    #expect(location.visibleSpecific.map { graph.nodes[$0].name } == ["z3", "x3", "x4"])
  }

  @Test("A mask that hides nothing or everything shares nothing", arguments: [true, false])
  func degenerate(everything: Bool) throws {
    let graph = try GraphFixtures.smallTree()
    let location = content(of: Mask([Bool](repeating: everything, count: 4)), in: graph)
    #expect(location.content.isEmpty && location.ancestors.isEmpty && location.contentDimension == 0)
    #expect(location.maskedSpecific.count == (everything ? 7 : 0))
    #expect(location.visibleSpecific.count == (everything ? 0 : 7))
  }

  @Test("On random graphs the location agrees with ancestor sets and ignores the order of nodes", arguments: 0..<100)
  func definition(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed))
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 7), observables: 2 + stream.uniform(below: 6), edgeProbability: 0.35,
      regime: .invertible, shuffled: true, using: &stream)
    let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
    let location = content(of: mask, in: graph)

    // The definition, with sets.
    func ancestorsOrSelf(_ start: [Int]) -> Set<Int> {
      var (found, open) = (Set(start), start)
      while let v = open.popLast() { for p in graph.parents[v] where found.insert(p).inserted { open.append(p) } }
      return found
    }
    let (left, right) = (ancestorsOrSelf(mask.masked(in: graph)), ancestorsOrSelf(mask.visible(in: graph)))
    let shared = left.intersection(right)
    #expect(Set(location.ancestors) == shared)
    #expect(Set(location.content) == shared.filter { v in !graph.children[v].contains { shared.contains($0) } })
    #expect(Set(location.maskedSpecific) == left.subtracting(right))
    #expect(Set(location.visibleSpecific) == right.subtracting(left))

    let swapped = content(of: mask.complement, in: graph)
    #expect(swapped.content == location.content && swapped.ancestors == location.ancestors)
    #expect(swapped.maskedSpecific == location.visibleSpecific)

    // Relabelling: node v moves to place[v].
    let place = stream.permutation(graph.nodes.count)
    var declarations = [NodeDeclaration](repeating: NodeDeclaration(""), count: graph.nodes.count)
    for (v, node) in graph.nodes.enumerated() {
      declarations[place[v]] = NodeDeclaration(
        node.name, dimension: node.dimension, noiseDimension: node.noiseDimension, isObserved: node.isObserved)
    }
    let moved = try HierarchicalGraph(
      name: "moved", nodes: declarations, indexedEdges: graph.edges.map { (place[$0.from], place[$0.to]) },
      regime: .invertible)
    let names = mask.masked(in: graph).map { graph.nodes[$0].name }
    let movedLocation = content(of: try Mask(masking: names, in: moved), in: moved)
    #expect(Set(movedLocation.content) == Set(location.content.map { place[$0] }))
    #expect(movedLocation.contentDimension == location.contentDimension)
  }

  @Test("An edge between observables across the border makes the observable itself shared")
  func observedEdge() throws {
    let graph = try HierarchicalGraph(
      name: "violation", nodes: ["z", "x1", "x2"].map { NodeDeclaration($0, isObserved: $0 != "z") },
      edges: [("z", "x1"), ("x1", "x2")], allowsObservedEdges: true)
    let location = content(of: try Mask(masking: ["x2"], in: graph), in: graph)
    #expect(location.content.map { graph.nodes[$0].name } == ["x1"])
    #expect(location.includesObservables(of: graph))
  }

  @Test("Working memory can be used again for another mask")
  func reuse() throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 4)
    let locator = ContentLocator(graph)
    var (scratch, stream) = (ContentLocator.Scratch(for: locator), RandomStream(RandomKey(seed: 9)))
    for _ in 0..<20 {
      let mask = RandomGraphs.mask(16, using: &stream)
      #expect(locator.locate(mask, using: &scratch) == locator.locate(mask))
    }
  }
}
