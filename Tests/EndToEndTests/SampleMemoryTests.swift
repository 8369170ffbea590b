import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// `strata sample` streams: its memory does not grow with the number of samples.
@Suite struct SampleMemoryTests {
  @Test(
    "Ten times the samples need no more memory, in every binary format, nor five times in CSV",
    arguments: [
      ("x.h5", 16_000, 160_000), ("x.npz", 16_000, 160_000), ("x/", 16_000, 160_000), ("x.csv", 20_000, 100_000),
    ])
  func flat(output: String, few: Int, many: Int) throws {
    try withTemporaryDirectory { folder in
      // 64 leaves, 63 latents, 127 noises: 254 values a sample, blocks of a million values.
      func sample(_ rows: Int) throws -> Int {
        let arguments = [
          "sample", "tree:depth=6,branching=2", "--mechanism", "rho:0.8", "-n", "\(rows)", "-o", output, "--workers",
          "2",
        ]
        defer { try? FileManager.default.removeItem(at: folder.appending(path: output)) }
        return try StrataBinary.peakMemory(arguments, in: folder)
      }
      let (small, large) = (try sample(few), try sample(many))
      // 4 million values, 16 MB, against 41 million, 163 MB (CSV 56 and 280 MB): whatever held a share of the data would show. 24 megabytes
      // are what allocators make of the same work.
      #expect(small > 8 << 20)
      #expect(large < small + (24 << 20), "\(small >> 20) and \(large >> 20) MiB")
    }
  }

  @Test(
    "A graph of 1041 nodes, 2·10⁸ values: all shapes, the last row in its place, and the memory of a tenth of them",
    arguments: ["large.npz", "large.h5", "large/"])
  func munin(output: String) throws {
    try withTemporaryDirectory { folder in
      func sample(_ arguments: [String], _ output: String) throws -> Int {
        try StrataBinary.peakMemory(
          ["sample", PublicGraphs.path("munin.json"), "--mechanism", "rho:0.7", "-o", output, "--workers", "2"]
            + arguments, in: folder)
      }
      let rows = 100_000
      let small = try sample(["-n", "10000"], output.replacing("large", with: "small"))
      let large = try sample(["-n", "\(rows)"], output)
      #expect(small > 8 << 20)
      #expect(large < small + (24 << 20), "\(small >> 20) and \(large >> 20) MiB")
      _ = try sample(["-n", "1", "--first", "\(rows - 1)"], "last.npz")
      let last = try ["observed", "latents", "noises"].map { name in
        LastRow(name: name, row: try MatrixFile.read(folder.appending(path: "last.npz:\(name)").path))
      }
      #expect(last.map(\.row.rows) == [1, 1, 1] && last[2].row.columns == 1041)
      #expect(last[0].row.columns + last[1].row.columns == 1041)
      switch output {
      case "large.h5": try Self.checkHDF5(folder.appending(path: output).path, last, rows: rows)
      case "large.npz":
        try Self.checkArchive(folder.appending(path: output), last, rows: rows)
      default:
        for array in last { try Self.checkFile(folder.appending(path: "large/\(array.name).npy"), array, rows: rows) }
      }
    }
  }

  /// An array with its last row.
  private struct LastRow {
    let name: String
    let row: Matrix<Double>

    var bytes: Data { row.storage.map(Float.init).withUnsafeBytes { Data($0) } }
    /// What the head of an `.npy` file says of all rows.
    func shape(rows: Int) -> Data { Data("'shape': (\(rows), \(row.columns)), }".utf8) }
  }

  /// Reads the smallest array whole, through every chunk's checksum.
  private static func checkHDF5(_ path: String, _ arrays: [LastRow], rows: Int) throws {
    let array = try #require(arrays.min { $0.row.columns < $1.row.columns })
    let values = try MatrixFile.read("\(path):\(array.name)")
    #expect(values.rows == rows && values.columns == array.row.columns)
    #expect(values.rows(rows - 1..<rows) == array.row)
    let model = try StoredSample(contentsOf: path)
    #expect(try model.integer("samples") == UInt64(rows))
    // Random mantissas hardly shrink, signs and exponents do.
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    let payload = rows * 2 * 1041 * 4
    #expect(size > payload / 2 && size < payload)
  }

  private static func checkArchive(_ url: URL, _ arrays: [LastRow], rows: Int) throws {
    let file = try FileHandle(forReadingFrom: url)
    defer { try? file.close() }
    let size = try Int(file.seekToEnd())
    let payload = rows * 2 * 1041 * 4
    // Headers, the graph and the model beside the values.
    #expect(size > payload && size < payload + (4 << 20))
    // The last array is noises; its last row stands right before the archive's directory.
    try file.seek(toOffset: UInt64(size - (64 << 10)))
    let tail = try #require(try file.readToEnd())
    #expect(tail.range(of: arrays[2].bytes) != nil)
    // And each array says its shape, where the archive's directory says that it begins.
    for array in arrays { #expect(try contains(file, array.shape(rows: rows)), "\(array.name)") }
  }

  private static func checkFile(_ url: URL, _ array: LastRow, rows: Int) throws {
    let file = try FileHandle(forReadingFrom: url)
    defer { try? file.close() }
    let size = try Int(file.seekToEnd())
    #expect(size == 128 + rows * array.row.columns * 4)
    try file.seek(toOffset: UInt64(size - array.bytes.count))
    #expect(try file.readToEnd() == array.bytes)
    try file.seek(toOffset: 0)
    #expect(try file.read(upToCount: 128)?.range(of: array.shape(rows: rows)) != nil)
  }

  /// Whether a large file holds some bytes, read in pieces.
  private static func contains(_ file: FileHandle, _ bytes: Data) throws -> Bool {
    try file.seek(toOffset: 0)
    var rest = Data()
    while let piece = try file.read(upToCount: 64 << 20), !piece.isEmpty {
      let window = rest + piece
      if window.range(of: bytes) != nil { return true }
      rest = Data(window.suffix(bytes.count))
    }
    return false
  }
}
