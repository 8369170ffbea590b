public import LinearAlgebra

/// The assignment of rows to columns with the largest total weight, by shortest augmenting paths (Jonker & Volgenant 1987,
/// in the form of Crouse 2016 that SciPy uses). No enumeration of permutations.
///
/// - Parameter weights: Shape (r, c), finite.
/// - Returns: For each row the column that it is assigned to, or nil where r > c leaves it without one; min(r, c) pairs.
/// - Complexity: O(min(r, c)² · max(r, c)).
public func maximumAssignment(_ weights: Matrix<Double>) -> [Int?] {
  precondition(weights.isFinite, "assignment of weights that are not finite")
  guard weights.rows <= weights.columns else {
    var result = [Int?](repeating: nil, count: weights.rows)
    for (column, row) in maximumAssignment(weights.transposed()).enumerated() { if let row { result[row] = column } }
    return result
  }
  let (rows, columns) = (weights.rows, weights.columns)
  // Dual variables u of rows and v of columns keep all reduced costs −w − u − v ≥ 0, with 0 on assigned pairs.
  var (u, v) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: columns))
  var rowOf = [Int?](repeating: nil, count: columns)
  var result = [Int?](repeating: nil, count: rows)
  for start in 0..<rows {
    var shortest = [Double](repeating: .infinity, count: columns)
    var before = [Int](repeating: start, count: columns)
    var visited = [Bool](repeating: false, count: columns)
    var (row, reached, sink) = (start, 0.0, -1)
    while sink < 0 {
      var next = -1
      for j in 0..<columns where !visited[j] {
        let length = reached - weights[row, j] - u[row] - v[j]
        if length < shortest[j] { (shortest[j], before[j]) = (length, row) }
        if next < 0 || shortest[j] < shortest[next] || (shortest[j] == shortest[next] && rowOf[j] == nil) { next = j }
      }
      reached = shortest[next]
      visited[next] = true
      if let owner = rowOf[next] { row = owner } else { sink = next }
    }
    u[start] += reached
    for j in 0..<columns where visited[j] {
      if let owner = rowOf[j] { u[owner] += reached - shortest[j] }
      v[j] -= reached - shortest[j]
    }
    var column = sink
    while true {
      let owner = before[column]
      rowOf[column] = owner
      let previous = result[owner]
      result[owner] = column
      guard owner != start, let previous else { break }
      column = previous
    }
  }
  return result
}
