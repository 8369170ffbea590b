import Foundation
import TestSupport
import Testing

/// The example package of a mechanism and a noise that Strata does not know, built and run as its reader would.
@Suite struct PluginPackageTests {
  /// `SWIFT`, as the Makefile sets it, or the one of the path.
  private static let swift = ProcessInfo.processInfo.environment["SWIFT"] ?? "swift"

  /// Runs a program of the path; nil if there is none.
  private static func run(_ arguments: [String], output: Any? = FileHandle.nullDevice) -> Int32? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    (process.standardOutput, process.standardError) = (output, output)
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus
  }

  static let isAvailable = run([swift, "--version"]) == 0
  static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"

  // The first build compiles all of Strata for the package, some minutes; `make check` does that before the tests run.
  @Test(
    "experiments/plugin is built, runs its sweep, and finds every cell again",
    .enabled(if: isAvailable || isRequired, "there is no compiler: put swift on PATH, or set SWIFT"))
  func package() throws {
    try #require(Self.isAvailable, "\(Self.swift) does not run")
    try withTemporaryDirectory { folder in
      let log = folder.appending(path: "log")
      try Data().write(to: log)
      let handle = try FileHandle(forWritingTo: log)
      let status = Self.run(
        ["SWIFT=\(Self.swift)", Repository.root.appending(path: "scripts/test-plugin").path], output: handle)
      try handle.close()
      let text = try String(contentsOf: log, encoding: .utf8)
      #expect(status == 0, "\(text)")
      #expect(text.hasSuffix("plugin package: built, run, resumed\n"), "\(text)")
    }
  }
}
