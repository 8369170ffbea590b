import Datasets
import Foundation
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Specifications
import Stochastics
import TestSupport
import Testing

/// Weights that are given in files: kinds, types of elements, and what does not fit.
@Suite struct WeightsReaderTests {
  static let graph = "{regime: invertible, nodes: [z, {name: x, parents: [z]}, {name: y, parents: [z]}]}"

  /// A safetensors file by hand: 8 bytes of header length, JSON, little-endian numbers.
  static func safetensors(_ tensors: [(name: String, shape: [Int], values: [Double])], isDouble: Bool) -> Data {
    var (entries, payload): ([String], Data) = ([], Data())
    for (name, shape, values) in tensors {
      let start = payload.count
      if isDouble {
        values.withUnsafeBytes { payload.append(contentsOf: $0) }
      } else {
        values.map(Float.init).withUnsafeBytes { payload.append(contentsOf: $0) }
      }
      entries.append(
        "\"\(name)\":{\"dtype\":\"\(isDouble ? "F64" : "F32")\",\"shape\":\(shape),\"data_offsets\":[\(start),\(payload.count)]}"
      )
    }
    let header = "{\(entries.joined(separator: ","))}"
    var bytes = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    return bytes + Data(header.utf8) + payload
  }

  private func load(_ mechanism: String, in folder: URL) throws -> GenerativeModel {
    let file = folder.appending(path: "model.yaml")
    try "graph: \(Self.graph)\nmechanism: \(mechanism)\n".write(to: file, atomically: true, encoding: .utf8)
    return try ModelFile.load(file.path).model()
  }

  private func message(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("F64 tensors keep every digit, F32 tensors are widened", arguments: [true, false])
  func precision(isDouble: Bool) throws {
    try withTemporaryDirectory { folder in
      let numbers = [0.1, 1.0 / 3, -2.5, 1e-3]
      let tensors = ["x", "y"].map { (name: $0, shape: [2, 2], values: numbers) }
      try Self.safetensors(tensors, isDouble: isDouble).write(to: folder.appending(path: "w.safetensors"))
      let weights = try load("{family: weights, file: w.safetensors}", in: folder).linearWeights
      let expected = isDouble ? numbers : numbers.map { Double(Float($0)) }
      #expect(weights?[1].storage == expected)
    }
  }

  @Test(
    "Integers in .npy files are weights", arguments: ["|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8"])
  func integers(type: String) throws {
    try withTemporaryDirectory { folder in
      let isSigned = type.contains("i")
      let size = try #require(Int(type.suffix(1)))
      let values = [3, isSigned ? -2 : 200, 0, 1]
      var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (2, 2), }"
      text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
      var file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(text.utf8)
      for value in values {
        for byte in 0..<size { file.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
      }
      for name in ["x", "y"] { try file.write(to: folder.appending(path: "\(name).npy")) }
      let weights = try load("{family: weights, files: {x: x.npy, y: y.npy}}", in: folder).linearWeights
      #expect(weights?[2].storage == values.map(Double.init))
    }
  }

  @Test(
    "Mechanisms of every kind come from a file by the storage's tensor names, and from the document, as the same model",
    arguments: [
      MechanismFamily.mlp(.init(layers: 2, conditionQuantile: 0.1, conditionDraws: 200)),
      .residualFlow(.init(blocks: 2)),
      .polynomial(.init()), .linearRandom,
    ])
  func kinds(family: MechanismFamily) throws {
    try withTemporaryDirectory { folder in
      let graph = try GraphFile.parse(Self.graph, format: .yaml, file: nil).graph
      let original = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: 4))
      var (tensors, inline): ([(name: String, shape: [Int], values: [Double])], [String]) = ([], [])
      var (kind, files) = ("", [String]())
      for v in 1...2 {
        let stored = try original.mechanisms[v].parametersForStorage()
        kind = stored.kind
        let name = graph.nodes[v].name
        for tensor in stored.tensors {
          tensors.append((kind == "linear" ? name : "\(name).\(tensor.name)", tensor.shape, tensor.values))
        }
        let parts = stored.tensors.map { tensor in
          let text =
            switch tensor.shape.count {
            case 0: "\(tensor.values[0])"
            case 1: "\(tensor.values)"
            default:
              "\((0..<tensor.shape[0]).map { Array(tensor.values[($0 * tensor.shape[1])...].prefix(tensor.shape[1])) })"
            }
          return "\(tensor.name): \(text)"
        }
        inline.append("\(name): {\(parts.joined(separator: ", "))}")
        var named: [String] = []
        for tensor in stored.tensors {
          let extents = tensor.shape.map(String.init).joined(separator: ", ")
          let file = "\(name)-\(tensor.name).npy"
          try Self.npy(tensor.values, shape: "(\(extents)\(tensor.shape.count == 1 ? "," : ""))")
            .write(to: folder.appending(path: file))
          named.append("\(tensor.name): \(file)")
        }
        files.append(kind == "linear" ? "\(name): \(name)-weights.npy" : "\(name): {\(named.joined(separator: ", "))}")
      }
      try Self.safetensors(tensors, isDouble: true).write(to: folder.appending(path: "w.safetensors"))
      let models = [
        try load("{family: weights, kind: \(kind), file: w.safetensors}", in: folder),
        try load("{family: weights, kind: \(kind), tensors: {\(inline.joined(separator: ", "))}}", in: folder),
        try load("{family: weights, kind: \(kind), files: {\(files.joined(separator: ", "))}}", in: folder),
      ]
      #expect(models[0].family == models[1].family)
      let key = RandomKey(seed: 8)
      let expected = original.sample(0..<50, key: key).values(of: [0, 1, 2])
      for model in models { #expect(model.sample(0..<50, key: key).values(of: [0, 1, 2]) == expected) }
    }
  }

  /// An `.npy` file of float64 by hand.
  private static func npy(_ values: [Double], shape: String, isFortranOrdered: Bool = false) -> Data {
    var text = "{'descr': '<f8', 'fortran_order': \(isFortranOrdered ? "True" : "False"), 'shape': \(shape), }"
    text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(text.utf8)
      + values.withUnsafeBytes { Data($0) }
  }

  @Test("An MLP whose layers are named .npy files computes what its formula gives by hand")
  func networkByHand() throws {
    try withTemporaryDirectory { folder in
      // Layers in both orders of .npy files: W1 = [[1, 2], [-1, 0.5]] in C order, W2 = [[2, 1], [0, -1]] in Fortran's.
      let files = [
        ("w1", Self.npy([1, 2, -1, 0.5], shape: "(2, 2)")),
        ("w2", Self.npy([2, 0, 1, -1], shape: "(2, 2)", isFortranOrdered: true)),
        ("shift", Self.npy([0.5, -1], shape: "(2,)")), ("slope", Self.npy([0.25], shape: "()")),
      ]
      for (name, file) in files { try file.write(to: folder.appending(path: "\(name).npy")) }
      let model = """
        graph: {regime: invertible, nodes: [z, {name: x, parents: [z], dim: 2, noise_dim: 1}]}
        mechanism:
          family: weights
          kind: mlp
          files: {x: {weights_0: w1.npy, weights_1: w2.npy, slope: slope.npy, shift: shift.npy, scale: 3}}
        """
      try Data(model.utf8).write(to: folder.appending(path: "m.yaml"))
      let sample = try ModelFile.load(folder.appending(path: "m.yaml").path).model()
        .sample(0..<100, key: RandomKey(seed: 2))
      let (z, noise, x) = (sample.values(of: [0]), sample.noises(of: [1]), sample.values(of: [1]))
      var negative = 0
      for i in 0..<100 {
        let (c, e) = (Double(z[i, 0]), Double(noise[i, 0]))
        func activation(_ u: Double) -> Double { u > 0 ? u : 0.25 * u }
        let (h1, h2) = (activation(c + 2 * e), activation(-c + 0.5 * e))
        negative += c + 2 * e < 0 ? 1 : 0
        // Rounding in single precision: values up to about 30.
        #expect(abs(Double(x[i, 0]) - 3 * (2 * h1 + h2 - 0.5)) < 3e-5)
        #expect(abs(Double(x[i, 1]) - 3 * (-h2 + 1)) < 3e-5)
      }
      #expect((20...80).contains(negative))
    }
  }

  @Test("What does not fit names file, node and remedy")
  func misfits() throws {
    try withTemporaryDirectory { folder in
      func file(_ tensors: [(name: String, shape: [Int], values: [Double])], kind: String = "mlp") throws -> String {
        try Self.safetensors(tensors, isDouble: true).write(to: folder.appending(path: "w.safetensors"))
        return message { try load("{family: weights, kind: \(kind), file: w.safetensors}", in: folder) }
      }
      let layer = (name: "x.weights_0", shape: [2, 2], values: [1.0, 0, 0, 1])
      let incomplete = try file([layer])
      #expect(incomplete.contains("the mlp of 'x' in"))
      #expect(incomplete.contains("there is no slope; give the tensors that docs/data-format.md lists for mlp"))
      #expect(
        try file([("weights_0", [1, 1], [1])]).contains("it does not say whose tensor it is; call it after node"))
      #expect(try file([("q.weights_0", [1, 1], [1])]).contains("has no such node; name each tensor after its node"))
      #expect(try file([layer], kind: "milp").contains("did you mean 'mlp'?"))
      let matrices = message { try load("{family: weights, kind: mlp, matrices: {x: [[1, 2]]}}", in: folder) }
      #expect(matrices.contains("give 'file', 'files' or 'tensors' for the kind mlp"))
      let single = message { try load("{family: weights, kind: mlp, files: {x: x.npy}}", in: folder) }
      #expect(
        single.contains(
          "one file for a node makes a linear map; name a file for each tensor of the mlp, like {weights: "))
      let missing = message { try load("{family: weights, kind: mlp, files: {x: {slope: x.npy}}}", in: folder) }
      #expect(missing.contains(".files.x.slope: ") && missing.contains("x.npy: cannot be read: No such file"))
    }
  }
}
