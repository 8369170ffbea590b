import Foundation
import TestSupport
import Testing

/// What `strata report` says and leaves where it cannot write a report.
@Suite struct ReportErrorTests {
  private func expect(
    _ output: StrataBinary.Output, _ code: Int32, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(output.exitCode == code, sourceLocation: sourceLocation)
    #expect(output.standardError == message + "\n", sourceLocation: sourceLocation)
    #expect(output.standardOutput == "", sourceLocation: sourceLocation)
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("Without gnuplot nothing is written, and --no-figures needs neither it nor Graphviz")
  func withoutGnuplot() throws {
    try ReportTests.withSweep { folder in
      let bare = folder.appending(path: "bare").path
      try FileManager.default.createDirectory(atPath: bare, withIntermediateDirectories: false)
      let before = try names(folder.appending(path: "out"))
      expect(
        try ReportTests.report(["out"], in: folder, path: bare), 69,
        "Error: the program 'gnuplot' is not installed; install Debian's packages gnuplot-nox and fonts-inter "
          + "(apt-get install gnuplot-nox fonts-inter), or give --no-figures")
      #expect(try names(folder.appending(path: "out")) == before)
      let output = try ReportTests.report(["out", "--no-figures"], in: folder, path: bare)
      #expect(output.exitCode == 0 && output.standardError == "")
      #expect(try names(folder.appending(path: "out/report")) == ["report.html", "tables"])
    }
  }

  @Test("A gnuplot that fails is quoted, and nothing is left behind")
  func failingGnuplot() throws {
    try ReportTests.withSweep { folder in
      let bin = folder.appending(path: "bin")
      try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: false)
      for (name, text) in [
        ("gnuplot", "#!/bin/sh\necho '\"figure.gp\" line 3: no such terminal' >&2\nexit 1\n"),
        ("dot", "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\necho '<svg viewBox=\"0 0 9 9\"></svg>' >\"$2\"\n"),
      ] {
        try Data(text.utf8).write(to: bin.appending(path: name))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bin.appending(path: name).path)
      }
      let before = try names(folder.appending(path: "out"))
      expect(
        try ReportTests.report(["out"], in: folder, path: bin.path), 70,
        "Error: the program 'gnuplot' failed: \"figure.gp\" line 3: no such terminal; give --no-figures, and report this"
      )
      #expect(try names(folder.appending(path: "out")) == before)
    }
  }

  @Test("A folder that is no sweep is refused, with the sweeps in it if there are any")
  func noSweep() throws {
    try ReportTests.withSweep { folder in
      expect(
        try ReportTests.report(["."], in: folder), 66,
        "Error: .: there is no plan.resolved.yaml, so this is not the folder of a sweep; give the folder of one sweep: ./out"
      )
      expect(
        try ReportTests.report(["none"], in: folder), 66,
        "Error: none: there is no such folder; give the folder of a 'strata sweep run'")
      expect(
        try ReportTests.report(["plan.yaml"], in: folder), 66,
        "Error: plan.yaml: this is a file; give the folder of a 'strata sweep run'")
    }
  }

  @Test("A sweep of which nothing is finished has no report")
  func nothingFinished() throws {
    try ReportTests.withSweep { folder in
      try FileManager.default.removeItem(at: folder.appending(path: "out/results.sqlite"))
      expect(
        try ReportTests.report(["out", "--no-figures"], in: folder), 66,
        "Error: out: no cell is finished here; run 'strata sweep run' to its end first")
      #expect(try names(folder.appending(path: "out")) == ["plan.resolved.yaml", "results.csv", "results.lock"])
    }
  }

  @Test("Cells that are missing or diverged are counted and named at the top of the page")
  func incomplete() throws {
    // At this rate every training explodes within its ten steps.
    let plan = ReportTests.plan.replacingOccurrences(of: "batch: 16", with: "batch: 16, learning_rate: 1.0e+12")
    try ReportTests.withSweep(plan) { folder in
      let resolved = folder.appending(path: "out/plan.resolved.yaml")
      let text = try String(contentsOf: resolved, encoding: .utf8)
      let longer = text.replacing(/training_seeds:[^:]*?(?=\n[a-z])/, with: "training_seeds: [1, 2, 3]")
      #expect(longer != text)
      try Data(longer.utf8).write(to: resolved)
      let store = SweepStore(folder.appending(path: "out"))
      let cell = try #require(try store.cells.first)
      #expect(try store.endings.allSatisfy { $0.status == "diverged" })
      #expect(try ReportTests.report(["out"], in: folder).exitCode == 0)
      let html = try String(contentsOf: folder.appending(path: "out/report/report.html"), encoding: .utf8)
      #expect(html.contains("4 of 12 cells are not finished; figures and tables show the others."))
      #expect(
        html.contains(
          "<p class=\"warning\" role=\"note\">Cell \(cell) (graph tree-depth2-branching2, rho-0.85, "))
      #expect(html.contains("has no scores: \(try #require(try store.endings[0].reason)).</p>"))
      #expect(html.contains("<dt>cells finished</dt><dd>8 of 12</dd>"))
      #expect(html.contains("<dt>cells without scores (diverged)</dt><dd>8</dd>"))
    }
  }

  @Test("A folder with anything but a report in it is left alone, and so are a file and a place that does not exist")
  func taken() throws {
    try ReportTests.withSweep { folder in
      expect(
        try ReportTests.report(["out", "--no-figures", "--out", "out"], in: folder), 73,
        "Error: out: this folder holds 'plan.resolved.yaml', which is no part of a report, and is left alone; "
          + "choose another place for --out, or empty it")
      #expect(try ReportTests.report(["out", "--no-figures", "--out", "r"], in: folder).exitCode == 0)
      let own = folder.appending(path: "r/tables/my-notes.md")
      try Data("mine".utf8).write(to: own)
      expect(
        try ReportTests.report(["out", "--no-figures", "--out", "r"], in: folder), 73,
        "Error: r: this folder holds 'tables/my-notes.md', which is no part of a report, and is left alone; "
          + "choose another place for --out, or empty it")
      #expect(try String(contentsOf: own, encoding: .utf8) == "mine")
      let file = try ReportTests.report(["out", "--no-figures", "--out", "plan.yaml"], in: folder)
      #expect(file.exitCode == 73 && file.standardError.hasPrefix("Error: plan.yaml: "))
      let nowhere = try ReportTests.report(["out", "--no-figures", "--out", "a/b"], in: folder)
      #expect(nowhere.exitCode == 73 && nowhere.standardError.contains("does not exist; create it first\n"))
      #expect(try names(folder) == ["out", "plan.yaml", "r"])
    }
  }

  @Test("Ctrl-C and SIGTERM leave the report that stood there, and nothing else", arguments: [SIGINT, SIGTERM])
  func interrupted(number: Int32) throws {
    try ReportTests.withSweep { folder in
      let out = folder.appending(path: "out")
      #expect(try ReportTests.report(["out", "--no-figures"], in: folder).exitCode == 0)
      let output = try StrataBinary.signal(["report", "out"], in: folder, with: number) {
        // The new report is under way.
        try names(out).contains { $0.hasPrefix("report.") }
      }
      #expect(output.exitCode == 128 + number && output.standardError == "interrupted: no report was written\n")
      #expect(try names(out) == ["plan.resolved.yaml", "report", "results.csv", "results.lock", "results.sqlite"])
      #expect(try names(out.appending(path: "report")) == ["report.html", "tables"])
    }
  }

  @Test("A score that the plan does not measure is a usage error")
  func unknownScore() throws {
    try ReportTests.withSweep { folder in
      let output = try ReportTests.report(["out", "--metric", "hsic"], in: folder)
      #expect(output.exitCode == 64)
      #expect(
        output.standardError.hasPrefix(
          "Error: --metric hsic: out/plan.resolved.yaml does not measure it; add it to evaluation.metrics\n"))
    }
  }
}
