/// A directed network with integer capacities in compressed rows, and a maximum flow in it.
///
/// Goals, in this order: exact integers, no recursion (graphs of a million nodes are deep enough to overflow a stack),
/// speed. Every arc and its reverse lie as 24-byte records in one array grouped by tail, so that a search reads memory
/// in order.
struct FlowNetwork {
  /// An arc of the residual network.
  struct Arc {
    /// The vertex that the arc enters.
    var head: Int32
    /// The position of the arc in the other direction.
    var twin: Int32
    /// The capacity that is left.
    var residual: Int64
    /// The capacity that is left on the twin, so that a search against the arcs need not look it up elsewhere.
    var opposite: Int64
  }

  /// A capacity that no cut of finite weight reaches. Sums of a few of them do not overflow.
  static let unbounded = Int64.max / 8

  let vertexCount: Int
  /// `offsets[v] ..< offsets[v + 1]` are the positions of the arcs out of v.
  let offsets: [Int32]
  var arcs: [Arc]
  /// Distance to the sink in the last search; −1 where the search did not come.
  var depth: [Int32]

  /// The arcs of a network to be, as three parallel lists.
  struct Builder {
    private(set) var tails: [Int32] = []
    private(set) var heads: [Int32] = []
    private(set) var capacities: [Int64] = []

    /// An empty list with room for a number of arcs.
    init(capacity: Int) {
      tails.reserveCapacity(capacity)
      heads.reserveCapacity(capacity)
      capacities.reserveCapacity(capacity)
    }

    /// Adds an arc.
    @inline(__always)
    mutating func add(_ tail: Int, _ head: Int, _ capacity: Int64) {
      tails.append(Int32(truncatingIfNeeded: tail))
      heads.append(Int32(truncatingIfNeeded: head))
      capacities.append(capacity)
    }
  }

  /// Groups the arcs by tail, each with its reverse. O(vertices + arcs).
  ///
  /// - Precondition: every head and tail is below `vertexCount`.
  init(vertexCount: Int, _ builder: Builder) {
    let count = builder.tails.count
    precondition(vertexCount < Int(Int32.max) && 2 * count < Int(Int32.max), "network too large: \(count) arcs")
    var next = [Int32](repeating: 0, count: vertexCount + 1)
    var arcs = [Arc](repeating: Arc(head: 0, twin: 0, residual: 0, opposite: 0), count: 2 * count)
    var offsets: [Int32] = []
    let capacities = builder.capacities
    builder.tails.withUnsafeBufferPointer { tails in
      builder.heads.withUnsafeBufferPointer { heads in
        next.withUnsafeMutableBufferPointer { next in
          for e in 0..<count {
            next[Int(tails[e]) + 1] += 1
            next[Int(heads[e]) + 1] += 1
          }
          for v in 0..<vertexCount { next[v + 1] += next[v] }
          offsets = Array(next)
          arcs.withUnsafeMutableBufferPointer { arcs in
            for e in 0..<count {
              let (tail, head) = (Int(tails[e]), Int(heads[e]))
              let position = next[tail]
              next[tail] += 1
              let twin = next[head]
              next[head] += 1
              arcs[Int(position)] = Arc(head: heads[e], twin: twin, residual: capacities[e], opposite: 0)
              arcs[Int(twin)] = Arc(head: tails[e], twin: position, residual: 0, opposite: capacities[e])
            }
          }
        }
      }
    }
    self.vertexCount = vertexCount
    self.offsets = offsets
    self.arcs = arcs
    depth = [Int32](repeating: -1, count: vertexCount)
  }
}
