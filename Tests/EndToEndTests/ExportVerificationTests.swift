import Foundation
import TestSupport
import Testing

/// The exported files as h5py and NumPy read them. `make setup` installs both; in a gate (`CI=true`) they must be there.
@Suite struct ExportVerificationTests {
  /// `STRATA_PYTHON`, or the system's Python, which Debian's python3-h5py is for, or `python3` of the path.
  private static let interpreter: String = {
    if let given = ProcessInfo.processInfo.environment["STRATA_PYTHON"] { return given }
    let system = "/usr/bin/python3"
    return FileManager.default.isExecutableFile(atPath: system) ? system : "python3"
  }()

  static let isAvailable = Tool.run([interpreter, "-c", "import h5py, numpy"])?.status == 0
  static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"

  @Test(
    "h5py and NumPy read every format, with the values of the stored weights and the population's covariance",
    .enabled(if: isAvailable || isRequired, "h5py and NumPy are not installed: run make setup, or set STRATA_PYTHON"))
  func script() throws {
    try #require(Self.isAvailable, "\(Self.interpreter) has no h5py and NumPy: run make setup, or set STRATA_PYTHON")
    let script = Repository.root.appending(path: "scripts/verify-exports.py").path
    let run = try #require(Tool.run([Self.interpreter, script, StrataBinary.url.path]))
    #expect(run.status == 0, "\(run.text)")
    #expect(run.text.hasSuffix("all exports are read back as they should be\n"))
  }
}
