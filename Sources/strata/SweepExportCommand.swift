internal import ArgumentParser
internal import Foundation
internal import Specifications
internal import Sweeps

/// `strata sweep export`: the store as text.
struct SweepExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Prints what a sweep has stored, as CSV or JSON; runs nothing.",
    discussion: """
      --csv prints every score, as results.csv has them; --csv --cells a row for each cell, failed ones too, with its status, \
      cost and provenance; --json the same as one object a line, with the scores in it.

      Example:
        strata sweep export results --csv --cells
      """)

  @Argument(help: ArgumentHelp("The folder of the sweep.", valueName: "dir"))
  var directory: String

  @Flag(help: "Print CSV.")
  var csv = false

  @Flag(help: "With --csv: a row for each cell instead of each score.")
  var cells = false

  @Flag(help: "Print JSON, one object for each cell, one a line.")
  var json = false

  @Option(name: .customLong("plan"), help: ArgumentHelp("The plan; default: the last one run.", valueName: "plan"))
  var planPath: String?

  func validate() throws {
    guard csv != json else { throw ValidationError("give either --csv or --json") }
    if cells, json { throw ValidationError("--cells goes with --csv; --json has both") }
  }

  func run() throws {
    try reporting {
      let plan = try planPath.map { try SweepPlan.load($0) }
      let export = try SweepExport(SweepDirectory(directory), plan: plan)
      try export.write(json ? .json : cells ? .cells : .scores) { print($0, terminator: "") }
    }
  }
}
