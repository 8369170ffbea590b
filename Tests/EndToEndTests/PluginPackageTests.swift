import Foundation
import TestSupport
import Testing

/// The example package of a mechanism and a noise that Strata does not know, built and run as its reader would.
@Suite struct PluginPackageTests {
  /// `SWIFT`, as the Makefile sets it, or the one of the path.
  private static let swift = ProcessInfo.processInfo.environment["SWIFT"] ?? "swift"

  static let isAvailable = Tool.run([swift, "--version"])?.status == 0
  static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"

  // The first build compiles all of Strata for the package, some minutes; `make check` does that before the tests run.
  @Test(
    "experiments/plugin is built, runs its sweep, and finds every cell again",
    .enabled(if: isAvailable || isRequired, "there is no compiler: put swift on PATH, or set SWIFT"))
  func package() throws {
    try #require(Self.isAvailable, "\(Self.swift) does not run")
    let script = Repository.root.appending(path: "scripts/test-plugin").path
    let run = try #require(Tool.run(["SWIFT=\(Self.swift)", script]))
    #expect(run.status == 0, "\(run.text)")
    #expect(run.text.hasSuffix("plugin package: built, run, resumed\n"), "\(run.text)")
  }
}
