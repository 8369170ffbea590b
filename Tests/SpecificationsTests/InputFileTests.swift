internal import Foundation
internal import Specifications
internal import Testing

@Suite struct InputFileTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "/strata-input-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func failure(_ path: String) -> SpecificationError? {
    do throws(SpecificationError) {
      _ = try Document.load(path)
      return nil
    } catch {
      return error
    }
  }

  private func write(_ bytes: [UInt8]) -> String {
    let path = folder + "/\(UUID().uuidString).yaml"
    #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    return path
  }

  @Test("A missing file and a directory are missing input (66)")
  func noInput() {
    let missing = failure(folder + "/none.yaml")
    #expect(missing?.description == "\(folder)/none.yaml: there is no such file; check the path")
    #expect(missing?.status == .noInput)
    let directory = failure(folder)
    #expect(directory?.description == "\(folder): this is a directory; give a file")
    #expect(directory?.status == .noInput)
  }

  @Test("A pipe and a device are missing input (66) at once: no writer is waited for, and no end")
  func notRegular() throws {
    let pipe = folder + "/pipe.yaml"
    try #require(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/zero"] {
      #expect(
        failure(path)?.description
          == "\(path): this is a pipe or device, not a file; save its content in a file and give that one")
      #expect(failure(path)?.status == .noInput)
    }
  }

  @Test("A file of more than 256 MiB is invalid data (65), found without reading it")
  func tooLarge() throws {
    let path = write([])
    try #require(truncate(path, 1 << 32) == 0)
    #expect(failure(path)?.description == "\(path): the file is larger than 256 MiB; check that it is the right one")
    #expect(failure(path)?.status == .invalidData)
  }

  @Test("An empty file and text that is not UTF-8 are invalid data (65)")
  func invalidData() {
    let empty = write([])
    #expect(failure(empty)?.description == "\(empty): the file is empty; write the specification into it")
    #expect(failure(empty)?.status == .invalidData)
    let latin = write(Array("a: 1\nb: caf".utf8) + [0xE9, 0x0A])
    #expect(failure(latin)?.description == "\(latin):2: the file is not UTF-8 text; save it in UTF-8")
    #expect(failure(latin)?.status == .invalidData)
  }

  @Test("A byte order mark is skipped, and windows line ends are read")
  func byteOrderMark() throws {
    let path = write([0xEF, 0xBB, 0xBF] + Array("a: 1\r\nb: 2\r\n".utf8))
    let map = try Document.load(path).mapping(keys: ["a", "b"])
    #expect(try map.required("b").int == 2)
    #expect(try map.required("b").line == 2)
  }
}
