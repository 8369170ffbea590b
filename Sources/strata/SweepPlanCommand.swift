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
      A calibration times some training steps and one evaluation of every distinct shape on this machine.

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

  func validate() throws {
    try WorkerCount.validate(workers)
  }

  func run() throws {
    try reporting {
      let plan = try SweepPlan.load(planPath)
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
