import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// An encoder that another program trained on exported data is scored exactly as ours are. The matrices were written by NumPy
/// and h5py in single precision, the expected scores by scikit-learn (`Fixtures/make_elsewhere.py`).
@Suite struct TrainedElsewhereTests {
  static let folder = Bundle.module.bundleURL.appending(path: "Fixtures")

  struct Expected: Decodable {
    let rows: Int
    let command: [String]
    let scores: [String: [String: Double]]
  }

  static func expected() throws -> Expected {
    try JSONDecoder().decode(Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
  }

  private struct Report: Decodable {
    struct Score: Decodable {
      let group, metric: String
      let value: Double
    }
    let scores: [Score]
  }

  private func scores(_ representation: String, _ targets: String) throws -> [Report.Score] {
    let output = try StrataBinary.run(
      [
        "evaluate", "--representation", representation, "--targets", targets, "--groups", "groups.json", "--metrics",
        "r2-linear,r2-linear-reverse", "--json",
      ], in: Self.folder)
    #expect(output.exitCode == 0 && output.standardError == "")
    return try JSONDecoder().decode(Report.self, from: Data(output.standardOutput.utf8)).scores
  }

  static let sources = [
    ["representation.npy", "targets.npy"], ["elsewhere.h5:encoder/representation", "elsewhere.h5:truth/latents"],
    ["representation.csv", "targets.csv"], ["representation.npy", "elsewhere.h5:truth/latents"],
  ]

  @Test("Float32 .npy, HDF5 and CSV with groups.json score what scikit-learn scores", arguments: sources)
  func formats(files: [String]) throws {
    let expected = try Self.expected()
    let scores = try scores(files[0], files[1])
    #expect(scores.map(\.group) == ["root", "root", "level 1", "level 1"])
    // CSV holds nine digits, which are the same single-precision numbers but not the same doubles.
    let tolerance = files[0].hasSuffix(".csv") ? 1e-7 : 1e-9
    for score in scores {
      let reference = try #require(expected.scores[score.group]?[score.metric])
      #expect(abs(score.value - reference) < tolerance, "\(score.group) \(score.metric)")
    }
  }

  @Test("The targets that were scored are those that strata sample still exports")
  func sameData() throws {
    let expected = try Self.expected()
    try withTemporaryDirectory { folder in
      let output = try StrataBinary.run(expected.command + ["-o", "sample/"], in: folder)
      #expect(output.exitCode == 0)
      let drawn = try MatrixFile.read(folder.appending(path: "sample/latents.npy").path)
      let stored = try MatrixFile.read(Self.folder.appending(path: "targets.npy").path)
      #expect(drawn.rows == expected.rows && drawn.columns == stored.columns)
      // Single precision: processors differ in the last bits.
      for (a, b) in zip(drawn.storage, stored.storage) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
    }
  }
}
