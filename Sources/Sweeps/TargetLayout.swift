internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Recovery
internal import Specifications
internal import Stochastics

/// The columns of one kind of target: every node's value, or every node's noise, level by level from the top.
struct TargetLayout {
  /// `z` or `epsilon`.
  let target: String
  /// The nodes in column order.
  let nodes: [Int]
  /// Each node's columns.
  let nodeColumns: [Range<Int>]
  /// The levels from the top, each with its columns; they share a probe's hyper-parameters.
  let levels: [(level: Int, columns: Range<Int>)]

  /// The number of columns.
  var width: Int { nodeColumns.last?.upperBound ?? 0 }

  /// The columns that a level's partial R² is given besides its own; nil for a single level, which has none to be given.
  var family: Range<Int>? { levels.count > 1 ? 0..<width : nil }

  /// - Parameter dimension: How many columns a node has, by its position in the graph; nodes with none are left out.
  private init(target: String, graph: HierarchicalGraph, dimension: (Int) -> Int) {
    self.target = target
    var (nodes, columns, levels): ([Int], [Range<Int>], [(Int, Range<Int>)]) = ([], [], [])
    var next = 0
    for level in stride(from: graph.height, through: 0, by: -1) {
      let start = next
      for v in graph.nodes(atLevel: level) where dimension(v) > 0 {
        nodes.append(v)
        columns.append(next..<next + dimension(v))
        next += dimension(v)
      }
      if next > start { levels.append((level, start..<next)) }
    }
    self.nodes = nodes
    nodeColumns = columns
    self.levels = levels
  }

  /// The values of all nodes but those that an intervention makes constant: there is nothing to recover of them, and the
  /// score of a constant would only dilute its level's.
  static func values(_ model: GenerativeModel) -> TargetLayout {
    let constants = model.constantNodes
    return TargetLayout(target: "z", graph: model.graph) { v in
      constants.contains(v) ? 0 : model.graph.nodes[v].dimension
    }
  }

  static func noises(_ graph: HierarchicalGraph) -> TargetLayout {
    TargetLayout(target: "epsilon", graph: graph) { graph.nodes[$0].noiseDimension }
  }

  /// The layouts of the targets that have one; content and leakage depend on the mask.
  static func all(_ targets: [EvaluationPlan.Target], of model: GenerativeModel) -> [TargetLayout] {
    (targets.contains(.z) ? [.values(model)] : []) + (targets.contains(.epsilon) ? [.noises(model.graph)] : [])
  }
}

/// All targets of one probe side by side, with the blocks that scores are reported for.
struct TargetBlocks {
  /// A block of columns that gets a row of its own in the results.
  struct Block: Hashable {
    var target: String
    var level: Int?
    var node: String?
    var columns: Range<Int>
    /// For a level the columns of all levels of its kind, which its partial R² is given; nil if it is the only one.
    var family: Range<Int>?

    /// The columns as `Recovery` scores them.
    var scored: TargetBlock { TargetBlock(columns: columns, family: family) }
  }

  /// Shape (rows, q).
  let targets: Matrix<Double>
  /// Ranges that partition the columns; each shares hyper-parameters.
  let groups: [Range<Int>]
  /// What is reported: levels, nodes, the content.
  let blocks: [Block]

  /// - Parameters:
  ///   - sample: The rows.
  ///   - layouts: The kinds of targets wanted.
  ///   - content: The nodes of c, or nil where c is not a target; an empty c gives no block.
  ///   - leakage: The nodes whose noises only the visible part has, or nil where they are not a target; none give no block.
  ///   - recordsNodes: Whether single nodes are reported.
  init(
    _ sample: Sample, graph: HierarchicalGraph, layouts: [TargetLayout], content: [Int]?, leakage: [Int]? = nil,
    recordsNodes: Bool
  ) {
    var (parts, groups, blocks): ([Matrix<Float>], [Range<Int>], [Block]) = ([], [], [])
    var offset = 0
    func shifted(_ range: Range<Int>) -> Range<Int> { range.lowerBound + offset..<range.upperBound + offset }
    for layout in layouts {
      parts.append(layout.target == "z" ? sample.values(of: layout.nodes) : sample.noises(of: layout.nodes))
      for (level, columns) in layout.levels {
        groups.append(shifted(columns))
        blocks.append(
          Block(
            target: layout.target, level: level, node: nil, columns: shifted(columns),
            family: layout.family.map(shifted)))
      }
      if recordsNodes {
        for (v, columns) in zip(layout.nodes, layout.nodeColumns) {
          blocks.append(
            Block(target: layout.target, level: graph.levels[v], node: graph.nodes[v].name, columns: shifted(columns)))
        }
      }
      offset += layout.width
    }
    for (target, values) in [
      ("content", content.map(sample.values(of:))), ("leakage", leakage.map(sample.noises(of:))),
    ] {
      guard let values, values.columns > 0 else { continue }
      parts.append(values)
      groups.append(shifted(0..<values.columns))
      blocks.append(Block(target: target, level: nil, node: nil, columns: shifted(0..<values.columns)))
      offset += values.columns
    }
    targets = Matrix.concatenatingColumns(parts).double
    self.groups = groups
    self.blocks = blocks
  }

  /// The groups and blocks, and again for the same columns with shuffled rows, which stand beside the targets.
  var besideShuffled: (groups: [Range<Int>], blocks: [Block]) {
    let width = targets.columns
    func shifted(_ range: Range<Int>) -> Range<Int> { range.lowerBound + width..<range.upperBound + width }
    let again = blocks.map { block in
      var block = block
      block.columns = shifted(block.columns)
      block.family = block.family.map(shifted)
      return block
    }
    return (groups + groups.map(shifted), blocks + again)
  }
}
