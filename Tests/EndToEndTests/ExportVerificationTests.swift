import Foundation
import TestSupport
import Testing

/// The exported files as h5py and NumPy read them, where these are installed; the suite needs no Python otherwise.
@Suite struct ExportVerificationTests {
  /// Runs Python (`STRATA_PYTHON`, or `python3` of the path); nil where there is none.
  private static func python(_ arguments: [String]) -> (status: Int32, text: String)? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [ProcessInfo.processInfo.environment["STRATA_PYTHON"] ?? "python3"] + arguments
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  static let isAvailable = python(["-c", "import h5py, numpy"])?.status == 0

  @Test(
    "h5py and NumPy read every format, with the values of the stored weights and the population's covariance",
    .enabled(if: isAvailable, "h5py and NumPy are not installed for python3 (or the one that STRATA_PYTHON names)"))
  func script() throws {
    let script = Repository.root.appending(path: "scripts/verify-exports.py").path
    let run = try #require(Self.python([script, StrataBinary.url.path]))
    #expect(run.status == 0, "\(run.text)")
    #expect(run.text.hasSuffix("all exports are read back as they should be\n"))
  }
}
