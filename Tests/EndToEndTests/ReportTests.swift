import Foundation
import FoundationXML
import TestSupport
import Testing

/// `strata report` as a user runs it: files, numbers, errors, exit codes.
@Suite struct ReportTests {
  static let plan = """
    name: "small & <odd> plan"
    graphs: {family: tree, depth: 2, branching: 2}
    mechanisms: {family: rho, rho: 0.85}
    mask_ratios: [0.25, 0.5]
    patch_sizes: [1, 2]
    training_seeds: [1, 2]
    model: {hidden_width: 8, hidden_layers: 1}
    training: {steps: 10, batch: 16}
    evaluation: {masks: 3, rows: 40, pooled_rows: 60, kernel_rows: 20, targets: [z, content], metrics: [r2_linear]}
    """

  /// Runs the plan's sweep in a fresh folder.
  static func withSweep(_ plan: String = plan, _ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let output = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder)
      #expect(output.exitCode == 0 && output.standardError == "")
      try body(folder)
    }
  }

  static func report(_ arguments: [String], in folder: URL, path: String? = nil) throws -> StrataBinary.Output {
    try StrataBinary.run(["report"] + arguments, in: folder, environment: path.map { ["PATH": $0] } ?? [:])
  }

  /// Whether a text is one XML element with all that belongs to it. (`XMLParser.parse()` returns true for broken texts, too.)
  static func isWellFormed(_ text: Data) -> Bool {
    let parser = XMLParser(data: text)
    return parser.parse() && parser.parserError == nil
  }

  /// The files below a folder, as paths in it.
  static func files(_ folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.contains(".") }.sorted()
  }

  static let stem = "tree-depth2-branching2_rho-0.85_width1"

  @Test("A report is a page, a table in three forms for each mode, and each figure in three formats")
  func filesOfAReport() throws {
    try Self.withSweep { folder in
      let output = try Self.report(["out"], in: folder)
      #expect(output.exitCode == 0 && output.standardError == "" && output.standardOutput == "out/report/report.html\n")
      let figures = [
        "graph_tree-depth2-branching2_patch1", "graph_tree-depth2-branching2_patch2",
        "\(Self.stem)_full_z_r2_linear_heatmap", "\(Self.stem)_full_z_r2_linear_patch1",
        "\(Self.stem)_full_z_r2_linear_patch2", "\(Self.stem)_per-mask_z_r2_linear_heatmap",
        "\(Self.stem)_per-mask_z_r2_linear_patch1", "\(Self.stem)_per-mask_z_r2_linear_patch2",
        "\(Self.stem)_per-mask_z_r2_linear_prediction",
      ]
      let tables = ["full", "per-mask"].map { "\(Self.stem)_\($0)_z_r2_linear" }
      let expected =
        figures.flatMap { name in ["svg", "pdf", "png"].map { "figures/\(name).\($0)" } } + ["report.html"]
        + tables.flatMap { name in ["md", "csv", "tex"].map { "tables/\(name).\($0)" } }
      let report = folder.appending(path: "out/report")
      #expect(try Self.files(report) == expected.sorted())
      for name in figures {
        let svg = try Data(contentsOf: report.appending(path: "figures/\(name).svg"))
        #expect(Self.isWellFormed(svg), "\(name).svg")
        let (pdf, png) = (
          try Data(contentsOf: report.appending(path: "figures/\(name).pdf")),
          try Data(contentsOf: report.appending(path: "figures/\(name).png"))
        )
        #expect(pdf.starts(with: Data("%PDF-".utf8)) && pdf.range(of: Data("/CreationDate (D:19700101".utf8)) != nil)
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      }
      #expect(!Self.isWellFormed(Data("<svg><g></svg>".utf8)) && !Self.isWellFormed(Data("<svg a=1/>".utf8)))
      // Nothing is left beside the report.
      let beside = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out").path).sorted()
      #expect(beside == ["plan.resolved.yaml", "report", "results.csv", "results.lock", "results.sqlite"])
    }
  }

  @Test("The tables hold the means of results.csv, in full in CSV and rounded in Markdown, LaTeX and the page")
  func numbers() throws {
    try Self.withSweep { folder in
      _ = try Self.report(["out", "--no-figures"], in: folder)
      let results = try Self.rows(folder.appending(path: "out/results.csv"))
      let name = "out/report/tables/\(Self.stem)_per-mask_z_r2_linear"
      let table = try Self.rows(folder.appending(path: "\(name).csv"))
      let forms = try ["\(name).md", "\(name).tex", "out/report/report.html"].map {
        try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
      }
      var checked = 0
      for row in table {
        let runs = results.filter { result in
          ["mask_ratio", "patch_size", "level", "estimator", "target", "metric", "evaluation"].allSatisfy {
            result[$0] == row[$0]
          } && result["node"] == ""
        }.compactMap { Double($0["value"]!) }
        #expect(runs.count == 2)
        let mean = try #require(Double(row["mean"]!))
        // The mean of two numbers of size 1, rounded once or twice.
        #expect(abs(mean - runs.reduce(0, +) / Double(runs.count)) < 1e-15)
        let text = String(format: "%.3f", abs(mean))
        for form in forms { #expect(form.contains(text), "\(text)") }
        checked += 1
      }
      // 3 levels × 2 ratios × 2 patch sizes × (MAE, theory, ceiling, 2 floors).
      #expect(checked == 60)
    }
  }

  /// A CSV file without quoted fields as a dictionary for each row.
  private static func rows(_ file: URL) throws -> [[String: String]] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let fields = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    return fields.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(fields[0], $0)) }
  }

  @Test("The page says what was run, loads nothing, and links to the files that there are")
  func page() throws {
    try Self.withSweep { folder in
      _ = try Self.report(["out"], in: folder)
      let report = folder.appending(path: "out/report")
      let html = try String(contentsOf: report.appending(path: "report.html"), encoding: .utf8)
      #expect(html.contains("<h1>small &amp; &lt;odd&gt; plan</h1>"))
      for fact in [
        "<dt>training seeds</dt><dd>1, 2</dd>", "<dt>cells finished</dt><dd>8 of 8</dd>",
        "<dt>cells without scores (diverged)</dt><dd>0</dd>", "<dt>run by</dt><dd>strata 0.1.0-dev</dd>",
        "<dt>BLAS</dt><dd>OpenBLAS", "<dt>CPU</dt><dd>", "<dt>noise</dt><dd>gaussian</dd>",
        "<dt>training</dt><dd>steps: 10, batch: 16, ",
      ] { #expect(html.contains(fact), "\(fact)") }
      for absent in ["http://", "https://", "src=", "@import", "<link"] { #expect(!html.contains(absent), "\(absent)") }
      let links = Set(html.matches(of: /href="([^"#]+)"/).map { String($0.1) })
      #expect(links == Set(try Self.files(report)).subtracting(["report.html"]))
      let ids = html.matches(of: /\sid=["']([^"']+)["']/).map { String($0.1) }
      #expect(ids.count > 50 && Set(ids).count == ids.count, "identifiers are unique")
    }
  }

  @Test("The same results give the same bytes, over an old report and elsewhere")
  func repeatable() throws {
    try Self.withSweep { folder in
      #expect(try Self.report(["out"], in: folder).exitCode == 0)
      let first = try Self.contents(folder.appending(path: "out/report"))
      // PDF knows the second in which it is made.
      sleep(1)
      #expect(try Self.report(["out/"], in: folder).exitCode == 0)
      #expect(try Self.contents(folder.appending(path: "out/report")) == first)
      #expect(try Self.report(["out", "--out", "elsewhere"], in: folder).exitCode == 0)
      #expect(try Self.contents(folder.appending(path: "elsewhere")) == first)
      // A report without figures replaces one with them, and leaves none of them behind.
      #expect(try Self.report(["out", "--no-figures"], in: folder).exitCode == 0)
      #expect(try Self.files(folder.appending(path: "out/report")).allSatisfy { !$0.hasPrefix("figures") })
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["elsewhere", "out", "plan.yaml"])
    }
  }

  private static func contents(_ folder: URL) throws -> [String: Data] {
    Dictionary(uniqueKeysWithValues: try files(folder).map { ($0, try Data(contentsOf: folder.appending(path: $0))) })
  }

  @Test("Every target and metric that is named gets its tables, once")
  func targets() throws {
    try Self.withSweep { folder in
      let arguments = ["out", "--no-figures", "--target", "z", "--target", "content", "--target", "z", "--normalised"]
      #expect(try Self.report(arguments, in: folder).exitCode == 0)
      let tables = try Self.files(folder.appending(path: "out/report/tables")).filter { $0.hasSuffix(".md") }
      #expect(
        tables == [
          "\(Self.stem)_full_z_r2_linear.md", "\(Self.stem)_per-mask_content_r2_linear.md",
          "\(Self.stem)_per-mask_z_r2_linear.md",
        ])
      let text = try String(
        contentsOf: folder.appending(path: "out/report/tables/\(Self.stem)_per-mask_z_r2_linear.md"), encoding: .utf8)
      #expect(text.contains("| MAE, normalised"))
    }
  }

  @Test("A fixed mask has one ratio, and its figure is over levels")
  func fixedMask() throws {
    let plan = Self.plan.replacing("mask_ratios: [0.25, 0.5]\npatch_sizes: [1, 2]", with: "mask: {fixed: [x0, x1]}")
    try Self.withSweep(plan) { folder in
      #expect(try Self.report(["out"], in: folder).exitCode == 0)
      let html = try String(contentsOf: folder.appending(path: "out/report/report.html"), encoding: .utf8)
      #expect(html.contains("recovery over the latent levels.") && html.contains("The plan's mask: 2 of 4 observables"))
    }
  }
}
