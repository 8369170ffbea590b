import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct SampleTests {
  static let tree = "tree:depth=2,branching=2"

  @Test("All formats hold the same arrays, and the summary says which", arguments: ["a.h5", "a.npz", "a/", "a.csv"])
  func formats(name: String) throws {
    try withTemporaryDirectory { folder in
      let arguments = ["sample", Self.tree, "--mechanism", "rho:0.8", "-n", "500", "--masks", "0.5,2", "-o"]
      let output = try StrataBinary.run(arguments + [name], in: folder)
      #expect(output.standardError == "")
      #expect(
        output.standardOutput
          == "\(name): samples 0 to 499 of tree-depth2-branching2: observed (500, 4), latents (500, 3), "
          + "noises (500, 7), masks (500, 4)\n")
      #expect(output.exitCode == 0)
      _ = try StrataBinary.run(arguments + ["reference.h5", "--workers", "3"], in: folder)
      let path = folder.appending(path: name).path
      let reference = folder.appending(path: "reference.h5").path
      let names = ["observed", "latents", "noises", "masks"]
      let expected = try names.map { try MatrixFile.read("\(reference):\($0)") }
      switch name {
      case "a.csv":
        let read = try CSVFile.read(path)
        #expect(read.columns[..<5] == ["observed.x0", "observed.x1", "observed.x2", "observed.x3", "latents.z2_0"])
        #expect(read.values.float.double == .concatenatingColumns(expected))
      case "a/":
        #expect(try names.map { try MatrixFile.read("\(path)/\($0).npy") } == expected)
      default:
        #expect(try names.map { try MatrixFile.read("\(path):\($0)") } == expected)
      }
    }
  }

  @Test("The covariance of a ρ-tree's file is ρ to the distance between leaves, within five standard errors")
  func covariance() throws {
    try withTemporaryDirectory { folder in
      let rows = 40_000
      _ = try StrataBinary.run(
        ["sample", Self.tree, "--mechanism", "rho:0.8", "-n", "\(rows)", "-o", "a.h5"], in: folder)
      let x = try MatrixFile.read(folder.appending(path: "a.h5:observed").path)
      let moments = x.multiplied(by: x, transposeSelf: true)
      for i in 0..<4 {
        for j in 0..<4 {
          let population = i == j ? 1 : pow(0.8, i / 2 == j / 2 ? 2 : 4)
          let standardError = ((1 + population * population) / Double(rows)).squareRoot()
          #expect(abs(moments[i, j] / Double(rows) - population) < 5 * standardError)
        }
      }
    }
  }

  @Test("A stored model goes on without a seam", arguments: ["rho:0.8", "additive-noise", "linear"])
  func continues(mechanism: String) throws {
    try withTemporaryDirectory { folder in
      let model = ["sample", Self.tree, "--mechanism", mechanism, "--noise", "student-t:5", "--model-seed", "3"]
      _ = try StrataBinary.run(model + ["--seed", "9", "-n", "700", "-o", "all.h5"], in: folder)
      _ = try StrataBinary.run(model + ["--seed", "9", "-n", "300", "-o", "first.h5"], in: folder)
      let output = try StrataBinary.run(["sample", "--model", "first.h5", "-n", "400", "-o", "rest.npz"], in: folder)
      #expect(output.standardOutput.hasPrefix("rest.npz: samples 300 to 699 of tree-depth2-branching2: "))
      for name in ["observed", "latents", "noises"] {
        let all = try MatrixFile.read(folder.appending(path: "all.h5:\(name)").path)
        #expect(try MatrixFile.read(folder.appending(path: "first.h5:\(name)").path) == all.rows(0..<300))
        #expect(try MatrixFile.read(folder.appending(path: "rest.npz:\(name)").path) == all.rows(300..<700))
      }
    }
  }

  @Test("A large graph of one's own is sampled")
  func munin() throws {
    let graph = PublicGraphs.path("munin.json")
    try withTemporaryDirectory { folder in
      let output = try StrataBinary.run(
        ["sample", graph, "--mechanism", "rho:0.7", "-n", "1000", "-o", "munin.h5"], in: folder)
      #expect(output.exitCode == 0)
      #expect(try MatrixFile.read(folder.appending(path: "munin.h5:noises").path).columns == 1041)
    }
  }

  @Test(
    "A wrong request is one clear line",
    arguments: [
      (
        [tree, "-n", "5", "-o", "a.h5"],
        "Error: \(tree): this is a graph, and a model also needs a mechanism; add --mechanism, for example --mechanism "
          + "rho:0.85, or give a model file\n", 64
      ),
      (
        [tree, "--mechanism", "linear", "-n", "5", "-o", "taken.h5"],
        "Error: taken.h5: the file exists; add --force to replace it\n", 73
      ),
      (
        ["--model", "taken.h5", "-n", "5", "-o", "a.h5"],
        "Error: taken.h5: not a valid HDF5 file: file signature not found; write it again with a program that supports "
          + "HDF5\n", 65
      ),
      (
        ["--model", "none.h5", "-n", "5", "-o", "a.h5"],
        "Error: none.h5: cannot be read: No such file or directory; check the path and its permissions\n", 66
      ),
      (
        [tree, "--mechanism", "linear", "-n", "5", "-o", "none/a.npz"],
        "Error: none/a.npz: cannot be written: No such file or directory; check the folder, its permissions and the "
          + "free space\n", 73
      ),
    ] as [([String], String, Int32)])
  func errors(arguments: [String], message: String, status: Int32) throws {
    try withTemporaryDirectory { folder in
      try Data("not HDF5".utf8).write(to: folder.appending(path: "taken.h5"))
      let output = try StrataBinary.run(["sample"] + arguments, in: folder)
      #expect(output.standardError == message)
      #expect(output.exitCode == status && output.standardOutput == "")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken.h5"])
    }
  }

  @Test("The help of sample and of theory check lists the same mechanisms and noise laws in full")
  func help() throws {
    let helps = try [["sample"], ["theory", "check"]].map { try StrataBinary.run($0 + ["--help"]).standardOutput }
    for word in [
      "linear:orthogonal", "rho:0.85", "mlp:layers=2", "residual-flow", "polynomial:degree=5", "additive-noise",
      "location-scale", "post-nonlinear", "multiplicative", "gaussian", "laplace", "uniform", "student-t:5", "logistic",
      "exponential", "gumbel", "correlated:0.5", "degenerate", "gaussian-mixture:weights=1:3",
    ] {
      for help in helps { #expect(help.contains(word), "\(word)") }
    }
  }

  @Test(
    "A wrong command line is a usage error",
    arguments: [
      (["-n", "5", "-o", "a.h5"], "Error: give either a model or --model with a data set\n"),
      ([tree, "-n", "0", "-o", "a.h5"], "Error: -n 0: give at least 1\n"),
      (
        [tree, "-n", "5", "-o", "a.mat"],
        "Error: a.mat: no format has this name; use .h5, .hdf5, .npz, .csv, or a folder's name with / at its end\n"
      ),
      (
        ["--model", "a.h5", "--noise", "laplace", "-n", "5", "-o", "b.h5"],
        "Error: --mechanism, --noise and --model-seed make no sense with a stored model; leave them out\n"
      ),
    ])
  func usage(arguments: [String], message: String) throws {
    let output = try StrataBinary.run(["sample"] + arguments)
    #expect(output.standardError.hasPrefix(message))
    #expect(output.exitCode == 64 && output.standardOutput == "")
  }
}
