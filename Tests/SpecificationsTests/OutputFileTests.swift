internal import Foundation
internal import Specifications
internal import Testing

@Suite struct OutputFileTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "/strata-atomic-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func content(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

  @Test("A new file is written, an old one replaced with its permissions, and no temporary file stays")
  func writes() throws {
    let path = folder + "/a.txt"
    try OutputFile.write("one\n", to: path)
    #expect(content(path) == "one\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try OutputFile.write("two", to: path)
    #expect(content(path) == "two")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
  }

  @Test("A symbolic link stays a link and its target is replaced")
  func links() throws {
    try OutputFile.write("one", to: folder + "/target.txt")
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/link.txt", withDestinationPath: folder + "/target.txt")
    try OutputFile.write("two", to: folder + "/link.txt")
    #expect(content(folder + "/target.txt") == "two")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link.txt") == folder + "/target.txt")
  }

  @Test("A missing folder or a directory in the way cannot be created (73)")
  func failures() throws {
    for (path, message) in [
      (folder + "/none/a.txt", "the folder of this file does not exist; create it first"),
      (folder, "this is a directory; give a file name"),
    ] {
      let error = #expect(throws: SpecificationError.self) { try OutputFile.write("x", to: path) }
      #expect(error?.description == "\(path): \(message)")
      #expect(error?.status == .cannotCreate)
    }
  }
}
