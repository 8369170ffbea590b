internal import Datasets
internal import FoundationEssentials
internal import GenerativeModels
internal import Glibc
internal import MaskedAutoencoding
internal import Specifications

/// The files in which cells keep the state of their training: one while it runs, and the final one if it is wanted.
struct CellCheckpoints: Sendable {
  /// The plan of the sweep.
  let plan: SweepPlan
  /// The sweep's folder.
  let directory: String
  /// Steps between two checkpoints; nil for none.
  let interval: Int?
  /// Whether the final state is kept.
  let keepsModels: Bool

  private func path(_ folder: String, _ cell: CellSpecification) -> String {
    "\(directory)/\(folder)/\(cell.identifier).safetensors"
  }

  /// The step to stop at for the next checkpoint.
  func nextStop(after step: Int, of steps: Int) -> Int {
    interval.map { min(steps, (step / $0 + 1) * $0) } ?? steps
  }

  /// The training where its last checkpoint left it; nil if there is none that is whole and of this very cell.
  func resume(_ cell: CellSpecification) -> Trainer? {
    guard interval != nil, let file = try? Safetensors(contentsOf: path("checkpoints", cell)),
      file.metadata["cell"] == cell.canonicalText
    else { return nil }
    return try? Trainer(resuming: Checkpoint(tensors: file.tensors, metadata: file.metadata))
  }

  /// Replaces the checkpoint of a running cell.
  func save(_ checkpoint: Checkpoint, of cell: CellSpecification) throws {
    try write(checkpoint, cell, folder: "checkpoints")
  }

  /// Keeps the final state, a copy of all parameters and moments, if it is wanted, with the plan of this cell and the
  /// generator itself: what ``KeptModel`` reads. The checkpoint of the running training stays until ``remove(_:)``.
  func finish(
    _ checkpoint: @autoclosure () -> Checkpoint, of cell: CellSpecification, generator: GenerativeModel
  ) throws {
    guard keepsModels else { return }
    try write(checkpoint(), cell, folder: "models", adding: try KeptModel.entries(plan, cell, generator))
  }

  /// Removes the checkpoint of a cell whose result is published.
  func remove(_ cell: CellSpecification) {
    if interval != nil { unlink(path("checkpoints", cell)) }
  }

  private func write(
    _ checkpoint: Checkpoint, _ cell: CellSpecification, folder: String, adding entries: [String: String] = [:]
  ) throws {
    try OutputFolder.create("\(directory)/\(folder)")
    let metadata = checkpoint.metadata.merging(["cell": cell.canonicalText]) { _, new in new }
      .merging(entries) { _, new in new }
    try Safetensors(tensors: checkpoint.tensors, metadata: metadata).write(to: path(folder, cell))
  }
}
