extension FlowNetwork {
  /// Sends a maximum flow from `source` to `sink` (Dinic 1970) and returns its value.
  ///
  /// Afterwards `arcs` hold the residual capacities, and ``reachable(from:)`` and ``reaching(_:)`` tell the two extreme
  /// minimum cuts.
  ///
  /// - Complexity: O(V²·E) at worst; with unit vertex capacities O(E·√V), and near-linear on layered graphs.
  mutating func maximumFlow(from source: Int, to sink: Int) -> Int64 {
    var (total, queue) = (Int64(0), [Int32](repeating: 0, count: vertexCount))
    var (current, path) = ([Int32](repeating: 0, count: vertexCount), [Int32]())
    while search(from: source, to: sink, queue: &queue) {
      total += blockingFlow(from: source, to: sink, current: &current, path: &path)
    }
    return total
  }

  /// Breadth first from the sink against arcs with capacity left; stops after the layer of the source. Distances *to* the
  /// sink rather than from the source spare the blocking flow almost all dead ends.
  private mutating func search(from source: Int, to sink: Int, queue: inout [Int32]) -> Bool {
    offsets.withUnsafeBufferPointer { offsets in
      arcs.withUnsafeBufferPointer { arcs in
        depth.withUnsafeMutableBufferPointer { depth in
          queue.withUnsafeMutableBufferPointer { queue in
            depth.update(repeating: -1)
            depth[sink] = 0
            queue[0] = Int32(sink)
            var (read, write) = (0, 1)
            while read < write {
              let v = Int(queue[read])
              read += 1
              let next = depth[v] + 1
              if depth[source] >= 0, next > depth[source] { break }
              for e in Int(offsets[v])..<Int(offsets[v + 1]) where arcs[e].opposite > 0 {
                let head = Int(arcs[e].head)
                if depth[head] < 0 {
                  depth[head] = next
                  queue[write] = Int32(head)
                  write += 1
                }
              }
            }
            return depth[source] >= 0
          }
        }
      }
    }
  }

  /// A blocking flow in the layered network of the last search: depth first with an explicit path; `current` remembers
  /// for each vertex the first arc that may still lead on, so that every arc is given up at most once.
  private mutating func blockingFlow(from source: Int, to sink: Int, current: inout [Int32], path: inout [Int32])
    -> Int64
  {
    path.removeAll(keepingCapacity: true)
    path.reserveCapacity(Int(depth[source]) + 1)
    return offsets.withUnsafeBufferPointer { offsets in
      arcs.withUnsafeMutableBufferPointer { arcs in
        depth.withUnsafeMutableBufferPointer { depth in
          current.withUnsafeMutableBufferPointer { current in
            _ = current.update(fromContentsOf: offsets[0..<current.count])
            var (total, v) = (Int64(0), source)
            while true {
              if v == sink {
                var amount = FlowNetwork.unbounded
                for e in path { amount = min(amount, arcs[Int(e)].residual) }
                var firstFull = path.count
                for index in stride(from: path.count - 1, through: 0, by: -1) {
                  let e = Int(path[index])
                  let twin = Int(arcs[e].twin)
                  arcs[e].residual -= amount
                  arcs[e].opposite += amount
                  arcs[twin].residual += amount
                  arcs[twin].opposite -= amount
                  if arcs[e].residual == 0 { firstFull = index }
                }
                total += amount
                // Go on from the tail of the first arc that is now full.
                v = Int(arcs[Int(arcs[Int(path[firstFull])].twin)].head)
                path.removeLast(path.count - firstFull)
                continue
              }
              let (end, next) = (offsets[v + 1], depth[v] - 1)
              var e = current[v]
              while e < end, arcs[Int(e)].residual == 0 || depth[Int(arcs[Int(e)].head)] != next { e += 1 }
              current[v] = e
              if e < end {
                path.append(e)
                v = Int(arcs[Int(e)].head)
              } else {
                guard let last = path.popLast() else { break }
                depth[v] = -1
                v = Int(arcs[Int(arcs[Int(last)].twin)].head)
                current[v] += 1
              }
            }
            return total
          }
        }
      }
    }
  }

  /// The vertices that a vertex reaches over arcs with capacity left. After a maximum flow, from the source: the smallest
  /// source side of a minimum cut.
  func reachable(from source: Int) -> [Bool] { closure(of: source, forward: true) }

  /// The vertices that reach a vertex over arcs with capacity left. After a maximum flow, for the sink: the smallest sink
  /// side of a minimum cut.
  func reaching(_ sink: Int) -> [Bool] { closure(of: sink, forward: false) }

  private func closure(of start: Int, forward: Bool) -> [Bool] {
    var (found, open) = ([Bool](repeating: false, count: vertexCount), [Int32(start)])
    found[start] = true
    while let vertex = open.popLast() {
      let v = Int(vertex)
      for e in Int(offsets[v])..<Int(offsets[v + 1]) {
        let head = Int(arcs[e].head)
        if !found[head], (forward ? arcs[e].residual : arcs[e].opposite) > 0 {
          found[head] = true
          open.append(Int32(head))
        }
      }
    }
    return found
  }
}
