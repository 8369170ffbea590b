internal import ArgumentParser
internal import Foundation
internal import Specifications
internal import Sweeps

/// `strata report`: a sweep's folder as a page, tables and figures.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes a sweep's results as a web page, tables for papers, and figures.",
    discussion: """
      Reads what is finished in DIR, the folder of 'strata sweep run', and writes report.html, which needs no network, \
      tables/ in Markdown, CSV and LaTeX, and figures/ in SVG, PDF and PNG. The same results give the same bytes. A report \
      that stands in the output folder is replaced as a whole; nothing else is overwritten.

      Example:
        strata report results --target z --target epsilon
      """)

  @Argument(help: ArgumentHelp("The folder of a sweep.", valueName: "dir"))
  var directory: String

  @Option(
    name: .customLong("out"), help: ArgumentHelp("The folder of the report; default: DIR/report.", valueName: "dir"))
  var output: String?

  @Option(help: "What is recovered: z, epsilon, content, leakage; may be repeated; default: the plan's first.")
  var target: [String] = []

  @Option(help: "The score, a metric of the plan such as r2_linear; may be repeated; default: the plan's first.")
  var metric: [String] = []

  @OptionGroup var rows: RowOptions

  @OptionGroup var bootstrap: BootstrapOptions

  @Flag(name: .customLong("no-figures"), help: "Write no figures, for which gnuplot and Graphviz are needed.")
  var withoutFigures = false

  func run() throws {
    try reporting {
      let place = output ?? "\(directory.hasSuffix("/") ? String(directory.dropLast()) : directory)/report"
      let plans = try SweepFolder(directory)
      let programs = withoutFigures ? nil : try FigurePrograms()
      let (outcome, missing) = try SweepDirectory(directory).finished(plans.plan)
      guard !outcome.cells.isEmpty else {
        throw SpecificationError(
          file: directory, "no cell is finished here", remedy: "run 'strata sweep run' to its end first",
          status: .noInput)
      }
      let tables = try selections(plans).map { selection in
        RecoveryTables(
          outcome, plan: plans.plan, selection: selection, showsNormalised: rows.normalised, missing: missing)
      }
      Interruption.end { "interrupted: no report was written" }
      let folder = try ReportFolder(place)
      do {
        try SweepReport(folder: plans, tables: tables, programs: programs).write(into: folder)
        try folder.publish()
      } catch {
        folder.discard()
        throw error
      }
      print("\(place)/report.html")
    }
  }

  /// Every target in every metric that was asked for, in that order, none twice.
  private func selections(_ sweep: SweepFolder) throws -> [TableSelection] {
    let targets: [String?] = target.isEmpty ? [nil] : target
    let metrics: [String?] = metric.isEmpty ? [nil] : metric
    var result: [TableSelection] = []
    for target in targets {
      for metric in metrics {
        let selection = try TableSelection(
          target: target, metric: metric, bootstrap: bootstrap, plan: sweep.plan, file: sweep.planPath)
        if !result.contains(where: { $0.target == selection.target && $0.metric == selection.metric }) {
          result.append(selection)
        }
      }
    }
    return result
  }
}

/// What a sweep's folder says of itself.
struct SweepFolder {
  /// `DIR/plan.resolved.yaml`.
  let planPath: String
  let plan: SweepPlan
  /// What the comments at the head of the plan say of the machine, `CPU` beside `AMD EPYC`.
  let provenance: [(name: String, value: String)]
  /// Lines of the plan that stand for themselves, `noise` beside `gaussian`.
  let settings: [(name: String, value: String)]

  /// - Throws: `SpecificationError` if the folder is not a sweep's, or the plan cannot be read.
  init(_ path: String) throws {
    planPath = "\(path)/plan.resolved.yaml"
    guard FileManager.default.fileExists(atPath: planPath) else { throw Self.noSweep(path) }
    plan = try SweepPlan.load(planPath)
    let text = FileManager.default.contents(atPath: planPath).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n")
    provenance = lines.prefix { $0.hasPrefix("#") }.compactMap { line in
      let text = line.dropFirst(2)
      if let rest = text.removingPrefix("Resolved by ") { return ("run by", String(rest.prefix { $0 != ":" })) }
      if let rest = text.removingPrefix("built with ") { return ("built with", String(rest)) }
      let pair = text.split(separator: ":", maxSplits: 1)
      // The number of cells is counted where results are.
      guard pair.count == 2, pair[0] != "cells" else { return nil }
      return (String(pair[0]), String(pair[1].drop { $0 == " " }))
    }
    settings = ["noise", "interventions", "mask", "model", "training"].compactMap { key in
      guard let index = lines.firstIndex(where: { $0.hasPrefix("\(key):") }) else { return nil }
      let own = lines[index].dropFirst(key.count + 1).drop { $0 == " " }
      let block = lines[(index + 1)...].prefix { $0.hasPrefix("  ") }.map { $0.drop { $0 == " " } }
      let text = own.isEmpty ? block.joined(separator: ", ") : String(own)
      // The braces around a short mapping say nothing to a reader.
      let isMapping = text.hasPrefix("{") && text.hasSuffix("}")
      return (key, isMapping ? String(text.dropFirst().dropLast()) : text)
    }
  }

  private static func noSweep(_ path: String) -> SpecificationError {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      return SpecificationError(
        file: path, "there is no such folder", remedy: "give the folder of a 'strata sweep run'", status: .noInput)
    }
    guard isDirectory.boolValue else {
      return SpecificationError(
        file: path, "this is a file", remedy: "give the folder of a 'strata sweep run'", status: .noInput)
    }
    let sweeps = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted().filter {
      FileManager.default.fileExists(atPath: "\(path)/\($0)/plan.resolved.yaml")
    }
    let found = (sweeps ?? []).prefix(3).map { "\(path)/\($0)" }
    return SpecificationError(
      file: path, "there is no plan.resolved.yaml, so this is not the folder of a sweep",
      remedy: found.isEmpty
        ? "run 'strata sweep run PLAN --out \(path)' first"
        : "give the folder of one sweep: \(found.joined(separator: ", "))",
      status: .noInput)
  }
}

extension Substring {
  /// What follows a prefix; nil without it.
  fileprivate func removingPrefix(_ prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
