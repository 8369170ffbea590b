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

  @Test("A graph of 1041 nodes, 2·10⁸ values: all shapes, the last row in its place, and the memory of a tenth of them")
  func munin() throws {
    try withTemporaryDirectory { folder in
      func sample(_ arguments: [String], _ output: String) throws -> Int {
        try StrataBinary.peakMemory(
          ["sample", PublicGraphs.path("munin.json"), "--mechanism", "rho:0.7", "-o", output, "--workers", "2"]
            + arguments, in: folder)
      }
      let rows = 100_000
      let small = try sample(["-n", "10000"], "small.npz")
      let large = try sample(["-n", "\(rows)"], "large.npz")
      #expect(small > 8 << 20)
      #expect(large < small + (24 << 20), "\(small >> 20) and \(large >> 20) MiB")
      _ = try sample(["-n", "1", "--first", "\(rows - 1)"], "last.npz")
      let values = ["observed", "latents", "noises"].map { name in
        (try? MatrixFile.read(folder.appending(path: "last.npz:\(name)").path)) ?? Matrix(rows: 0, columns: 0)
      }
      #expect(values.map(\.rows) == [1, 1, 1] && values[2].columns == 1041)
      #expect(values[0].columns + values[1].columns == 1041)
      let file = try FileHandle(forReadingFrom: folder.appending(path: "large.npz"))
      defer { try? file.close() }
      let size = try Int(file.seekToEnd())
      let payload = rows * 2 * 1041 * 4
      // Headers, the graph and the model beside the values.
      #expect(size > payload && size < payload + (4 << 20))
      // The last array is noises; its last row stands right before the archive's directory.
      try file.seek(toOffset: UInt64(size - (64 << 10)))
      let tail = try #require(try file.readToEnd())
      let row = values[2].storage.map(Float.init).withUnsafeBytes { Data($0) }
      #expect(tail.range(of: row) != nil)
      // And each array says its shape, where the archive's directory says that it begins.
      for (name, matrix) in zip(["observed", "latents", "noises"], values) {
        let header = Data("'shape': (\(rows), \(matrix.columns)), }".utf8)
        #expect(try Self.contains(file, header), "\(name)")
      }
    }
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
