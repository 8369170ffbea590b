internal import HierarchicalGraphs

/// A forest whose leaves are patches: the graph with each patch's subtrees collapsed to one unit, isomorphic subtrees
/// shared. Exists only if every node has at most one parent and every patch is a union of whole subtrees of siblings.
struct PatchTree {
  /// The shape of a subtree. Shape 0 is a single patch.
  struct Shape: Hashable {
    /// The level of its root; −1 for the virtual node above all roots, which is never content.
    let level: Int
    /// Its children's shapes, ascending.
    let children: [Int]
  }

  /// Children before parents; the last is the virtual node above all roots.
  let shapes: [Shape]
  /// For each shape the number of latents that have it, and the sum of their noise dimensions.
  let members: [Int]
  let noiseDimensions: [Int]
  /// The number of patches.
  let patchCount: Int
  /// The highest level of the graph.
  let height: Int
  /// An upper bound on |c|: the largest antichain of nodes with at least two units below.
  let largestContent: Int

  /// `nil` if the graph is no forest or a patch crosses subtrees.
  init?(_ graph: HierarchicalGraph, patches: [[Int]]) {
    guard graph.nodes.indices.allSatisfy({ graph.parents.count($0) <= 1 }) else { return nil }
    guard graph.observables.allSatisfy({ graph.children.count($0) == 0 }) else { return nil }
    let count = graph.nodes.count
    // The one patch that holds all leaves below a node, or −1; and how many leaves are below.
    var (patchOf, leaves) = ([Int](repeating: -1, count: count), [Int](repeating: 0, count: count))
    for (index, patch) in patches.enumerated() {
      for position in patch {
        patchOf[graph.observables[position]] = index
        leaves[graph.observables[position]] = 1
      }
    }
    var shapes = [Shape(level: 0, children: [])]
    var numbers = [shapes[0]: 0]
    var shapeOf = [Int](repeating: 0, count: count)
    var (members, noises) = ([0], [0])
    func number(_ shape: Shape) -> Int {
      if let known = numbers[shape] { return known }
      shapes.append(shape)
      members.append(0)
      noises.append(0)
      numbers[shape] = shapes.count - 1
      return shapes.count - 1
    }
    // The children's shapes with each patch as one unit; nil if a patch is not complete here.
    func units(_ children: some Sequence<Int>) -> [Int]? {
      var (result, found) = ([Int](), [Int: Int]())
      for child in children {
        if patchOf[child] >= 0 {
          found[patchOf[child], default: 0] += leaves[child]
        } else {
          result.append(shapeOf[child])
        }
      }
      guard found.allSatisfy({ $1 == patches[$0].count }) else { return nil }
      return (result + [Int](repeating: 0, count: found.count)).sorted()
    }
    for v in graph.topologicalOrder.reversed() where !graph.nodes[v].isObserved {
      let children = graph.children[v]
      leaves[v] = children.reduce(0) { $0 + leaves[$1] }
      let first = patchOf[children.first!]
      if first >= 0, children.allSatisfy({ patchOf[$0] == first }) {
        patchOf[v] = first
      } else {
        guard let units = units(children) else { return nil }
        shapeOf[v] = number(Shape(level: graph.levels[v], children: units))
        members[shapeOf[v]] += 1
        noises[shapeOf[v]] += graph.nodes[v].noiseDimension
      }
    }
    guard let top = units(graph.nodes.indices.filter { graph.parents.count($0) == 0 }) else { return nil }
    shapes.append(Shape(level: -1, children: top))
    var antichain = [Int](repeating: 0, count: shapes.count)
    for (index, shape) in shapes.enumerated() {
      let below = shape.children.reduce(0) { $0 + antichain[$1] }
      antichain[index] = max(below, shape.level > 0 && shape.children.count > 1 ? 1 : 0)
    }
    self.shapes = shapes
    self.members = members + [0]
    noiseDimensions = noises + [0]
    patchCount = patches.count
    height = graph.height
    largestContent = antichain[shapes.count - 1]
  }
}
