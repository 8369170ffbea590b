internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// Further invertible families, families of the user's own, and mechanisms that nodes share.
extension MechanismBuilder {
  func polynomial(
    _ v: Int, _ parameters: PolynomialParameters, using stream: inout RandomStream
  ) throws(ModelError) -> PolynomialMechanism {
    guard parameters.coefficient >= 0, parameters.coefficient.isFinite else {
      throw .invalidParameter(
        name: "coefficient", value: "\(parameters.coefficient)",
        remedy: "give a number of at least 0, or the polynomial is not monotone")
    }
    guard parameters.degree >= 3, parameters.degree <= 9, parameters.degree % 2 == 1 else {
      throw .invalidParameter(name: "degree", value: "\(parameters.degree)", remedy: "give 3, 5, 7 or 9")
    }
    guard parameters.largestSlope > 1 else {
      throw .invalidParameter(
        name: "largest_slope", value: "\(parameters.largestSlope)", remedy: "give a number above 1, the slope at 0")
    }
    let weights = try linearRandom(v, using: &stream).weights
    let raw = PolynomialMechanism(
      weights: weights, coefficient: parameters.coefficient, degree: parameters.degree,
      largestSlope: parameters.largestSlope, shift: Array(repeating: 0, count: weights.rows),
      scale: Array(repeating: 1, count: weights.rows))
    let (shift, scale) = standardisation(Self.evaluate(raw, inputs: calibrationInputs(v)), rows: weights.rows)
    return PolynomialMechanism(
      weights: weights, coefficient: parameters.coefficient, degree: parameters.degree,
      largestSlope: parameters.largestSlope, shift: shift, scale: scale)
  }

  func residualFlow(
    _ v: Int, _ parameters: ResidualFlowParameters, using stream: inout RandomStream
  ) throws(ModelError) -> ResidualFlowMechanism {
    guard parameters.contraction > 0, parameters.contraction < 1 else {
      throw .invalidParameter(
        name: "contraction", value: "\(parameters.contraction)",
        remedy: "give a number strictly between 0 and 1, or the blocks have no inverse")
    }
    guard parameters.blocks >= 1, parameters.hiddenWidth >= 1 else {
      throw .invalidParameter(
        name: "blocks", value: "\(parameters.blocks) of \(parameters.hiddenWidth) units",
        remedy: "give at least 1 of each")
    }
    let (rows, columns) = (graph.nodes[v].dimension, graph.inputDimension(v))
    guard rows >= columns, columns > 0 else {
      throw .unsuitableDimensions(
        family: "residual-flow", node: graph.nodes[v].name,
        reason: "an invertible map needs dimension >= parents + noise (\(columns)), but it has \(rows)",
        remedy: "set 'regime: invertible' and leave dimensions out, or use additive-noise")
    }
    let entrance = RandomWeights.orthonormal(rows, columns, using: &stream)
    var blocks: [ResidualFlowMechanism.Block] = []
    for _ in 0..<parameters.blocks {
      let inner = RandomWeights.gaussian(parameters.hiddenWidth, rows, using: &stream)
      let biases = (0..<parameters.hiddenWidth).map { _ in stream.gaussian() }
      let outer = RandomWeights.gaussian(rows, parameters.hiddenWidth, using: &stream)
      do {
        blocks.append(
          try .init(inner: inner, biases: biases, outer: outer, contraction: parameters.contraction))
      } catch {
        // Gaussian matrices are finite and not 0.
        preconditionFailure("spectral norms of Gaussian matrices: \(error)")
      }
    }
    let raw = ResidualFlowMechanism(
      entrance: entrance, blocks: blocks, shift: Array(repeating: 0, count: rows), scale: 1)
    let moments = Self.moments(Self.evaluate(raw, inputs: calibrationInputs(v)), rows: rows)
    let variance = moments.reduce(0) { $0 + $1.variance } / Double(rows)
    return ResidualFlowMechanism(
      entrance: entrance, blocks: blocks, shift: moments.map(\.mean),
      scale: variance > 0 ? 1 / variance.squareRoot() : 1)
  }

  /// The mechanism that a family of the user's own draws.
  func mechanism(
    _ v: Int, _ custom: CustomMechanisms, using stream: inout RandomStream
  ) throws(ModelError) -> (any Mechanism)? {
    let node = graph.nodes[v]
    // Roots stay what they are under every family.
    if graph.parents.count(v) == 0, node.dimension == node.noiseDimension { return nil }
    let site = MechanismSite(
      name: node.name, level: graph.levels[v], dimension: node.dimension, noiseDimension: node.noiseDimension,
      parentDimensions: graph.parents[v].map { graph.nodes[$0].dimension },
      calibration: Matrix(
        rows: graph.inputDimension(v), columns: Self.calibrationCount, storage: calibrationInputs(v)))
    let result = try custom.source.mechanism(for: site, using: &stream)
    guard result.dimension == node.dimension, result.inputDimension == graph.inputDimension(v) else {
      throw .unsuitableDimensions(
        family: custom.name, node: node.name,
        reason: "the mechanism maps \(result.inputDimension) inputs to \(result.dimension)",
        remedy: "return one that maps \(graph.inputDimension(v)) to \(node.dimension)")
    }
    return result
  }

  /// The mechanism of another node, which must come first in topological order and have the same shape.
  func shared(_ v: Int, with name: String, finished: [(any Mechanism)?]) throws(ModelError) -> any Mechanism {
    let subject = "the mechanism of node '\(graph.nodes[v].name)'"
    guard let other = graph.index(of: name) else {
      throw .unsuitableAssignment(
        subject: subject, reason: "'\(name)' is no node of graph '\(graph.name)'", remedy: "name a node that it has")
    }
    guard let mechanism = finished[other] else {
      throw .unsuitableAssignment(
        subject: subject, reason: "'\(name)' itself comes later or shares with it", remedy: "share the other way round")
    }
    guard mechanism.dimension == graph.nodes[v].dimension, mechanism.inputDimension == graph.inputDimension(v) else {
      throw .unsuitableAssignment(
        subject: subject,
        reason:
          "that of '\(name)' maps \(mechanism.inputDimension) inputs to \(mechanism.dimension), and this node has \(graph.inputDimension(v)) and \(graph.nodes[v].dimension)",
        remedy: "share between nodes of one shape")
    }
    return mechanism
  }
}
