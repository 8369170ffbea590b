/// "Did you mean …?" for mistyped keys and names.
package enum Suggestion {
  /// The remedy for an unknown word: the nearest known one, then all of them (none of it if nothing is allowed).
  package static func remedy(for word: String, among known: [String]) -> String {
    guard !known.isEmpty else { return "remove it" }
    let all = known.count == 1 ? "use '\(known[0])'" : "use one of \(known.joined(separator: ", "))"
    guard let near = nearest(to: word, among: known) else { return all }
    return "did you mean '\(near)'? \(all)"
  }

  /// The known word with the fewest edits, if they are at most a third of the length (at least one).
  package static func nearest(to word: String, among known: [String]) -> String? {
    let normal = word.lowercased().replacing("-", with: "_")
    let scored = known.map { ($0, distance(normal, $0.lowercased())) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, best.0.count / 3) else { return nil }
    return best.0
  }

  /// The number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string
  /// alignment). Long words are compared by their first 64 characters.
  package static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.prefix(64)), Array(b.prefix(64)))
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var older = [Int](repeating: 0, count: b.count + 1)
    var old = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        row[j] = min(old[j] + 1, row[j - 1] + 1, old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], older[j - 2] + 1) }
      }
      (older, old) = (old, row)
    }
    return old[b.count]
  }
}
