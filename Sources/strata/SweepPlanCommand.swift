internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Specifications
internal import Sweeps

/// `strata sweep plan`: what a sweep will cost.
struct SweepPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Counts the cells of a plan and estimates what they cost; writes nothing.",
    discussion: """
      A calibration times some training steps and one evaluation of every distinct shape on this machine. --cells lists the \
      cells as CSV instead: their names, SHA-256, settings and seeds.

      Example:
        strata sweep plan plan.yaml --workers 8
      """)

  @Argument(help: ArgumentHelp("The plan, a YAML file.", valueName: "plan"))
  var planPath: String

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp(
      "The folder of the sweep: what is finished there costs nothing (default: a new one).", valueName: "dir"))
  var directory: String?

  @Option(help: "Cells that would run at the same time; default: one for each core.")
  var workers: Int?

  @Flag(name: .customLong("cells"), help: "List the cells as CSV and calibrate nothing.")
  var listsCells = false

  @Option(
    help: ArgumentHelp("With --cells: which of n shards each cell belongs to; default: no such column.", valueName: "n")
  )
  var shards: Int?

  func validate() throws {
    try WorkerCount.validate(workers)
    if let shards, shards < 1 { throw ValidationError("--shards \(shards): give at least 1") }
    if shards != nil, !listsCells { throw ValidationError("--shards \(shards!): give --cells with it") }
    if listsCells, directory != nil { throw ValidationError("--out has no use with --cells") }
  }

  func run() throws {
    try reporting {
      let plan = try SweepPlan.load(planPath)
      if listsCells {
        try PlanListing(plan, shards: shards).write { print($0, terminator: "") }
        return
      }
      let estimate = try SweepEstimate(plan, in: directory.map(SweepDirectory.init))
      let count = WorkerCount.resolve(workers)
      print("\(plan.name): \(estimate.cells) cell\(estimate.cells == 1 ? "" : "s"), \(estimate.finished) finished")
      guard !estimate.shapes.isEmpty else { return }
      let number = NumberFormat(decimals: 2)
      var table = MarkdownTable(
        headings: ["shape", "cells", "training s", "evaluation s"], alignments: [.left, .right, .right, .right])
      for shape in estimate.shapes {
        table.append([
          shape.label, "\(shape.cells)", number.string(shape.training), number.string(shape.evaluation),
        ])
      }
      print(table.text, terminator: "")
      print("one worker: \(ProgressLine.describe(seconds: estimate.total))")
      if count > 1 {
        print("\(count) workers: \(ProgressLine.describe(seconds: estimate.total / Double(count)))")
      }
    }
  }
}
