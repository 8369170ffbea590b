import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// What `strata sample` leaves behind when it is stopped, when a value overflows, and where something stands already.
@Suite struct SampleOutputTests {
  static let tree = "tree:depth=2,branching=2"

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test(
    "A signal leaves nothing behind, says so, and ends with 128 and its number", arguments: [SIGINT, SIGTERM, SIGHUP],
    ["a.h5", "a.npz", "a/", "a.csv"])
  func interrupted(number: Int32, output: String) throws {
    // A test run under nohup would hand its ignored SIGHUP on.
    signal(SIGHUP, SIG_DFL)
    try withTemporaryDirectory { folder in
      // The handler is installed before anything is written; a moment later some rows are.
      let run = try StrataBinary.signal(
        [
          "sample", "tree:depth=6,branching=2", "--mechanism", "rho:0.8", "-n", "100000000", "-o", output, "--workers",
          "1",
        ], in: folder, with: number
      ) {
        guard try !names(folder).isEmpty else { return false }
        usleep(50_000)
        return true
      }
      #expect(run.standardError == "interrupted: nothing was written to \(output)\n")
      #expect(run.exitCode == 128 + number)
      #expect(try names(folder) == [])
    }
  }

  @Test(
    "A value that overflows ends the export with its node and a remedy, and nothing is written",
    arguments: ["a.h5", "a.npz", "a/", "a.csv"])
  func overflow(output: String) throws {
    try withTemporaryDirectory { folder in
      let run = try StrataBinary.run(
        [
          "sample", "tree:depth=6,branching=2", "--mechanism", "polynomial:coefficient=0.1", "-n", "100000", "-o",
          output,
        ], in: folder)
      #expect(run.exitCode == 65 && run.standardOutput == "")
      #expect(run.standardError.hasPrefix("Error: \(output): the value of "))
      #expect(run.standardError.contains(#/of [zx]\w+ in row \d+ of '(latents|observed)' is not finite/#))
      #expect(
        run.standardError.hasSuffix(
          " is not finite, so nothing was written; the model's mechanisms grow without bound on the way to this node: "
            + "choose milder ones, noise with lighter tails, or fewer levels\n"))
      #expect(try names(folder) == [])
    }
  }

  @Test("--force replaces a folder that holds an export, and nothing else does; the refusals say what to do")
  func folders() throws {
    try withTemporaryDirectory { folder in
      func sample(_ rows: Int, _ more: [String] = []) throws -> StrataBinary.Output {
        try StrataBinary.run(
          ["sample", Self.tree, "--mechanism", "rho:0.8", "-n", "\(rows)", "-o", "a/"] + more, in: folder)
      }
      #expect(try sample(5).exitCode == 0)
      let refused = try sample(6)
      #expect(refused.standardError == "Error: a/: the folder holds an export; add --force to replace it\n")
      #expect(refused.exitCode == 73)
      let replaced = try sample(7, ["--force", "--masks", "0.5"])
      #expect(replaced.exitCode == 0 && replaced.standardError == "")
      #expect(try MatrixFile.read(folder.appending(path: "a/observed.npy").path).rows == 7)
      #expect(try sample(8, ["--force"]).exitCode == 0)
      #expect(try !names(folder.appending(path: "a")).contains("masks.npy"))
      try Data("mine".utf8).write(to: folder.appending(path: "a/note.txt"))
      let foreign = try sample(9, ["--force"])
      #expect(
        foreign.standardError
          == "Error: a/: the folder holds 'note.txt', which is not part of an export; give another name, or empty the "
          + "folder\n")
      #expect(foreign.exitCode == 73)
      #expect(try MatrixFile.read(folder.appending(path: "a/observed.npy").path).rows == 8)
      #expect(try names(folder) == ["a"])
    }
  }
}
