internal import ArgumentParser
internal import Specifications
internal import Sweeps

/// `strata sweep slurm-merge`: what the merge job of a submission runs.
struct SweepSlurmMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slurm-merge",
    abstract: "Merges the shards of a submission, and submits again what is missing.", shouldDisplay: false)

  @Argument(help: ArgumentHelp("The folder of the sweep.", valueName: "dir"))
  var directory: String

  func run() throws {
    try reporting {
      let outcome = try SlurmMerge(in: SweepDirectory(directory)).run()
      let merge = outcome.merge
      print(
        "\(merge.finished) of \(merge.total) cells: \(directory)/results.csv "
          + "(\(merge.stores) stores, \(merge.duplicates) cells came twice, \(merge.differing) of these with other scores)"
      )
      if let again = outcome.resubmitted {
        print("\(merge.missing.count) cells are missing: tasks \(again.tasks) are submitted again as job \(again.job)")
      } else if !merge.missing.isEmpty {
        throw SpecificationError(
          file: directory,
          "\(merge.missing.count) of \(merge.total) cells are missing after all retries: \(listed(merge.missing))",
          remedy: "see \(directory)/slurm/log, then give 'strata sweep submit' again", status: .temporaryFailure)
      }
      try reportFailures(merge.failures, of: merge.total, in: directory)
    }
  }
}
