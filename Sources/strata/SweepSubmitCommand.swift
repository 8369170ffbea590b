internal import ArgumentParser
internal import Foundation
internal import Specifications
internal import Sweeps

/// `strata sweep submit`: a plan on a cluster.
struct SweepSubmitCommand: ParsableCommand {
  /// What runs the tasks.
  enum Engine: String, ExpressibleByArgument, CaseIterable { case slurm }

  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Submits a plan to a cluster: an array of shards, and a merge that sees to what is missing.",
    discussion: """
      DIR must lie on a disk that all nodes see. Every task runs one of as many shards of about the same cost; the merge runs when \
      all have ended, writes DIR/results.csv, and submits the tasks of missing cells again, --retries times at most. The \
      same command again submits what is not finished. DIR/slurm holds the scripts, the logs and what was submitted; \
      'strata sweep status DIR' shows how far it is.

      Example:
        strata sweep submit plan.yaml --out results --partition cpu --time 4:00:00
      """)

  @OptionGroup var sweep: SweepOptions

  @Option(help: "What runs the tasks: slurm. For other schedulers see 'strata sweep run --shard'.")
  var engine = Engine.slurm

  @Option(help: "The partition; default: the cluster's.")
  var partition: String?

  @Option(
    help: ArgumentHelp(
      "Wall time of a task in hours, minutes and seconds, such as 4:00:00; default: the partition's.", valueName: "time"
    ))
  var time: String?

  @Option(
    name: .customLong("mem"),
    help: ArgumentHelp("Memory of a task, such as 4G; default: the partition's.", valueName: "size"))
  var memory: String?

  @Option(help: "Processors of a task, and cells that it runs at the same time.")
  var cpusPerTask = 1

  @Option(help: "Tasks at most; Slurm's own limit is 1000 unless the cluster's MaxArraySize says more.")
  var arraySize = 1000

  @Option(help: "Cells in a task at most; default: as few as --array-size allows.")
  var cellsPerTask: Int?

  @Option(help: "How often missing cells are submitted again.")
  var retries = 3

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A further option of sbatch, such as --account=physics; may be repeated.", valueName: "option"))
  var sbatchOption: [String] = []

  @Flag(help: "Print the scripts; write and submit nothing.")
  var dryRun = false

  @Flag(help: "Wait until all jobs have ended; the exit code is 75 if cells are missing or failed.")
  var wait = false

  func validate() throws {
    for (option, value, least) in [
      ("--cpus-per-task", cpusPerTask, 1), ("--array-size", arraySize, 1), ("--cells-per-task", cellsPerTask ?? 1, 1),
      ("--retries", retries, 0),
    ] where value < least {
      throw ValidationError("\(option) \(value): give at least \(least)")
    }
  }

  func run() throws {
    try reporting {
      let plan = try SweepPlan.load(sweep.planPath)
      let directory = SweepDirectory(sweep.directory)
      let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
      let submission = SlurmSubmission(plan, in: directory, options: options, program: program)
      let receipt = try submission.run(isDry: dryRun)
      let count = "\(receipt.pending) of \(receipt.cells) cells"
      if receipt.tasks.isEmpty {
        print("all \(receipt.cells) cells are there: 'strata sweep merge \(sweep.directory) --out \(sweep.directory)'")
        return
      }
      guard let array = receipt.array, let merge = receipt.merge else {
        print("# \(count) in tasks \(receipt.tasks): sbatch --array=\(receipt.tasks) \(sweep.directory)/slurm/task.sh")
        print(receipt.taskScript)
        print("# sbatch --dependency=afterany:JOB \(sweep.directory)/slurm/merge.sh")
        print(receipt.mergeScript, terminator: "")
        return
      }
      print("\(count) in tasks \(receipt.tasks) of job \(array), merged by job \(merge)")
      print("'strata sweep status \(sweep.directory)' shows how far it is, 'scancel \(merge) \(array)' ends it")
      if wait { try finish(directory, plan) }
    }
  }

  private var options: SlurmOptions {
    var options = SlurmOptions()
    (options.partition, options.time, options.memory) = (partition, time, memory)
    (options.processors, options.arraySize, options.cellsPerTask) = (cpusPerTask, arraySize, cellsPerTask)
    (options.retries, options.extra) = (retries, sbatchOption)
    return options
  }

  /// Waits, and says what has come of it.
  private func finish(_ directory: SweepDirectory, _ plan: SweepPlan) throws {
    try SlurmQueue.wait(for: directory)
    let status = try SweepStatus(of: directory, plan: plan)
    print("\(status.done) of \(status.total) cells: \(sweep.directory)/results.csv")
    guard status.done == status.total else {
      throw SpecificationError(
        file: sweep.directory,
        "\(status.failed.count) cells failed, \(status.total - status.done - status.failed.count) are missing",
        remedy: "see \(sweep.directory)/slurm/log, then give the same command again", status: .temporaryFailure)
    }
  }
}
