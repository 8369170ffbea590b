/// Why a graph, a patch size or a mask is not valid. `Specifications` adds file, line and key.
public enum GraphError: Error, Equatable, CustomStringConvertible {
  /// There are no nodes.
  case empty
  /// Two nodes have this name.
  case duplicateName(String)
  /// An edge names a node that there is none of.
  case unknownNode(name: String, inEdge: String)
  /// An edge is given twice.
  case duplicateEdge(from: String, to: String)
  /// The node is its own parent.
  case selfLoop(String)
  /// The nodes of one directed cycle, in order, the first not repeated.
  case cycle([String])
  /// An edge joins two observables, and that was not allowed.
  case observedToObserved(from: String, to: String)
  /// An observable is the parent of a latent.
  case observedToLatent(from: String, to: String)
  /// The latent has no observed descendant.
  case noObservedDescendant(String)
  /// No node is observed.
  case noObservables
  /// A node has fewer than one component.
  case dimensionNotPositive(node: String, dimension: Int)
  /// A node's noise has fewer than no components.
  case noiseDimensionNegative(node: String, dimension: Int)
  /// In the invertible regime a node is smaller than its parents and noise together.
  case dimensionTooSmall(node: String, dimension: Int, parents: Int, noise: Int)
  /// The sides of the grid do not multiply to the number of observables.
  case gridMismatch(grid: [Int], observables: Int)
  /// A mask names something that is not an observable.
  case unknownObservable(String)
  /// A side of the grid is no multiple of the patch size.
  case patchDoesNotDivide(patchSize: Int, grid: [Int])
  /// The patch covers the whole grid, so nothing could be masked and something visible.
  case tooFewPatches(patchSize: Int, grid: [Int])
  /// The ratio does not lie strictly between 0 and 1.
  case invalidMaskRatio(Double)
  /// A mask hides nothing or everything, names an observable twice, or has the wrong length: which.
  case invalidMask(String)
  /// A family's parameter is out of range: which, its value, what would do.
  case invalidParameter(name: String, value: String, remedy: String)

  /// One line: what is wrong and the remedy.
  public var description: String {
    switch self {
    case .empty: "the graph has no nodes; declare at least one latent and two observables"
    case .duplicateName(let name): "two nodes are named '\(name)'; rename one"
    case .unknownNode(let name, let edge):
      "edge \(edge) names '\(name)', which is not a node; declare it or correct the name"
    case .duplicateEdge(let from, let to): "the edge \(from) -> \(to) is given twice; remove one"
    case .selfLoop(let name): "'\(name)' is its own parent; remove that edge"
    case .cycle(let names):
      "the graph has a cycle: \((names + names.prefix(1)).joined(separator: " -> ")); remove one of these edges"
    case .observedToObserved(let from, let to):
      "observable '\(from)' is a parent of observable '\(to)', which the theory excludes; remove the edge, or "
        + "allow it as a violation with 'allow_observed_edges: true'"
    case .observedToLatent(let from, let to):
      "observable '\(from)' is a parent of latent '\(to)'; observables have no latent children: reverse the edge "
        + "or make '\(from)' latent"
    case .noObservedDescendant(let name):
      "latent '\(name)' has no observed descendant, so nothing could recover it; remove it or connect it"
    case .noObservables: "no node is observed; mark the leaves as observed"
    case .dimensionNotPositive(let node, let dimension): "'\(node)' has dimension \(dimension); give at least 1"
    case .noiseDimensionNegative(let node, let dimension): "'\(node)' has noise dimension \(dimension); give 0 or more"
    case .dimensionTooSmall(let node, let dimension, let parents, let noise):
      "'\(node)' has dimension \(dimension), but in the invertible regime it needs at least \(parents + noise) "
        + "(parents \(parents) + noise \(noise)); leave the dimension out to have it filled in"
    case .gridMismatch(let grid, let observables):
      "a grid of \(grid.map(String.init).joined(separator: " x ")) does not hold \(observables) observables; make "
        + "the product equal"
    case .unknownObservable(let name): "'\(name)' is not an observable of this graph"
    case .patchDoesNotDivide(let patch, let grid):
      "patch size \(patch) does not divide the grid \(grid.map(String.init).joined(separator: " x ")); use one of "
        + "\(Self.divisors(grid))"
    case .tooFewPatches(let patch, let grid):
      "patch size \(patch) leaves a single patch on the grid \(grid.map(String.init).joined(separator: " x ")), so "
        + "no part stays visible; use one of \(Self.divisors(grid))"
    case .invalidMaskRatio(let ratio): "\(ratio) is not a mask ratio; give a number strictly between 0 and 1"
    case .invalidMask(let reason): reason
    case .invalidParameter(let name, let value, let remedy): "\(name) is \(value); \(remedy)"
    }
  }

  /// The patch sizes that divide every side of a grid and leave at least two patches, as text.
  private static func divisors(_ grid: [Int]) -> String {
    let sides = grid.filter { $0 > 1 }
    let fitting = (1...(grid.max() ?? 1)).filter { size in
      sides.allSatisfy { $0 % size == 0 } && sides.contains { $0 / size > 1 }
    }
    return fitting.map(String.init).joined(separator: ", ")
  }
}
