public import HierarchicalGraphs

/// Which of several minimum vertex cuts to take, by level.
public enum LevelPreference: String, Sendable, CaseIterable {
  /// The cut whose dimension-weighted sum of levels is highest.
  case high
  /// The cut whose dimension-weighted sum of levels is lowest.
  case low
}

/// A minimum set of latents that separates the masked from the visible observables in the undirected skeleton.
public struct LatentVertexCut: Sendable, Equatable {
  /// The latents of the cut, in declaration order.
  public let latents: [Int]
  /// The level of each, in the same order.
  public let levels: [Int]
  /// Σ dim over the cut.
  public let dimension: Int

  /// The mean level of the cut's latents; NaN for an empty cut.
  public var meanLevel: Double { Double(levels.reduce(0, +)) / Double(levels.count) }
}

extension HierarchicalGraph {
  /// A minimum latent vertex cut between masked and visible observables, which themselves may not be cut.
  ///
  /// On a scalar tree its size is the generic rank of Σ(x_m, x_mᶜ) (tested). On other graphs neither bounds the other:
  /// colliders let paths through that are no treks, and one latent may have to be blocked both on the way up and down.
  ///
  /// Ties are broken exactly: the capacity of latent v is dim(v) · (S ∓ level(v)) with S larger than Σ dim · level over all
  /// latents, so that first Σ dim and then Σ dim · level is optimal. Among cuts that tie in both, the one nearest to
  /// `side` is taken, which is unique.
  ///
  /// - Parameters:
  ///   - mask: One flag for each observable.
  ///   - preference: Towards which levels ties are broken.
  ///   - side: Towards which side remaining ties are broken.
  /// - Returns: `nil` if no set of latents separates the sides: an edge joins a masked and a visible observable.
  /// - Complexity: one maximum flow with at most 2 vertices a latent and 2 arcs an edge between latents.
  public func latentVertexCut(
    _ mask: Mask, preferring preference: LevelPreference, nearest side: SeparatorSide = .masked
  ) -> LatentVertexCut? {
    precondition(
      mask.isMasked.count == observables.count,
      "a mask of \(mask.isMasked.count) flags for \(observables.count) observables")
    guard let contraction = SkeletonContraction(self, mask: mask) else { return nil }
    let (sides, vertex) = (contraction.sides, contraction.vertex)
    let shared = ContentLocator.shared
    let scale = 1 + nodes.indices.reduce(0) { $0 + (nodes[$1].isObserved ? 0 : nodes[$1].dimension * levels[$1]) }
    let (source, sink) = (0, 1)
    var builder = FlowNetwork.Builder(capacity: contraction.count + 2 * edgeCount)
    for v in nodes.indices where vertex[v] >= 0 {
      let weight = scale + (preference == .low ? levels[v] : -levels[v])
      // A latent on the border of one side is entered from (or left to) the terminal without bound.
      let entry = sides[v] == ContentLocator.masked ? source : contraction.entry(v)
      let exit = sides[v] == ContentLocator.visible ? sink : contraction.exit(v)
      builder.add(entry, exit, Int64(nodes[v].dimension * weight))
    }
    let (offsets, targets) = (parents.offsets, parents.targets)
    for v in nodes.indices where vertex[v] >= 0 {
      for edge in offsets[v]..<offsets[v + 1] where vertex[targets[edge]] >= 0 {
        for (from, to) in [(v, targets[edge]), (targets[edge], v)]
        where sides[from] != ContentLocator.visible && sides[to] != ContentLocator.masked {
          builder.add(contraction.exit(from), contraction.entry(to), FlowNetwork.unbounded)
        }
      }
    }
    var network = FlowNetwork(vertexCount: 2 + 2 * contraction.count, builder)
    _ = network.maximumFlow(from: source, to: sink)
    let onSourceSide = side == .masked ? network.reachable(from: source) : network.reaching(sink).map { !$0 }
    let cut = nodes.indices.filter { v in
      if sides[v] == shared { return !nodes[v].isObserved }
      guard vertex[v] >= 0 else { return false }
      let isEntered = sides[v] == ContentLocator.masked || onSourceSide[contraction.entry(v)]
      let isLeft = sides[v] != ContentLocator.visible && onSourceSide[contraction.exit(v)]
      return isEntered && !isLeft
    }
    return LatentVertexCut(
      latents: cut, levels: cut.map { levels[$0] }, dimension: cut.reduce(0) { $0 + nodes[$1].dimension })
  }
}

/// The skeleton with all masked observables merged into the source and all visible ones into the sink. Observables may
/// not be cut, so this loses nothing, and it halves a typical graph. A latent next to both sides is in every cut.
private struct SkeletonContraction {
  /// For each node the sides of the observables next to it (of itself, for an observable).
  let sides: [UInt8]
  /// The running number of each latent that is neither forced into the cut nor away from every latent; −1 otherwise.
  let vertex: [Int32]
  /// How many latents are numbered.
  let count: Int

  /// `nil` if an edge joins observables of different sides.
  init?(_ graph: HierarchicalGraph, mask: Mask) {
    var sides = [UInt8](repeating: 0, count: graph.nodes.count)
    for (index, x) in graph.observables.enumerated() {
      sides[x] = mask.isMasked[index] ? ContentLocator.masked : ContentLocator.visible
    }
    var isLatent = [Bool](repeating: true, count: graph.nodes.count)
    for x in graph.observables { isLatent[x] = false }
    let (offsets, targets) = (graph.parents.offsets, graph.parents.targets)
    for x in graph.observables {
      for edge in offsets[x]..<offsets[x + 1] {
        let parent = targets[edge]
        if isLatent[parent] { sides[parent] |= sides[x] } else if sides[parent] != sides[x] { return nil }
      }
    }
    var (vertex, count) = ([Int32](repeating: -1, count: graph.nodes.count), 0)
    for v in vertex.indices where isLatent[v] && sides[v] != ContentLocator.shared {
      vertex[v] = Int32(count)
      count += 1
    }
    (self.sides, self.vertex, self.count) = (sides, vertex, count)
  }

  func entry(_ v: Int) -> Int { 2 + 2 * Int(vertex[v]) }
  func exit(_ v: Int) -> Int { 3 + 2 * Int(vertex[v]) }
}
