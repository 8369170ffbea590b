internal import Foundation
internal import GenerativeModels
internal import HierarchicalGraphs
internal import Recovery
internal import Reporting
internal import Specifications
internal import Sweeps

/// The files of a report: page, tables and figures of one sweep.
struct SweepReport {
  let folder: SweepFolder
  /// The tables of every target and metric.
  let tables: [RecoveryTables]
  /// Nil for a report without figures.
  let programs: FigurePrograms?

  private var plan: SweepPlan { folder.plan }
  private var outcome: SweepOutcome { tables[0].outcome }

  /// Writes everything into a folder under construction.
  ///
  /// - Throws: what the drawing programs, the disk, or a graph that cannot be drawn give rise to.
  func write(into output: ReportFolder) throws {
    var names = FileNames()
    var sections: [ReportPage.Section] = []
    for graph in plan.graphs { sections.append(try graphSection(graph, names: &names, output: output)) }
    try output.makeFolder("tables")
    for tables in tables {
      for summary in tables.summaries {
        sections.append(try section(summary, of: tables, names: &names, output: output))
      }
    }
    for tables in tables { sections += try doseSections(tables, names: &names, output: output) }
    try output.write(page(sections).html, as: ReportFolder.page)
  }

  // MARK: The page

  private func page(_ sections: [ReportPage.Section]) -> ReportPage {
    let missing = tables[0].missing
    let diverged = outcome.cells.filter { $0.result.divergence != nil }
    var warnings: [String] = []
    if missing > 0 {
      warnings.append(
        "\(missing) of \(outcome.cells.count + missing) cells are not finished; figures and tables show the others.")
    }
    for (cell, result) in diverged.prefix(20) {
      warnings.append(
        "Cell \(result.cell) (graph \(cell.graph.name), \(cell.generatorLabel), mask ratio \(cell.maskRatio), patch size "
          + "\(cell.patchSize), generator seed \(cell.generatorSeed), training seed \(cell.trainingSeed)) has no scores: "
          + "\(result.divergence ?? "").")
    }
    if diverged.count > 20 { warnings.append("\(diverged.count - 20) further cells have no scores.") }
    return ReportPage(
      title: plan.name,
      subtitle:
        "Recovery of latent variables by masked autoencoders: a sweep of \(outcome.cells.count + missing) cells, reported by strata \(StrataVersion.current).",
      facts: facts(diverged: diverged.count), warnings: warnings, sections: sections)
  }

  private func facts(diverged: Int) -> [ReportPage.Fact] {
    func list(_ values: some Sequence<some CustomStringConvertible>) -> String {
      values.map(\.description).joined(separator: ", ")
    }
    let seconds = outcome.cells.reduce(0) { $0 + $1.result.seconds }
    var facts: [ReportPage.Fact] = [
      .init("graphs", list(plan.graphs.map(\.name))), .init("mechanisms", list(plan.mechanisms.map(\.label))),
    ]
    facts += folder.settings.map { .init($0.name, $0.value) }
    if !plan.maskRatios.isEmpty {
      facts += [.init("mask ratios", list(plan.maskRatios)), .init("patch sizes", list(plan.patchSizes))]
    }
    facts += [
      .init("widths", list(plan.widths)), .init("generator seeds", list(plan.generatorSeeds)),
      .init("training seeds", list(plan.trainingSeeds)),
      .init("cells finished", "\(outcome.cells.count) of \(outcome.cells.count + tables[0].missing)"),
      .init("cells without scores (diverged)", "\(diverged)"),
      .init("time of the cells, summed", "\(NumberFormat(decimals: 0).string(seconds)) s"),
    ]
    return facts + folder.provenance.map { .init($0.name, $0.value) }
  }

  // MARK: Tables and their figures

  private func section(
    _ summary: RecoverySummary, of tables: RecoveryTables, names: inout FileNames, output: ReportFolder
  ) throws -> ReportPage.Section {
    let table = tables.table(summary)
    let subject = summary.subject
    let name = names.unique([
      subject.graph, subject.mechanism, "width\(subject.width)", subject.evaluation, subject.target, subject.metric,
    ])
    try output.write(table.markdown, as: "tables/\(name).md")
    try output.write(tables.csv(of: summary), as: "tables/\(name).csv")
    try output.write(table.latex(name: name), as: "tables/\(name).tex")

    var figures: [ReportPage.Figure] = []
    if let programs {
      var drawings: [(String, String, GnuplotFigure?)] = table.blocks.map { block in
        (
          "patch\(block.patchSize ?? 0)",
          "Recovery over mask ratio, patch size \(block.patchSize ?? 0): \(table.title)",
          table.recoveryFigure(of: block)
        )
      }
      drawings += [
        ("heatmap", "Heat maps of recovery over mask ratio and patch size: \(table.title)", table.heatMapFigure),
        ("prediction", "Measured against predicted recovery: \(table.title)", table.predictionFigure),
      ]
      for case (let kind, let title, let figure?) in drawings {
        let file = names.unique([name, kind])
        let svg = try draw(file, output: output) { try programs.draw(figure, name: file, in: $0) }
        figures.append(self.figure(file, title: title, caption: figure.caption, svg: svg))
      }
    }
    return ReportPage.Section(
      title: "\(table.title), \(tables.selection.target.rawValue), \(tables.selection.metric.title)",
      text: table.caption.text.split(separator: "\n").map(String.init), figures: figures, table: table,
      files: ["md", "csv", "tex"].map { "tables/\(name).\($0)" })
  }

  /// Draws into the report's folder of figures.
  func draw(_ name: String, output: ReportFolder, _ body: (URL) throws -> String) throws -> String {
    try output.makeFolder("figures")
    let svg = try body(output.url.appendingPathComponent("figures"))
    for file in GnuplotFigure.files(name: name) { try output.synchronize("figures/\(file)") }
    return svg
  }

  func figure(_ name: String, title: String, caption: String, svg: String) -> ReportPage.Figure {
    ReportPage.Figure(
      name: name, title: title, caption: caption, svg: svg,
      files: GnuplotFigure.files(name: name).map { "figures/\($0)" })
  }
}

/// File names from labels, none given twice.
struct FileNames {
  private var used: Set<String> = []

  /// The parts with everything but letters, digits, points and hyphens replaced by hyphens, joined by underscores; a number is
  /// appended where the name is taken already, also but for the case of its letters.
  mutating func unique(_ parts: [String]) -> String {
    let words = parts.map { part in
      let safe = part.unicodeScalars.prefix(80).map { scalar -> Character in
        let isPlain =
          scalar.isASCII
          && (scalar.properties.isAlphabetic || "0"..."9" ~= scalar || "._-".unicodeScalars.contains(scalar))
        return isPlain ? Character(scalar) : "-"
      }
      // A hidden file is no file to most readers.
      return safe.first == "." ? "-" + String(safe.dropFirst()) : String(safe)
    }
    let name = String(words.joined(separator: "_").prefix(200))
    var (candidate, number) = (name, 1)
    while !used.insert(candidate.lowercased()).inserted {
      number += 1
      candidate = "\(name)-\(number)"
    }
    return candidate
  }
}
