/// What goes between a sweep and its worker processes: one JSON value a line.
enum CellMessages {
  /// The first line to a worker; every line after it is a cell's place in the plan, a space, and its name.
  struct Setup: Codable, Sendable {
    /// The resolved plan.
    var plan: String
    /// The sweep's folder, for checkpoints and models.
    var directory: String
  }

  /// The answer to each cell.
  struct Reply: Codable, Sendable {
    /// The result, unless something is wrong.
    var result: CellResult?
    /// Why this cell failed.
    var failure: String?
    /// Why the sweep must end, and its exit code.
    var end: String?
    var status: Int32?
    /// The peak resident size over this cell, in bytes.
    var peakMemory: Int?
  }
}
