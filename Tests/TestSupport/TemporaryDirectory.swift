public import Foundation

/// A fresh directory that exists while `body` runs and is removed afterwards, whatever happens in it.
///
/// - Parameter body: Receives the directory's absolute URL. Names are unique, so tests may run in parallel.
/// - Returns: What `body` returns.
public func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let directory = try makeTemporaryDirectory()
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory)
}

/// The asynchronous form of ``withTemporaryDirectory(_:)-(_)``.
public func withTemporaryDirectory<Result>(
  isolation: isolated (any Actor)? = #isolation, _ body: (URL) async throws -> Result
) async throws -> Result {
  let directory = try makeTemporaryDirectory()
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}

private func makeTemporaryDirectory() throws -> URL {
  let directory = FileManager.default.temporaryDirectory.appending(path: "strata-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  return directory.resolvingSymlinksInPath()
}
