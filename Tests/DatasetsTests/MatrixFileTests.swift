import Datasets
import Foundation
import FoundationEssentials
import LinearAlgebra
import Testing

@Suite struct MatrixFileTests {
  static let folder = Bundle.module.bundlePath + "/Fixtures"
  /// What make_fixtures.py wrote.
  static let values = Matrix<Double>([[1.5, -2, 3.25], [0.1, 1e-30, -7e20]])

  @Test(
    "Files of h5py and NumPy are read as they were written",
    arguments: [
      "h5py.h5:plain", "h5py.h5:/plain", "h5py.h5:observed", "h5py.h5:observed/values", "h5py-latest.h5",
      "numpy.npz:observed", "numpy.npz:fortran", "numpy-compressed.npz", "numpy.csv",
    ])
  func reads(source: String) throws {
    #expect(try MatrixFile.read("\(Self.folder)/\(source)") == Self.values)
  }

  @Test("Single precision is widened, integers and flags become numbers")
  func otherTypes() throws {
    #expect(try MatrixFile.read("\(Self.folder)/h5py.h5:group/compressed") == Self.values.float.double)
    #expect(try MatrixFile.read("\(Self.folder)/numpy.npz:single") == Self.values.float.double)
    #expect(try MatrixFile.read("\(Self.folder)/h5py.h5:group/integers") == Matrix([[1, -2], [3, 4], [5, 6]]))
    #expect(try MatrixFile.read("\(Self.folder)/numpy.npz:masks") == Matrix([[0, 1, 0], [1, 1, 0]]))
  }

  @Test(
    "What cannot be a matrix is one clear line",
    arguments: [
      (
        "h5py.h5",
        ": no array is named; name one of group/compressed, group/integers, names, observed/values, "
          + "plain, vector"
      ),
      (
        "h5py.h5:latents",
        ": there is no array 'latents'; name one of group/compressed, group/integers, names, "
          + "observed/values, plain, vector"
      ),
      (
        "h5py.h5:vector",
        ":vector: the array has 1 axes, shape [3], and a matrix needs 2; reshape it to (samples, columns)"
      ),
      (
        "h5py.h5:names",
        ":names: elements of type string are not supported; give a data set of integers or floating-point numbers"
      ),
      ("numpy.npz:z", ": there is no array 'z'; name one of observed, single, masks, fortran"),
      (
        "none.h5:a", ": cannot be read: No such file or directory; check the path and its permissions"
      ),
    ])
  func errors(source: String, message: String) throws {
    let error = #expect(throws: DatasetError.self) { try MatrixFile.read("\(Self.folder)/\(source)") }
    let file = source.split(separator: ":")[0]
    #expect(error?.description == "\(Self.folder)/\(file)\(message)")
  }

  @Test("A NaN is an error that says where it is", arguments: ["csv", "npy", "npz", "h5"])
  func notFinite(format: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.\(format)"
      switch format {
      case "csv": try AtomicFile.write("1,2\n3,nan\n", to: path)
      case "npy": try NumPyFile.write(Matrix<Double>([[1, 2], [3, .nan]]), to: path)
      default:
        let schema = ExportSchema(
          arrays: [ExportArray(name: "observed", columns: ["a", "b"], nodes: ["a", "b"])], rows: 2, attributes: [],
          model: nil)
        try DatasetExporter.write(
          schema, to: path, format: format == "h5" ? .hdf5 : .npz, requiresFinite: false, workers: 1
        ) { _ in
          [.float32([1, 2, 3, .nan])]
        }
      }
      let source = ["csv", "npy"].contains(format) ? path : "\(path):observed"
      let error = #expect(throws: DatasetError.self) { try MatrixFile.read(source) }
      #expect(error == .notFinite(file: source, row: 1, column: 1))
    }
  }

  @Test("A pipe is an error at once, and does not wait for a writer", arguments: ["npy", "npz:a", "h5:a", "csv"])
  func pipe(name: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.\(name.split(separator: ":")[0])"
      try #require(mkfifo(path, 0o600) == 0)
      let error = #expect(throws: DatasetError.self) { try MatrixFile.read("\(folder)/x.\(name)") }
      #expect(error == .cannotRead(file: path, reason: "it is a pipe or device, not a file that holds data"))
    }
  }

  @Test("A file of another kind is named as such")
  func otherKind() {
    let error = #expect(throws: DatasetError.self) { try MatrixFile.read("data.parquet") }
    #expect(
      error?.description
        == "data.parquet: not a valid matrix file: its name ends in none of .npy, .npz, .h5, .hdf5 and .csv, with "
        + "':array' after .npz and .h5; write it again with a program that supports matrix")
  }

  @Test(
    "Every file that was cut off anywhere is an error",
    arguments: ["h5py.h5", "h5py-latest.h5", "numpy.npz", "numpy-compressed.npz"])
  func truncation(name: String) throws {
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)")))
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      let source = name == "h5py-latest.h5" || name == "numpy-compressed.npz" ? path : "\(path):observed"
      for share in stride(from: 0.0, to: 1, by: 0.05) {
        try AtomicFile.write(Array(bytes.prefix(Int(share * Double(bytes.count)))), to: path)
        #expect(throws: DatasetError.self) { try MatrixFile.read(source) }
      }
      try AtomicFile.write(Array(bytes.dropLast()), to: path)
      #expect(throws: DatasetError.self) { try MatrixFile.read(source) }
    }
  }

  @Test(
    "CSV: what pandas writes without names, or with its index, is refused and not read as data",
    arguments: [
      (
        "0,1,2\n5,6,7\n",
        "line 1 counts the columns, 0 to 2, as pandas does without names: name them or leave the line out"
      ),
      (
        "\n\"0\",\"1\"\n5,6\n",
        "line 2 counts the columns, 0 to 1, as pandas does without names: name them or leave the line out"
      ),
      (
        ",a,b\n0,6,7\n",
        "the first name of line 1 is empty, as where pandas writes its index: leave that out (index=False)"
      ),
      (
        ",0,1\n0,6,7\n",
        "the first name of line 1 is empty, as where pandas writes its index: leave that out (index=False)"
      ),
    ])
  func pandas(text: String, reason: String) {
    let error = #expect(throws: DatasetError.self) { try CSVFile.decode(Array(text.utf8), file: "f.csv") }
    #expect(error?.description.contains(": \(reason); write it again") == true)
  }

  @Test("CSV: a single column may begin with 0, and rows may count, but for the first")
  func counting() throws {
    #expect(try CSVFile.decode(Array("0\n1\n".utf8), file: "f").values == Matrix([[0], [1]]))
    #expect(try CSVFile.decode(Array("3,4\n0,1\n".utf8), file: "f").values == Matrix([[3, 4], [0, 1]]))
  }

  @Test(
    "CSV: quotes, line ends, blank lines and a header or none",
    arguments: ["a,b\n1,2\n3,4\n", "1,2\r\n3,4\r\n", "\"a\",\"b, \"\"c\"\"\"\n1,2\n\n\"3\", 4", "\u{FEFF}1,2\n3,4"])
  func csv(text: String) throws {
    let read = try CSVFile.decode(Array(text.utf8), file: "f.csv")
    #expect(read.values == Matrix([[1, 2], [3, 4]]))
    if text.hasPrefix("\"") { #expect(read.columns == ["a", "b, \"c\""]) }
  }

  @Test(
    "A damaged CSV file is an error with the line",
    arguments: [
      ("a,b\n1,2\n3\n", "line 3 has 1 fields, the lines before it 2"),
      ("1,2\n3,x\n", "field 2 of line 2 is 'x', not a number"), ("a,b\n", "it has no line of numbers"),
      ("", "it has no line of numbers"),
    ])
  func damagedCSV(text: String, reason: String) {
    let error = #expect(throws: DatasetError.self) { try CSVFile.decode(Array(text.utf8), file: "f.csv") }
    #expect(error == .malformed(file: "f.csv", format: "CSV", reason: reason))
  }
}
