import Datasets
import LinearAlgebra
import Testing

@Suite struct SafetensorsTests {
  /// `safetensors.numpy.save_file({"b": [1, 2], "a.weight": [[1.5, -2, 3], [4, 5, 6.25]]}, metadata={"step": "3", "note": 'x"y'})`.
  static let reference = bytes(
    base64:
      "qAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJzdGVwIjoiMyIsIm5vdGUiOiJ4XCJ5In0sImEud2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hh"
      + "cGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOlswLDI0XX0sImIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlsy"
      + "NCwzMl19fSAgICAgICAAAMA/AAAAwAAAQEAAAIBAAACgQAAAyEAAAIA/AAAAQA==")

  static let content = Safetensors(
    tensors: [
      NamedTensor(name: "a.weight", shape: [2, 3], values: [1.5, -2, 3, 4, 5, 6.25]),
      NamedTensor(name: "b", shape: [2], values: [1, 2]),
    ], metadata: ["step": "3", "note": "x\"y"])

  /// A file with another header, spaces included.
  static func file(_ header: String, data: Int) -> [UInt8] {
    [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  @Test("A file of the reference implementation is read")
  func reads() throws { #expect(try Safetensors(bytes: Self.reference, file: "f") == Self.content) }

  @Test("What is written is read back, bits included, and equal values give equal bytes")
  func roundTrip() throws {
    let content = Safetensors(
      tensors: [
        NamedTensor(name: "z", shape: [], values: [-0.0]),
        NamedTensor(name: "empty", shape: [0, 3], values: []),
        NamedTensor(name: "a \"quoted\"/ünïcode", shape: [3], values: [.infinity, .leastNonzeroMagnitude, 1 / 3]),
      ], metadata: ["b": "2", "a": "{\"k\":1}"])
    try withTemporaryFolder { folder in
      try content.write(to: "\(folder)/t.safetensors")
      let read = try Safetensors(contentsOf: "\(folder)/t.safetensors")
      #expect(read.metadata == content.metadata)
      for tensor in content.tensors {
        #expect(read.tensor(tensor.name)?.shape == tensor.shape)
        #expect(read.tensor(tensor.name)?.values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
      }
      #expect(read.tensors.count == content.tensors.count)
      #expect(read.tensor("nothing") == nil)
    }
    let swapped = Safetensors(tensors: content.tensors, metadata: ["a": "{\"k\":1}", "b": "2"])
    #expect(swapped.encoded() == content.encoded())
  }

  @Test("The data begins at a multiple of 8 bytes, and a file without metadata has no such entry")
  func layout() throws {
    for length in 1..<9 {
      let name = String(repeating: "n", count: length)
      let bytes = Safetensors(tensors: [NamedTensor(name: name, shape: [1], values: [1])]).encoded()
      #expect(bytes[0].isMultiple(of: 8) && bytes[1] == 0)
      #expect(!String(decoding: bytes, as: UTF8.self).contains("__metadata__"))
      #expect(try Safetensors(bytes: bytes, file: "f").metadata.isEmpty)
    }
  }

  static func malformed(_ reason: String) -> String {
    "f: not a valid safetensors file: \(reason); write it again with a program that supports safetensors"
  }

  static let refused: [([UInt8], String)] = [
    (
      file(#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, data: 4),
      "f: elements of type F16 (tensor 'a') are not supported; convert the tensor to F32"
    ),
    (
      file(
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        data: 8),
      malformed("tensor 'b' overlaps another one")
    ),
    (
      file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: 8),
      malformed("no tensor holds the bytes before tensor 'a'")
    ),
    (
      file(#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, data: 8),
      malformed("tensor 'a' of shape [3] has 8 bytes")
    ),
    (
      file(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, data: 4),
      malformed("tensor 'a' has shape [-1]")
    ),
    (
      file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#, data: 8),
      malformed("tensor 'a' has data_offsets [8, 4]")
    ),
    (
      file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 6),
      malformed("2 bytes follow the last tensor")
    ),
    (
      file("[1, 2]", data: 0),
      malformed("the header is not the JSON of one")
    ),
    (
      [0x89] + Array("PNG\r\n\u{1A}\n and so on".utf8),
      malformed("the header's length is 727905341920923785")
    ),
    ([], "f: the file has 0 bytes and needs 8; it was cut off, copy or write it again"),
  ]

  @Test("A damaged or foreign file is refused with file, reason and remedy", arguments: refused)
  func refuses(_ bytes: [UInt8], _ message: String) {
    let error = #expect(throws: DatasetError.self) { try Safetensors(bytes: bytes, file: "f") }
    #expect(error?.description == message)
  }

  @Test("Every file that was cut off is reported as cut off")
  func truncation() {
    for length in 0..<Self.reference.count {
      do {
        _ = try Safetensors(bytes: Array(Self.reference[..<length]), file: "f")
        Issue.record("\(length) bytes were accepted")
      } catch {
        guard case .truncated("f", length, _) = error else {
          Issue.record("\(length) bytes: \(error)")
          return
        }
      }
    }
  }
}
