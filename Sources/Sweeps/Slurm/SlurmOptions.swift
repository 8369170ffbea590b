/// What a submission asks of Slurm, and how a sweep is cut into tasks.
public struct SlurmOptions: Sendable {
  /// The partition; nil for the cluster's default.
  public var partition: String?
  /// Wall time of a task, as Slurm writes it (`4:00:00`); nil for the partition's default.
  public var time: String?
  /// Memory of a task, as Slurm writes it (`4G`); nil for the partition's default.
  public var memory: String?
  /// Processors of a task, and cells that it runs at the same time.
  public var processors = 1
  /// Tasks at most; Slurm's own limit, `MaxArraySize`, is 1001 where nobody has raised it, which allows 1000.
  public var arraySize = 1000
  /// Cells in a task at most; nil for as few as ``arraySize`` allows.
  public var cellsPerTask: Int?
  /// How often missing cells are submitted again, and how often a task whose worker was killed is queued again.
  public var retries = 3
  /// Further options of sbatch, each as it stands behind `#SBATCH`.
  public var extra: [String] = []

  /// The defaults.
  public init() {}

  /// Tasks for a number of cells, at least one.
  ///
  /// - Returns: nil if ``cellsPerTask`` needs more than ``arraySize``.
  /// - Precondition: ``arraySize`` and ``cellsPerTask`` are positive.
  func tasks(for cells: Int) -> Int? {
    guard let cellsPerTask else { return max(1, min(cells, arraySize)) }
    let tasks = max(1, (cells + cellsPerTask - 1) / cellsPerTask)
    return tasks <= arraySize ? tasks : nil
  }
}
