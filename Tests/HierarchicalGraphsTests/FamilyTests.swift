internal import HierarchicalGraphs
internal import Stochastics
internal import Testing

@Suite struct FamilyTests {
  @Test("The binary tree of depth 6 has 64 leaves, 127 nodes, and one parent for each node but the root")
  func tree() throws {
    let graph = try HierarchicalGraph.tree(depth: 6, branching: 2)
    #expect(graph.nodes.count == 127)
    #expect(graph.observables.map { graph.nodes[$0].name } == (0..<64).map { "x\($0)" })
    #expect(graph.nodes[0].name == "z6_0")
    #expect(graph.levels[0] == 6 && graph.height == 6)
    #expect(graph.grid == .line(64))
    #expect(graph.nodes.indices.dropFirst().allSatisfy { graph.parents.count($0) == 1 })
    let leaf = try #require(graph.index(of: "x37"))
    #expect(graph.nodes[graph.parents[leaf][graph.parents[leaf].startIndex]].name == "z1_18")
    #expect((0...6).map { graph.nodes(atLevel: $0).count } == [64, 32, 16, 8, 4, 2, 1])
  }

  @Test("In the invertible regime the dimensions of a tree grow by the noise at each level")
  func invertibleTree() throws {
    let graph = try HierarchicalGraph.tree(depth: 3, branching: 3, regime: .invertible)
    for node in graph.nodes.indices { #expect(graph.nodes[node].dimension == 4 - graph.levels[node]) }
  }

  @Test(
    "Receptive fields of a pyramid on a line are windows, cut at the border",
    arguments: [(16, 4, 2), (13, 3, 2), (9, 3, 1), (2, 5, 5)])
  func linePyramid(count: Int, window: Int, stride: Int) throws {
    let graph = try HierarchicalGraph.pyramid(grid: .line(count), window: window, stride: stride)
    for level in 1...graph.height {
      let below = graph.nodes(atLevel: level - 1)
      let above = graph.nodes(atLevel: level)
      for (place, node) in above.enumerated() {
        let field = place * stride..<min(place * stride + window, below.count)
        #expect(graph.children[node].sorted() == field.map { below[$0] })
      }
      #expect(below.allSatisfy { graph.parents.count($0) > 0 })
    }
    #expect(graph.nodes(atLevel: graph.height).count == 1)
  }

  @Test("Receptive fields of a pyramid on a rectangle are squares")
  func rectanglePyramid() throws {
    let graph = try HierarchicalGraph.pyramid(grid: .rectangle(rows: 6, columns: 8), window: 4, stride: 2, levels: 1)
    #expect(graph.grid == .rectangle(rows: 6, columns: 8))
    #expect(graph.nodes.count == 48 + 2 * 3)
    let node = try #require(graph.index(of: "z1_1_2"))
    let names = Set(graph.children[node].map { graph.nodes[$0].name })
    #expect(names == Set((2..<6).flatMap { row in (4..<8).map { "x\(row)_\($0)" } }))
    #expect(graph.observables.map { graph.nodes[$0].name }[9] == "x1_1")
    let whole = try HierarchicalGraph.pyramid(
      grid: .rectangle(rows: 5, columns: 8), window: 2, stride: 2, regime: .invertible)
    #expect((0...whole.height).map { whole.nodes(atLevel: $0).count } == [40, 12, 4, 1])
    #expect(whole.nodes.map(\.dimension).max() == 4)
  }

  @Test("Layered graphs: exact parent counts, every latent a parent, levels as layers", arguments: 0..<40)
  func layered(seed: Int) throws {
    var stream = RandomStream(RandomKey(seed: UInt64(seed)))
    let parents = 1 + seed % 3 + seed % 2
    // The last layer is as narrow as the layer above it allows.
    let widths = [3 + seed % 2, 4 + seed % 6, 9, (9 + parents - 1) / parents]
    let graph = try HierarchicalGraph.layered(widths: widths, parentCount: parents, using: &stream)
    for (row, width) in widths.enumerated() { #expect(graph.nodes(atLevel: 3 - row).count == width) }
    for node in graph.nodes.indices where graph.levels[node] < 3 {
      #expect(graph.parents.count(node) == parents)
      #expect(graph.parents[node].allSatisfy { graph.levels[$0] == graph.levels[node] + 1 })
    }
    var again = RandomStream(RandomKey(seed: UInt64(seed)))
    #expect(try graph == HierarchicalGraph.layered(widths: widths, parentCount: parents, using: &again))
  }

  @Test("Parents of a layered graph are uniform: the chi-square statistic over all pairs stays below its 1e-6 quantile")
  func layeredUniform() throws {
    var stream = RandomStream(RandomKey(seed: 5))
    var counts: [Set<Int>: Int] = [:]
    let draws = 6000
    // With 12 children and 2 of 4 parents a childless latent is rare enough (4 · 2⁻¹²) not to bias the test.
    for _ in 0..<draws / 12 {
      let graph = try HierarchicalGraph.layered(widths: [4, 12], parentCount: 2, using: &stream)
      for child in 4..<16 { counts[Set(graph.parents[child]), default: 0] += 1 }
    }
    #expect(counts.count == 6)
    let expected = Double(draws) / 6
    let statistic = counts.values.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(statistic < 35.9)  // quantile 1 − 1e-6 of χ² with 5 degrees of freedom
  }

  @Test("Bad parameters are named, with a remedy")
  func badParameters() {
    func description(_ body: () throws -> HierarchicalGraph) -> String {
      do { return "\(try body().name)" } catch { return "\(error)" }
    }
    var stream = RandomStream(RandomKey(seed: 0))
    #expect(description { try .tree(depth: 0, branching: 2) } == "depth is 0; give at least 1")
    #expect(description { try .tree(depth: 2, branching: 1) } == "branching is 1; give at least 2")
    #expect(description { try .tree(depth: 200, branching: 2) }.hasPrefix("depth is 200; with branching 2 that is"))
    #expect(description { try .pyramid(grid: .line(8), window: 1, stride: 1) } == "window is 1; give at least 2")
    #expect(
      description { try .pyramid(grid: .line(8), window: 2, stride: 3) }
        == "stride is 3; give from 1 to the window, 2, so that no node is left out")
    #expect(
      description { try .pyramid(grid: .line(8), window: 2, stride: 2, levels: 4) }
        == "levels is 4; the pyramid ends in one root at level 3")
    #expect(
      description { try .pyramid(grid: .rectangle(rows: .max, columns: 2), window: 2, stride: 2) }.hasPrefix("grid is"))
    #expect(description { try .layered(widths: [3], parentCount: 1, using: &stream) }.hasPrefix("widths is [3];"))
    #expect(
      description { try .layered(widths: [3, 9], parentCount: 4, using: &stream) }
        == "parents is 4; give from 1 to 3, the width of the narrowest layer above the observables")
    #expect(
      description { try .layered(widths: [9, 3], parentCount: 2, using: &stream) }
        == "widths is [9, 3]; 3 nodes with 2 parents each cannot give each of 9 nodes a child: "
        + "widen the layer or give more parents")
  }
}
