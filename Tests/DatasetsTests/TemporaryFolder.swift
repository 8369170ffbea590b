import FoundationEssentials
import Glibc

/// Calls `body` with the path of a new folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = "\(FileManager.default.temporaryDirectory.path)/strata-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

/// The bytes of a base64 text.
func bytes(base64: String) -> [UInt8] { [UInt8](Data(base64Encoded: base64)!) }
