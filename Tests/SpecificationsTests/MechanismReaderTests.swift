import Datasets
import Foundation
import GenerativeModels
import LinearAlgebra
import Specifications
import Stochastics
import TestSupport
import Testing

@Suite struct MechanismReaderTests {
  private func family(_ text: String, context: ReadingContext = ReadingContext()) throws -> MechanismFamily {
    try MechanismFamily(try Document.parse(text, file: nil), context: context)
  }

  private func noise(_ text: String) throws -> NoiseAssignment { try NoiseAssignment(Document.parse(text, file: nil)) }

  private func message(_ read: () throws -> some Any) -> String {
    do {
      _ = try read()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("Every family is read with its defaults by name and with its parameters by mapping")
  func families() throws {
    let pairs: [(String, MechanismFamily)] = [
      ("location-scale", .locationScale(.init())), ("post-nonlinear", .postNonlinear(.init())),
      ("polynomial", .polynomial(.init())), ("multiplicative", .multiplicative(.init())),
      ("residual-flow", .residualFlow(.init())),
      (
        "{family: location-scale, signal: 0.5, log_deviation: 1, hidden_width: 8}",
        .locationScale(.init(signal: 0.5, logDeviation: 1, hiddenWidth: 8))
      ),
      ("{family: post-nonlinear, sharpness: 3}", .postNonlinear(.init(sharpness: 3))),
      ("{family: polynomial, coefficient: 0.2, degree: 5}", .polynomial(.init(coefficient: 0.2, degree: 5))),
      ("{family: polynomial, degree: 5}", .polynomial(.init(degree: 5))),
      ("{family: polynomial, coefficient: 0.1}", .polynomial(.init(coefficient: 0.1))),
      (
        "{family: polynomial, coefficient: 0.2, largest_slope: 4}",
        .polynomial(.init(coefficient: 0.2, largestSlope: 4))
      ),
      (
        "{family: multiplicative, offset: 0.75, weight: 0.5, standardize: false}",
        .multiplicative(.init(offset: 0.75, weight: 0.5, isStandardized: false))
      ),
      (
        "{family: residual-flow, blocks: 2, hidden_width: 4, contraction: 0.5}",
        .residualFlow(.init(blocks: 2, hiddenWidth: 4, contraction: 0.5))
      ),
      (
        "{family: linear, coefficients: {c: 0.5, noise: [[1, 2], [3, 4]]}}",
        .coefficients(.init(parents: ["c": .scalar(0.5)], noise: .matrix([[1, 2], [3, 4]])))
      ),
    ]
    for (text, expected) in pairs { #expect(try family(text) == expected, "\(text)") }
    #expect(try family("polynomial") != (try family("{family: polynomial, coefficient: 0.1}")))
    #expect(
      message { try family("{family: polynomial, largest_slope: 1}") }.contains("1 is not a largest slope"))
  }

  @Test("Levels and nodes override the base, and a node may share another's mechanism")
  func overrides() throws {
    let read = try family(
      "{family: mlp, levels: {2: linear}, nodes: {x3: {family: polynomial, degree: 5}, x4: {same_as: x3}, x5: rho:0.5}}"
    )
    #expect(
      read
        == .assigned(
          MechanismAssignment(
            base: .mlp(.init()), levels: [2: .linearRandom],
            nodes: ["x3": .polynomial(.init(degree: 5)), "x4": .same(as: "x3"), "x5": .rho(0.5)])))
  }

  @Test("Noise laws are read by name, by mapping, and by level and node")
  func noises() throws {
    for (text, law) in [
      ("logistic", Distribution.logistic), ("exponential", .exponential), ("gumbel", .gumbel),
      ("degenerate", .degenerate), ("{law: correlated, correlation: 0.5}", .correlated(correlation: 0.5)),
      ("correlated:0.25", .correlated(correlation: 0.25)), ("student-t:5", .studentT(degreesOfFreedom: 5)),
    ] {
      #expect(try noise(text) == NoiseAssignment(law), "\(text)")
    }
    let mixture = GaussianMixture([
      .init(weight: 1, mean: -2, deviation: 1), .init(weight: 3, mean: 2, deviation: 0.5),
    ])!
    #expect(
      try noise("{law: gaussian-mixture, weights: [1, 3], means: [-2, 2], deviations: [1, 0.5]}")
        == NoiseAssignment(.gaussianMixture(mixture)))
    #expect(
      try noise("gaussian-mixture:weights=1:3,means=-2:2,deviations=1:0.5")
        == NoiseAssignment(.gaussianMixture(mixture)))
    #expect(
      try noise("{law: gaussian, levels: {0: laplace}, nodes: {z: {law: student-t, degrees_of_freedom: 5}}}")
        == NoiseAssignment(.gaussian, levels: [0: .laplace], nodes: ["z": .studentT(degreesOfFreedom: 5)]))
  }

  @Test("Errors name the place and the remedy")
  func errors() {
    #expect(
      message { try family("{family: polynomial, degree: 4}") }
        == ":1:30: .degree: the even degree 4 is not monotone; give 3, 5, 7 or 9")
    #expect(
      message { try family("polinomial") }.contains(
        "'polinomial' is not a mechanism family; did you mean 'polynomial'?"))
    #expect(
      message { try family("{family: mlp, nodes: {x: {family: rho, rho: 0.5, levels: {1: mlp}}}}") }
        .contains("levels and nodes cannot have levels and nodes; remove the inner ones"))
    #expect(message { try family("{family: weights}") }.contains("the weights are missing; give 'file'"))
    #expect(
      message { try noise("correlated") }
        .hasSuffix(
          "correlated noise needs its correlation; write {law: correlated, correlation: 0.5} or correlated:0.5"))
    #expect(
      message { try noise("gaussian-mixture:weights=1:x") }.contains("weights[1]: 'x' is not a number; give a number"))
    #expect(
      message { try noise("gaussian-mixture:weights=1:1,means=1") }.contains("there are 1 means for 2 weights"))
    #expect(
      message { try noise("{law: gumbel, correlation: 0.5}") }.contains(
        "gumbel noise has no correlation; remove this key"))
    #expect(
      message { try noise("{law: gaussian-mixture, weights: [1, 1], deviations: [0, 0]}") }
        .contains("this is not a mixture with a variance"))
    #expect(
      message { try noise("{law: gaussian-mixture, weights: [1, 1], means: [1]}") }
        .contains("there are 1 means for 2 weights"))
  }

  @Test("Weights come from safetensors, from .npy files, or from the document, and are the same weights")
  func weights() throws {
    try withTemporaryDirectory { folder in
      let model = """
        graph: {nodes: [z, {name: a, parents: [z]}, {name: b, parents: [z]}]}
        mechanism: {family: weights, %}
        """
      func load(_ text: String) throws -> ModelSpecification {
        let file = folder.appending(path: "model.yaml")
        try model.replacingOccurrences(of: "%", with: text).write(to: file, atomically: true, encoding: .utf8)
        return try ModelFile.load(file.path)
      }
      // A safetensors file and two .npy files by hand: 8 bytes of header length, JSON, little-endian numbers.
      let header =
        #"{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}}"#
      var bytes = Data()
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(Data(header.utf8))
      let numbers: [Float] = [0.5, 2, -1, 0.25]
      numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
      try bytes.write(to: folder.appending(path: "w.safetensors"))
      for (name, row) in [("a", [0.5, 2]), ("b", [-1, 0.25])] {
        var text = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }"
        text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
        var file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(text.utf8)
        row.withUnsafeBytes { file.append(contentsOf: $0) }
        try file.write(to: folder.appending(path: "\(name).npy"))
      }
      let given = try load("file: w.safetensors")
      #expect(given.mechanism == (try load("files: {a: a.npy, b: b.npy}").mechanism))
      #expect(given.mechanism == (try load("matrices: {a: [[0.5, 2]], b: [[-1, 0.25]]}").mechanism))
      let weights = try #require(given.model().linearWeights)
      #expect(weights == [.identity(1), Matrix([[0.5, 2]]), Matrix([[-1, 0.25]])])
      #expect(message { try load("file: missing.safetensors") }.contains("missing.safetensors"))
      #expect(message { try load("matrices: {a: [[0.5, 2]]}").model() }.contains("'b'"))

      // What does not fit names the file that it stands in.
      func misfit(_ columns: [Double]) throws -> String {
        let path = folder.appending(path: "bad.npy").path
        try NumPyFile.write(Matrix<Double>([columns]), to: path)
        return message { try load("files: {a: a.npy, b: bad.npy}").model() }
      }
      #expect(try misfit([1, 2, 3]).contains("bad.npy: it has shape (1, 3)"))
      #expect(try misfit([1, .nan]).contains("bad.npy: it holds NaN or infinity"))
    }
  }

  @Test("A model file holds interventions and named environments")
  func environments() throws {
    try withTemporaryDirectory { folder in
      let file = folder.appending(path: "model.yaml")
      try """
      graph: {nodes: [z, {name: a, parents: [z]}, {name: b, parents: [z]}]}
      mechanism: rho:0.5
      interventions: {b: {shift: 1, scale: 2, noise: laplace}}
      environments:
        cold: {z: {do: -1}}
        warm: {z: {do: [1]}, a: {noise: {law: student-t, degrees_of_freedom: 5}}}
      """.write(to: file, atomically: true, encoding: .utf8)
      let model = try ModelFile.load(file.path)
      #expect(
        model.interventions == [
          Intervention(.soft(shift: [1], scale: [2]), on: "b"), Intervention(.noise(.laplace), on: "b"),
        ])
      #expect(model.environments.map(\.name) == ["cold", "warm"])
      let cold = try model.model(environment: "cold").sample(0..<10, key: RandomKey(seed: 1))
      #expect(cold.value(of: 0).storage.allSatisfy { $0 == -1 })
      #expect(try model.model(environment: "warm").noises[1] == .studentT(degreesOfFreedom: 5))
      let sets = Environment(name: "sets", [Intervention(.soft(shift: [3], scale: [0]), on: "b")])
      var further = model
      further.environments.append(sets)
      // On top of the model's own shift and scale, not instead of them.
      let b = try further.model(environment: "sets").sample(0..<10, key: RandomKey(seed: 1)).value(of: 2)
      #expect(b.storage.allSatisfy { $0 == 3 })
      #expect(message { try model.model(environment: "all") }.contains("'all' is not one environment"))
      #expect(message { try model.model(environment: "wam") }.contains("the model has no environment 'wam'"))
      try "graph: {nodes: [z, {name: a, parents: [z]}]}\nmechanism: linear\ninterventions: {z: {do: 1, shift: 2}}\n"
        .write(to: file, atomically: true, encoding: .utf8)
      #expect(message { try ModelFile.load(file.path) }.contains("a node that is set to a value has no shift"))
    }
  }
}
