public import Specifications

/// How a sweep is run. Nothing here changes a bit of any result.
public struct SweepRunnerOptions: Sendable {
  /// Part of the cells only; nil for all.
  public var shard: Shard?
  /// Limits of every cell, on top of those of the plan; cells with limits are run in processes of their own.
  public var limits = CellLimits()
  /// The program that runs cells in processes of their own; nil where there is none, so that limits are an error.
  public var worker: CellWorkerProgram?
  /// Whether cells run in processes of their own even without limits, so that one that crashes takes nothing with it.
  public var isolates = false
  /// Whether cells that failed before are run again.
  public var retriesFailed = false
  /// Whether a damaged store is replaced by what is sound of it.
  public var recovers = false

  /// The defaults: all cells, in this process.
  public init() {}
}

/// A program that runs ``CellWorker``: for `strata`, itself with the hidden subcommand `sweep cell-worker`.
public struct CellWorkerProgram: Sendable {
  /// The executable's path.
  public let path: String
  /// Arguments after its name.
  public let arguments: [String]

  /// A program with its arguments.
  public init(path: String, arguments: [String]) { (self.path, self.arguments) = (path, arguments) }
}
