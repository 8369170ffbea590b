import Datasets
import LinearAlgebra
import Testing

@Suite struct NumPyFileTests {
  /// `numpy.save` (2.4) of [[1.5, -2, 3], [4, 5, 6.25]], float32, C order.
  static let single = bytes(
    base64: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAg"
      + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAAQEAAAIBAAACgQAAAyEA=")

  /// The same values, float64, Fortran order.
  static let fortran = bytes(
    base64: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAg"
      + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAABBAAAAAAAAAAMAAAAAA"
      + "AAAUQAAAAAAAAAhAAAAAAAAAGUA=")

  static let values = Matrix<Double>([[1.5, -2, 3], [4, 5, 6.25]])

  /// A file with another header.
  static func file(_ header: String, data: Int, version: UInt8 = 1) -> [UInt8] {
    let length = version == 1 ? [UInt8(header.utf8.count), 0] : [UInt8(header.utf8.count), 0, 0, 0]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  @Test("Files of NumPy are read, in C and Fortran order, single and double precision")
  func reads() throws {
    #expect(try NumPyFile.decodeDouble(Self.single, file: "f") == Self.values)
    #expect(try NumPyFile.decodeFloat(Self.single, file: "f") == Self.values.float)
    #expect(try NumPyFile.decodeDouble(Self.fortran, file: "f") == Self.values)
    #expect(try NumPyFile.decodeFloat(Self.fortran, file: "f") == Self.values.float)
  }

  @Test("A written file has the bytes that NumPy writes")
  func writes() { #expect(NumPyFile.encode(Self.values.float) == Self.single) }

  @Test("A matrix goes through a file unchanged", arguments: [(1, 1), (3, 4), (0, 5), (5, 0), (200, 33)])
  func roundTrip(_ rows: Int, _ columns: Int) throws {
    let matrix = Matrix(
      rows: rows, columns: columns, storage: (0..<rows * columns).map { Double($0) * 1.37 - 100 / Double($0 + 1) })
    try withTemporaryFolder { folder in
      try NumPyFile.write(matrix, to: "\(folder)/d.npy")
      #expect(try NumPyFile.readDouble("\(folder)/d.npy") == matrix)
      try NumPyFile.write(matrix.float, to: "\(folder)/s.npy")
      #expect(try NumPyFile.readFloat("\(folder)/s.npy") == matrix.float)
    }
  }

  @Test("Version 2 headers, other spacing and other quotes are read")
  func versionTwo() throws {
    let file = Self.file(#"{"shape":(2,1),"fortran_order":False,"descr":"<f4"}"#, data: 8, version: 2)
    #expect(try NumPyFile.decodeFloat(file, file: "f") == Matrix<Float>(rows: 2, columns: 1))
  }

  static func malformed(_ reason: String) -> String {
    "f.npy: not a valid .npy file: \(reason); write it again with a program that supports .npy"
  }

  static let refused: [([UInt8], String)] = [
    (
      file("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 1)}", data: 8),
      "f.npy: elements of type '<c8' are not supported; convert the array with .astype('<f4') or .astype('<f8')"
    ),
    (
      file("{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (1, 1)}", data: 8),
      "f.npy: elements of type [('a','<f4'),('b','<f4')] are not supported; "
        + "convert the array with .astype('<f4') or .astype('<f8')"
    ),
    (
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", data: 12),
      "f.npy: the array has 1 axes, shape [3], and a matrix needs 2; reshape it to (samples, columns)"
    ),
    (
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", data: 15),
      "f.npy: the file has 82 bytes and needs 83; it was cut off, copy or write it again"
    ),
    (
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", data: 17),
      malformed("1 bytes follow the array")
    ),
    (
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2)}", data: 0),
      malformed("shape is (9223372036854775807,2)")
    ),
    (
      file("{'descr': '<f4', 'shape': (2, 2)}", data: 16),
      malformed("the header has no descr, fortran_order and shape")
    ),
    (
      Array("x1,x2\n0.1,0.2\n".utf8),
      malformed("it does not begin with \\x93NUMPY")
    ),
    ([], "f.npy: the file has 0 bytes and needs 10; it was cut off, copy or write it again"),
  ]

  @Test("What is not a matrix of floats is refused with file, reason and remedy", arguments: refused)
  func refuses(_ bytes: [UInt8], _ message: String) {
    let error = #expect(throws: DatasetError.self) { try NumPyFile.decodeFloat(bytes, file: "f.npy") }
    #expect(error?.description == message)
  }

  @Test("Every file that was cut off is reported as cut off")
  func truncation() {
    for length in 0..<Self.single.count {
      do {
        _ = try NumPyFile.decodeFloat(Array(Self.single[..<length]), file: "f")
        Issue.record("\(length) bytes were accepted")
      } catch {
        guard case .truncated(_, length, _) = error else {
          Issue.record("\(length) bytes: \(error)")
          return
        }
      }
    }
  }

  @Test("A missing file and a directory are errors that say so")
  func unreadable() throws {
    #expect(throws: DatasetError.cannotRead(file: "/nonexistent.npy", reason: "No such file or directory")) {
      try NumPyFile.readFloat("/nonexistent.npy")
    }
    #expect(throws: DatasetError.cannotRead(file: "/tmp", reason: "it is a directory")) {
      try NumPyFile.readFloat("/tmp")
    }
  }
}
