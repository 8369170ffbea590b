/// Probabilities (or weighted probabilities) by number of masked patches, where they are not negligible.
private struct Profile {
  /// The number that `values[0]` belongs to.
  var start = 0
  var values: [Double] = []

  /// Probabilities below this are dropped: they stand beside sums of order 1.
  static let negligible = 1e-24

  /// Adds `scale` times another profile shifted by `shift`.
  mutating func add(_ other: Profile, scale: Double, shift: Int) {
    guard scale != 0, !other.values.isEmpty else { return }
    reserve(other.start + shift, other.values.count)
    let offset = other.start + shift - start
    values.withUnsafeMutableBufferPointer { target in
      other.values.withUnsafeBufferPointer { source in
        for i in source.indices { target[offset + i] += scale * source[i] }
      }
    }
  }

  /// Adds one number.
  mutating func add(_ value: Double, at index: Int) {
    guard value != 0 else { return }
    reserve(index, 1)
    values[index - start] += value
  }

  /// Adds the product of two profiles: numbers of masked patches add up.
  mutating func addProduct(_ a: Profile, _ b: Profile) {
    guard !a.values.isEmpty, !b.values.isEmpty else { return }
    reserve(a.start + b.start, a.values.count + b.values.count - 1)
    let offset = a.start + b.start - start
    let (long, short) = a.values.count > b.values.count ? (a.values, b.values) : (b.values, a.values)
    values.withUnsafeMutableBufferPointer { target in
      long.withUnsafeBufferPointer { long in
        short.withUnsafeBufferPointer { short in
          for i in short.indices {
            let factor = short[i]
            let row = target.baseAddress! + offset + i
            for j in long.indices { row[j] += factor * long[j] }
          }
        }
      }
    }
  }

  /// Makes room for `count` numbers from `first` on.
  private mutating func reserve(_ first: Int, _ count: Int) {
    if values.isEmpty {
      (start, values) = (first, [Double](repeating: 0, count: count))
      return
    }
    if first < start {
      values.insert(contentsOf: [Double](repeating: 0, count: start - first), at: 0)
      start = first
    }
    let missing = first + count - start - values.count
    if missing > 0 { values.append(contentsOf: repeatElement(0, count: missing)) }
  }

  /// Drops negligible numbers at both ends.
  mutating func trim() {
    guard let first = values.firstIndex(where: { abs($0) > Self.negligible }),
      let last = values.lastIndex(where: { abs($0) > Self.negligible })
    else {
      values = []
      return
    }
    if first > 0 || last < values.count - 1 { (start, values) = (start + first, Array(values[first...last])) }
  }

  subscript(index: Int) -> Double { values.indices.contains(index - start) ? values[index - start] : 0 }
}

extension PatchTree {
  /// A weighted sum over masks, and its derivative with respect to marks on sinks.
  struct Sum {
    /// Σ P(mask) · Π_{v ∈ c} weight(level v), over the masks with a non-empty content.
    let value: Double
    /// Σ P(mask) · Π_{v ∈ c} weight(level v) · Σ_{v ∈ c} mark(level v).
    let marked: Double
  }

  /// What is known of the masks of one subtree.
  fileprivate struct State {
    var patches = 0
    /// P(all masked), P(all visible).
    var (masked, visible) = (1.0, 1.0)
    /// Whole children of one colour each, not all of the same: the root of the subtree would be a sink.
    var divided = Profile()
    /// Content lies inside: weighted by Π weight; and the same with marks.
    var inside = Profile()
    var marked = Profile()
  }

  /// The sum over all masks, each patch masked independently with probability `ratio`; `count` restricts it to masks with
  /// exactly that many masked patches.
  ///
  /// Counts are followed only if `count` is given; otherwise every number of masked patches is booked under 0.
  ///
  /// - Parameters:
  ///   - weights: By level; 0 forbids content there.
  ///   - marks: By level.
  /// - Complexity: O(Σ over shapes of the products of their children's profile lengths).
  func sum(ratio: Double, count: Int?, weights: [Double], marks: [Double]?) -> Sum {
    var states: [State] = []
    states.reserveCapacity(shapes.count)
    for shape in shapes {
      guard !shape.children.isEmpty else {
        states.append(State(patches: count == nil ? 0 : 1, masked: ratio, visible: 1 - ratio))
        continue
      }
      var state = State()
      var isFirst = true
      for child in shape.children {
        if isFirst {
          state = states[child]
          isFirst = false
        } else {
          state.join(states[child], hasMarks: marks != nil)
        }
      }
      if shape.level >= 0 {
        state.inside.add(state.divided, scale: weights[shape.level], shift: 0)
        if let marks { state.marked.add(state.divided, scale: weights[shape.level] * marks[shape.level], shift: 0) }
      }
      state.divided = Profile()
      state.inside.trim()
      state.marked.trim()
      states.append(state)
    }
    let top = states[states.count - 1]
    return Sum(value: top.inside[count ?? 0], marked: top.marked[count ?? 0])
  }
}

extension PatchTree.State {
  /// Adds one more child to the children joined so far.
  fileprivate mutating func join(_ child: Self, hasMarks: Bool) {
    let (whole, divided) = (self, self.divided)
    if hasMarks {
      marked = Profile()
      marked.add(whole.marked, scale: child.masked, shift: child.patches)
      marked.add(whole.marked, scale: child.visible, shift: 0)
      marked.addProduct(whole.marked, child.inside)
      var others = whole.inside
      others.add(divided, scale: 1, shift: 0)
      others.add(whole.masked, at: whole.patches)
      others.add(whole.visible, at: 0)
      marked.addProduct(others, child.marked)
    }
    inside = Profile()
    inside.add(whole.inside, scale: child.masked, shift: child.patches)
    inside.add(whole.inside, scale: child.visible, shift: 0)
    inside.addProduct(whole.inside, child.inside)
    inside.add(child.inside, scale: whole.masked, shift: whole.patches)
    inside.add(child.inside, scale: whole.visible, shift: 0)
    inside.addProduct(divided, child.inside)
    self.divided = Profile()
    self.divided.add(divided, scale: child.masked, shift: child.patches)
    self.divided.add(divided, scale: child.visible, shift: 0)
    self.divided.add(whole.masked * child.visible, at: whole.patches)
    self.divided.add(whole.visible * child.masked, at: child.patches)
    patches += child.patches
    masked *= child.masked
    visible *= child.visible
  }
}
