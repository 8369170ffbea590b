import Foundation
import TestSupport
import Testing

/// The exported files as their users' own programs read them.
@Suite struct ExportVerificationTests {
  /// The interpreter named by STRATA_PYTHON, or `python3`, if it has h5py and NumPy; the gate itself needs no Python.
  static let python: String? = {
    let name = ProcessInfo.processInfo.environment["STRATA_PYTHON"] ?? "python3"
    return (try? run([name, "-c", "import h5py, numpy"]))?.status == 0 ? name : nil
  }()

  private static func run(_ command: [String]) throws -> (status: Int32, output: String) {
    try withTemporaryDirectory { folder in
      let file = folder.appending(path: "output")
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = command
      process.standardOutput = handle
      process.standardError = handle
      try process.run()
      process.waitUntilExit()
      return (process.terminationStatus, String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
  }

  @Test(
    "h5py and NumPy read every format, and values, means and covariances are those of the stored model",
    .enabled(if: python != nil, "needs python3 with h5py and numpy"))
  func verify() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let script = root.appending(path: "scripts/verify-exports.py").path
    let (status, output) = try Self.run([try #require(Self.python), script, StrataBinary.url.path])
    #expect(status == 0 && output.hasSuffix("all exports are read back as they should be\n"), "\(output)")
  }
}
