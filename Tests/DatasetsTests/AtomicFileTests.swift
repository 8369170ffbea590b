import Datasets
import FoundationEssentials
import Glibc
import Testing

@Suite struct AtomicFileTests {
  @Test("A file is written whole, replaced whole, and nothing else stays in the folder")
  func replaces() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.txt"
      try AtomicFile.write("first, longer", to: path)
      try AtomicFile.write("second", to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
    }
  }

  @Test("A folder that does not exist is an error with the file, the reason and a remedy")
  func missingFolder() {
    let path = "/nonexistent/folder/a.txt"
    #expect(throws: WriteFailure.self) { try AtomicFile.write("x", to: path) }
    let error = #expect(throws: DatasetError.self) { try Safetensors(tensors: []).write(to: path) }
    #expect(
      error?.description
        == "/nonexistent/folder/a.txt: cannot be written: No such file or directory; "
        + "check the folder, its permissions and the free space")
  }

  @Test("When the rename fails, the folder is as before")
  func failedRename() throws {
    try withTemporaryFolder { folder in
      // A file cannot be renamed over a directory.
      try FileManager.default.createDirectory(atPath: "\(folder)/a", withIntermediateDirectories: false)
      #expect(throws: WriteFailure.self) { try AtomicFile.write("x", to: "\(folder)/a") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
    }
  }
}
