import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// What an export says of where its values came from: interventions that are part of the model, and who computed.
@Suite struct SampleProvenanceTests {
  static let tree = "tree:depth=2,branching=2"
  static let recorded = #"{"z1_0": {"do": [2.0]}, "x2": {"shift": [1.0], "scale": [3.0], "noise": "laplace"}}"#

  private func inFolder(_ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      let model = """
        graph: \(Self.tree)
        mechanism: rho:0.8
        interventions: {z1_0: {do: 2}, x2: {shift: 1, scale: 3, noise: laplace}}
        """
      try Data(model.utf8).write(to: folder.appending(path: "m.yaml"))
      try body(folder)
    }
  }

  /// The facts of an export of any format, by its JSON or its HDF5 attributes.
  private func fact(_ fact: String, of name: String, in folder: URL) throws -> String? {
    let path = folder.appending(path: name).path
    guard name.hasSuffix(".csv") else {
      // A folder's path has lost its slash.
      let stored = try StoredSample(contentsOf: name.hasSuffix("/") && !path.hasSuffix("/") ? path + "/" : path)
      guard case .text(let text)? = stored[fact] else { return nil }
      return text
    }
    guard let data = FileManager.default.contents(atPath: path + ".metadata.json") else { return nil }
    return try (JSONSerialization.jsonObject(with: data) as? [String: Any])?[fact] as? String
  }

  @Test(
    "Interventions that are part of a model are on record in every format, as a model file says them",
    arguments: ["a.h5", "a.npz", "a/", "a.csv"])
  func interventions(name: String) throws {
    try inFolder { folder in
      let output = try StrataBinary.run(["sample", "m.yaml", "-n", "300", "-o", name], in: folder)
      #expect(output.exitCode == 0, "\(output.standardError)")
      let text = try #require(try fact("interventions", of: name, in: folder))
      #expect(text == Self.recorded)
      // The record is what a model file may say: it gives the same samples.
      try Data("graph: \(Self.tree)\nmechanism: rho:0.8\ninterventions: \(text)\n".utf8)
        .write(to: folder.appending(path: "again.yaml"))
      for model in ["m.yaml", "again.yaml"] {
        _ = try StrataBinary.run(["sample", model, "-n", "300", "-o", "\(model).csv"], in: folder)
      }
      let values = try ["m.yaml.csv", "again.yaml.csv"].map { try CSVFile.read(folder.appending(path: $0).path) }
      #expect(values[0].values == values[1].values)
      let set = try #require(values[0].columns.firstIndex(of: "latents.z1_0"))
      #expect(values[0].values.column(set).allSatisfy { $0 == 2 })
    }
  }

  @Test(
    "A data set of a model with interventions goes on under them, made once, and they stay on record",
    arguments: ["a.h5", "a.npz", "a/"])
  func continues(name: String) throws {
    try inFolder { folder in
      _ = try StrataBinary.run(["sample", "m.yaml", "-n", "300", "-o", "all.h5"], in: folder)
      _ = try StrataBinary.run(["sample", "m.yaml", "-n", "200", "-o", name], in: folder)
      let going = try StrataBinary.run(["sample", "--model", name, "-n", "60", "-o", "next.h5"], in: folder)
      #expect(going.exitCode == 0, "\(going.standardError)")
      // Given as a model, too, and then gone on with once more.
      _ = try StrataBinary.run(["sample", name, "-n", "260", "-o", "given.npz"], in: folder)
      _ = try StrataBinary.run(["sample", "--model", "given.npz", "-n", "40", "-o", "last.h5"], in: folder)
      for (file, rows) in [("next.h5", 200..<260), ("given.npz", 0..<260), ("last.h5", 260..<300)] {
        for array in ["observed", "latents", "noises"] {
          let all = try MatrixFile.read(folder.appending(path: "all.h5:\(array)").path)
          #expect(try MatrixFile.read(folder.appending(path: "\(file):\(array)").path) == all.rows(rows), "\(file)")
        }
        #expect(try fact("interventions", of: file, in: folder) == Self.recorded, "\(file)")
      }
    }
  }

  @Test("A model without interventions says nothing of them, and has nothing beside its CSV")
  func without() throws {
    try withTemporaryDirectory { folder in
      for name in ["a.h5", "a.csv"] {
        _ = try StrataBinary.run(["sample", Self.tree, "--mechanism", "rho:0.8", "-n", "5", "-o", name], in: folder)
      }
      #expect(try fact("interventions", of: "a.h5", in: folder) == nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.csv", "a.h5"])
    }
  }

  @Test("Every format names the versions of what computed and wrote it", arguments: ["a.h5", "a.npz", "a/", "a.csv"])
  func versions(name: String) throws {
    try inFolder { folder in
      _ = try StrataBinary.run(["sample", "m.yaml", "-n", "5", "-o", name], in: folder)
      func version(_ name: String, _ export: String) throws -> String {
        try #require(try fact(name, of: export, in: folder), "\(name)")
      }
      #expect(try version("strata_version", name).contains(#/^\d+\.\d+\.\d+/#))
      #expect(try version("gsl", name).contains(#/^\d+\.\d+/#))
      #expect(try version("hdf5", name) == DatasetExporter.hdf5Version)
      #expect(try version("hdf5", name).contains(#/^\d+\.\d+\.\d+$/#))
      #expect(try version("blas", name).contains(#/^OpenBLAS \d+\.\d+/#))
    }
  }

  @Test("A Gaussian mixture is named in one word on the command line, and its error says how")
  func mixture() throws {
    try withTemporaryDirectory { folder in
      func sample(_ noise: String, _ output: String) throws -> StrataBinary.Output {
        try StrataBinary.run(
          ["sample", Self.tree, "--mechanism", "rho:0.8", "--noise", noise, "-n", "50", "-o", output], in: folder)
      }
      let refused = try sample("gaussian-mixture", "a.h5")
      #expect(
        refused.standardError
          == "Error: --noise: gaussian-mixture noise needs its components; write {law: gaussian-mixture, weights: [1, 1], "
          + "means: [-2, 2], deviations: [1, 1]} or gaussian-mixture:weights=1:1,means=-2:2,deviations=1:1\n")
      #expect(refused.exitCode == 65)
      let word = "gaussian-mixture:weights=1:1,means=-2:2,deviations=1:1"
      #expect(try sample(word, "a.csv").exitCode == 0)
      let model = """
        graph: \(Self.tree)
        mechanism: rho:0.8
        noise: {law: gaussian-mixture, weights: [1, 1], means: [-2, 2], deviations: [1, 1]}
        """
      try Data(model.utf8).write(to: folder.appending(path: "m.yaml"))
      _ = try StrataBinary.run(["sample", "m.yaml", "-n", "50", "-o", "b.csv"], in: folder)
      #expect(
        try Data(contentsOf: folder.appending(path: "a.csv")) == Data(contentsOf: folder.appending(path: "b.csv")))
    }
  }
}
