internal import MaskedAutoencoding
internal import Specifications

/// What a cell costs beside others, without running it: it balances shards and weighs the time that remains. Only ratios
/// mean anything; `strata sweep plan` measures.
enum CellCost {
  /// Floating-point operations by their leading terms: six for each parameter and sample of a training, and for each mask the
  /// normal equations of the ridge probe on the widest features (the raw input) and the factorization of the kernel.
  static func weight(_ cell: CellSpecification) -> Double {
    let shape = cell.architecture
    let (dimension, width) = (Double(shape.observedDimension), Double(shape.representationWidth))
    let (hidden, layers) = (Double(shape.hiddenWidth), Double(shape.hiddenLayers))
    let parameters = hidden * (3 * dimension + 2 * width) + 2 * max(0, layers - 1) * hidden * hidden
    let training = 6 * Double(cell.training.steps) * Double(cell.training.batchSize) * parameters
    let plan = cell.evaluation
    let encoding = 2 * parameters + 2 * dimension * dimension
    let kernel = Double(plan.kernelRows) * Double(plan.kernelRows) * Double(plan.kernelRows)
    var evaluation = 0.0
    for mode in plan.modes {
      switch mode {
      case .perMask:
        evaluation += Double(max(plan.linearMasks, plan.masks)) * 2 * Double(plan.rows) * encoding
        evaluation += Double(plan.masks) * kernel
      case .pooled, .full: evaluation += 2 * Double(plan.pooledRows) * encoding + kernel
      }
    }
    return training + evaluation
  }
}

/// Part of a sweep: `2/8` is the second of eight. The parts are disjoint and together are the sweep.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// Which part, from 1.
  public let index: Int
  /// How many parts there are.
  public let count: Int

  /// A part; nil unless `1 <= index <= count`.
  public init?(index: Int, count: Int) {
    guard 1 <= index, index <= count else { return nil }
    (self.index, self.count) = (index, count)
  }

  /// A part from text like `2/8`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
    self.init(index: index, count: count)
  }

  /// `2/8`.
  public var description: String { "\(index)/\(count)" }

  /// The part's cells, in the order of the plan.
  func cells(of cells: PlanCells) -> [PlannedCell] {
    var namer = CellNamer(cells)
    return zip(cells.indices, Self.indices(of: cells, count: count)).compactMap { position, part in
      part == index ? namer.cell(at: position) : nil
    }
  }

  /// The part that each cell of a plan belongs to, from 1.
  ///
  /// Cells are dealt out to and fro, the costly ones first, so that the parts cost about the same. It is a pure function of the
  /// plan: every machine that is given the same plan deals alike.
  ///
  /// - Complexity: O(cells log cells), without making the cells.
  static func indices(of cells: PlanCells, count: Int) -> [Int] {
    var weights: [Double] = []
    weights.reserveCapacity(cells.count)
    for (block, end) in zip(cells.blocks, cells.blocks.dropFirst().map(\.start) + [cells.count]) {
      weights += repeatElement(CellCost.weight(block.cell), count: end - block.start)
    }
    let order = cells.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
    var indices = [Int](repeating: 0, count: cells.count)
    for (rank, cell) in order.enumerated() {
      let (round, place) = rank.quotientAndRemainder(dividingBy: count)
      indices[cell] = 1 + (round.isMultiple(of: 2) ? place : count - 1 - place)
    }
    return indices
  }
}
