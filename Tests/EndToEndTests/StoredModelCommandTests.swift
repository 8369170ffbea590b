import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Data sets that hold their model, given to commands in the place of a model.
@Suite struct StoredModelCommandTests {
  static let tree = "tree:depth=2,branching=2"

  private func sample(_ arguments: [String], in folder: URL) throws -> StrataBinary.Output {
    try StrataBinary.run(["sample"] + arguments, in: folder)
  }

  @Test(
    "Theory says of a stored model what it says of the model that it was drawn from",
    arguments: ["a.h5", "a.npz", "a/"])
  func theory(name: String) throws {
    try withTemporaryDirectory { folder in
      let model = [Self.tree, "--mechanism", "rho:0.8", "--model-seed", "3"]
      _ = try sample(model + ["-n", "10", "-o", name], in: folder)
      for command in [["theory", "check", "--json"], ["theory", "limit", "--csv"]] {
        let given = try StrataBinary.run(command + model, in: folder)
        let stored = try StrataBinary.run(command + [name], in: folder)
        #expect(given.exitCode == 0 && given.standardOutput != "")
        #expect(stored.standardOutput == given.standardOutput && stored.exitCode == 0, "\(stored.standardError)")
      }
      for command in [["theory", "levels"], ["theory", "locate", "--mask", "x0"], ["graph", "show"]] {
        let given = try StrataBinary.run(command + [Self.tree], in: folder)
        let stored = try StrataBinary.run(command + [name], in: folder)
        #expect(given.exitCode == 0)
        #expect(stored.standardOutput == given.standardOutput, "\(command): \(stored.standardError)")
      }
      let refused = try StrataBinary.run(["theory", "check", name, "--mechanism", "linear"], in: folder)
      #expect(
        refused.standardError
          == "Error: \(name): a stored model keeps its mechanisms, its noise and its seed; leave --mechanism, --rho, "
          + "--noise and --model-seed out, or give a graph\n")
      #expect(refused.exitCode == 64)
    }
  }

  @Test("A data set without a model is one clear error")
  func without() throws {
    try withTemporaryDirectory { folder in
      _ = try sample([Self.tree, "--mechanism", "rho:0.8", "-n", "10", "-o", "a.csv"], in: folder)
      for command in [["theory", "check", "a.csv"], ["sample", "--model", "a.csv", "-n", "5", "-o", "b.h5"]] {
        let output = try StrataBinary.run(command, in: folder)
        #expect(
          output.standardError
            == "Error: a.csv: CSV files hold no model; give a data set that strata sample wrote as .h5, as .npz or into a "
            + "folder, or the model itself\n")
        #expect(output.exitCode == 65)
      }
      let missing = try StrataBinary.run(["theory", "check", "none.h5"], in: folder)
      #expect(
        missing.standardError
          == "Error: none.h5: cannot be read: No such file or directory; check the path and its permissions\n")
      #expect(missing.exitCode == 66)
    }
  }

  @Test("Every format that holds a model goes on without a seam, masks included", arguments: ["a.h5", "a.npz", "a/"])
  func continues(name: String) throws {
    try withTemporaryDirectory { folder in
      let model = [Self.tree, "--mechanism", "additive-noise", "--seed", "9", "--masks", "0.5,2"]
      _ = try sample(model + ["-n", "700", "-o", "all.h5"], in: folder)
      _ = try sample(model + ["-n", "300", "-o", name], in: folder)
      let output = try sample(["--model", name, "-n", "400", "-o", "rest.h5"], in: folder)
      #expect(
        output.standardOutput
          == "rest.h5: samples 300 to 699 of tree-depth2-branching2: observed (400, 4), latents (400, 3), "
          + "noises (400, 7), masks (400, 4)\n")
      for array in ["observed", "latents", "noises", "masks"] {
        let all = try MatrixFile.read(folder.appending(path: "all.h5:\(array)").path)
        #expect(try MatrixFile.read(folder.appending(path: "rest.h5:\(array)").path) == all.rows(300..<700))
      }
      let without = try sample(["--model", name, "--no-masks", "-n", "4", "-o", "b.h5"], in: folder)
      #expect(without.exitCode == 0 && !without.standardOutput.contains("masks"))
      let other = try sample(["--model", name, "--masks", "0.25", "-n", "4", "-o", "c.h5"], in: folder)
      #expect(other.standardOutput.contains("masks (4, 4)"))
      let both = try sample(["--model", name, "--masks", "0.25", "--no-masks", "-n", "4", "-o", "d.h5"], in: folder)
      #expect(both.standardError.hasPrefix("Error: --masks and --no-masks contradict each other; give one\n"))
      #expect(both.exitCode == 64)
    }
  }

  @Test("A folder whose arrays were damaged, cut off, exchanged or lost does not go on, and nothing is written")
  func damagedFolder() throws {
    try withTemporaryDirectory { folder in
      _ = try sample(["tree:depth=1,branching=2", "--mechanism", "rho:0.8", "-n", "40", "-o", "a/"], in: folder)
      let (observed, noises) = (folder.appending(path: "a/observed.npy"), folder.appending(path: "a/noises.npy"))
      let (first, second) = (try Data(contentsOf: observed), try Data(contentsOf: noises))
      func refusal() throws -> String {
        let output = try sample(["--model", "a/", "-n", "5", "-o", "b.h5"], in: folder)
        #expect((64...78).contains(output.exitCode))
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "b.h5").path))
        return output.standardError
      }
      let damaged =
        "Error: a/observed.npy: the checksum of the file is wrong: the file was damaged; copy or write it again\n"
      var flipped = first
      flipped[flipped.count - 3] ^= 1
      try flipped.write(to: observed)
      #expect(try refusal() == damaged)
      let evaluated = try StrataBinary.run(
        ["evaluate", "--representation", "a/noises.npy", "--targets", "a/observed.npy"], in: folder)
      #expect(evaluated.standardError.contains("observed.npy: the checksum of the file is wrong"), "\(evaluated)")
      try first.dropLast(10).write(to: observed)
      #expect(try refusal() == damaged)
      try second.write(to: observed)
      #expect(try refusal() == damaged)
      try first.write(to: observed)
      try FileManager.default.removeItem(at: noises)
      #expect(
        try refusal()
          == "Error: a/noises.npy: cannot be read: No such file or directory; check the path and its permissions\n")
      try second.write(to: noises)
      #expect(try sample(["--model", "a/", "-n", "5", "-o", "b.h5"], in: folder).exitCode == 0)
    }
  }

  @Test("A flipped bit anywhere in the metadata never drops environments: the same rows, or one error")
  func damagedEnvironments() throws {
    try withTemporaryDirectory { folder in
      try Data("graph: \(Self.tree)\nmechanism: rho:0.8\nenvironments: {cold: {z1_0: {do: -1}}}\n".utf8)
        .write(to: folder.appending(path: "m.yaml"))
      _ = try sample(["m.yaml", "-n", "8", "--environment", "all", "-o", "f.h5"], in: folder)
      func goesOn() throws -> (output: StrataBinary.Output, bytes: Data?) {
        let next = folder.appending(path: "next.h5")
        try? FileManager.default.removeItem(at: next)
        return (try sample(["--model", "f.h5", "-n", "3", "-o", "next.h5"], in: folder), try? Data(contentsOf: next))
      }
      let whole = try goesOn()
      #expect(whole.output.standardOutput.contains("in 2 environments") && whole.bytes != nil)
      let file = folder.appending(path: "f.h5")
      let bytes = try Data(contentsOf: file)
      // Everywhere in the blocks of headers, and at a stride elsewhere; StoredSampleTests flips bits of every byte.
      var places = Set(stride(from: 0, to: bytes.count, by: 97))
      var from = bytes.startIndex
      while let header = bytes.range(of: Data("OHDR".utf8), in: from..<bytes.endIndex) {
        places.formUnion(stride(from: header.lowerBound, to: min(header.lowerBound + 400, bytes.count), by: 41))
        from = header.upperBound
      }
      var refused = 0
      for place in places {
        var damaged = bytes
        damaged[place] ^= 1
        try damaged.write(to: file)
        let (output, written) = try goesOn()
        if output.exitCode == 0 {
          #expect(written == whole.bytes, "byte \(place)")
        } else {
          refused += 1
          #expect((64...78).contains(output.exitCode) && written == nil, "byte \(place)")
          #expect(output.standardError.hasPrefix("Error: f.h5") && output.standardError.count { $0 == "\n" } == 1)
        }
      }
      #expect(refused > 10)
    }
  }
}
