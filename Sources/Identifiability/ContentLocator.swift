public import HierarchicalGraphs

/// Finds, for a mask, the information that the masked and the visible observables share (Kong et al. 2023, Theorem 1).
///
/// In the invertible regime every node determines all its ancestors and their noises, so what x_m and x_mᶜ have in common
/// is exactly the noises of their common ancestors A(m), and the latents that carry them and nothing more are the sinks
/// of A(m). The theorem states that this minimal set exists and is unique; that it is the set of sinks is derived here
/// and tested against all latent subsets of random linear models. It needs a noise of positive dimension at every latent.
///
/// One locator serves many masks of one graph; it is a value and may be shared between tasks.
public struct ContentLocator: Sendable {
  let childOffsets: [Int]
  let childTargets: [Int]
  let order: [Int]
  let levels: [Int]
  let noiseDimensions: [Int]
  let observables: [Int]

  /// The number of nodes of the graph.
  public var nodeCount: Int { levels.count }

  /// Prepares flat copies of what the search reads. O(nodes + edges).
  public init(_ graph: HierarchicalGraph) {
    childOffsets = graph.children.offsets
    childTargets = graph.children.targets
    order = graph.topologicalOrder
    levels = graph.levels
    noiseDimensions = graph.nodes.map(\.noiseDimension)
    observables = graph.observables
  }

  /// Reusable working memory: the side flags of every node.
  public struct Scratch: Sendable {
    /// For each node the sides among its observed descendants and itself, bits of ``ContentLocator/masked`` and
    /// ``ContentLocator/visible``.
    var sides: [UInt8]

    /// Working memory for one locator's graph.
    public init(for locator: ContentLocator) { sides = [UInt8](repeating: 0, count: locator.nodeCount) }
  }

  static let masked: UInt8 = 1
  static let visible: UInt8 = 2
  static let shared: UInt8 = 3
  /// Set besides ``shared`` on a member of A(m) that has a child in A(m).
  static let covered: UInt8 = 4

  /// The content of one mask. Allocates working memory; for many masks use ``locate(_:using:)``.
  ///
  /// - Precondition: the mask has one flag for each observable.
  /// - Complexity: O(nodes + edges).
  public func locate(_ mask: Mask) -> ContentLocation {
    var scratch = Scratch(for: self)
    return locate(mask, using: &scratch)
  }

  /// The content of one mask. A mask that hides nothing or everything has an empty A(m) and an empty content.
  ///
  /// - Precondition: the mask has one flag for each observable; `scratch` was made for this locator.
  /// - Complexity: O(nodes + edges), no allocation besides the result.
  public func locate(_ mask: Mask, using scratch: inout Scratch) -> ContentLocation {
    mark(mask, using: &scratch)
    var (ancestors, content, contentLevels, dimension) = ([Int](), [Int](), [Int](), 0)
    var (maskedSpecific, visibleSpecific) = ([Int](), [Int]())
    for v in 0..<nodeCount {
      switch scratch.sides[v] {
      case Self.masked: maskedSpecific.append(v)
      case Self.visible: visibleSpecific.append(v)
      case Self.shared:
        content.append(v)
        contentLevels.append(levels[v])
        fallthrough
      default:
        ancestors.append(v)
        dimension += noiseDimensions[v]
      }
    }
    return ContentLocation(
      ancestors: ancestors, content: content, contentLevels: contentLevels, contentDimension: dimension,
      maskedSpecific: maskedSpecific, visibleSpecific: visibleSpecific)
  }

  /// Writes the side flags of every node, children before parents.
  func mark(_ mask: Mask, using scratch: inout Scratch) {
    precondition(
      mask.isMasked.count == observables.count,
      "a mask of \(mask.isMasked.count) flags for \(observables.count) observables")
    precondition(scratch.sides.count == nodeCount, "scratch for \(scratch.sides.count) nodes, graph of \(nodeCount)")
    scratch.sides.withUnsafeMutableBufferPointer { sides in
      sides.update(repeating: 0)
      for (index, isMasked) in mask.isMasked.enumerated() {
        sides[observables[index]] = isMasked ? Self.masked : Self.visible
      }
      var position = order.count
      while position > 0 {
        position -= 1
        let v = order[position]
        var side = sides[v]
        for edge in childOffsets[v]..<childOffsets[v + 1] {
          let child = sides[childTargets[edge]]
          side |= child & Self.shared
          if child & Self.shared == Self.shared { side |= Self.covered }
        }
        sides[v] = side
      }
    }
  }
}

/// The content of a mask in a graph. For many masks of one graph keep a ``ContentLocator``.
///
/// - Complexity: O(nodes + edges).
public func content(of mask: Mask, in graph: HierarchicalGraph) -> ContentLocation {
  ContentLocator(graph).locate(mask)
}
