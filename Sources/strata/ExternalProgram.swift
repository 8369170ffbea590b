internal import Foundation
internal import Specifications
internal import Sweeps

/// A program that Strata starts and does not contain: Graphviz's `dot`, `gnuplot`.
struct ExternalProgram {
  /// Its name, as users know it.
  let name: String
  private let url: URL

  /// Looks for the program on `PATH`.
  ///
  /// - Throws: `SpecificationError` (unavailable) if it is not there.
  init(_ name: String, remedy: String) throws(SpecificationError) {
    guard let found = ProgramPath.find(name) else {
      throw SpecificationError(
        file: nil, "the program '\(name)' is not installed", remedy: remedy, status: .unavailable)
    }
    (self.name, url) = (name, URL(fileURLWithPath: found))
  }

  /// Graphviz's layout of directed graphs.
  ///
  /// - Parameter otherwise: What to do instead of installing it.
  static func dot(otherwise: String) throws(SpecificationError) -> ExternalProgram {
    try ExternalProgram(
      "dot", remedy: "install Debian's package graphviz (apt-get install graphviz), or \(otherwise)")
  }

  /// Runs the program to its end in a folder, with nothing on its standard input.
  ///
  /// - Parameter remedy: What to do if it fails.
  /// - Throws: `SpecificationError` (software) with the program's first line of complaint.
  func run(_ arguments: [String], in folder: URL, remedy: String) throws {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw failure(String(decoding: message, as: UTF8.self), remedy: remedy)
    }
  }

  /// The error of a run that went wrong.
  func failure(_ message: String, remedy: String) -> SpecificationError {
    let lines = message.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    // gnuplot quotes the line and points at it with a caret before it says what is wrong.
    let line = lines.first { $0.contains("line ") && $0.contains(": ") } ?? lines.first { !$0.isEmpty } ?? "no output"
    return SpecificationError(
      file: nil, "the program '\(name)' failed: \(line)", remedy: remedy, status: .software)
  }
}

/// A folder for intermediate files that is removed afterwards.
func withScratchFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
