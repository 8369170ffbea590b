internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// The linear families.
extension MechanismBuilder {
  func linearRandom(_ v: Int, using stream: inout RandomStream) throws(ModelError) -> LinearMechanism {
    let (rows, columns) = (graph.nodes[v].dimension, graph.inputDimension(v))
    guard columns > 0 else { return LinearMechanism(weights: Matrix(rows: rows, columns: 0)) }
    let draws = 10_000
    for _ in 0..<draws {
      let weights = RandomWeights.signed(rows, columns, using: &stream)
      if rows < columns || RandomWeights.conditionNumber(weights) <= 25 { return LinearMechanism(weights: weights) }
    }
    throw .conditioningFailed(node: graph.nodes[v].name, draws: draws)
  }

  func rhoMechanism(_ v: Int, rho: Double, scale: Double) -> LinearMechanism {
    let dimension = graph.nodes[v].dimension
    var weights = Matrix<Double>(rows: dimension, columns: graph.inputDimension(v))
    for i in 0..<dimension {
      for p in 0..<graph.parents.count(v) { weights[i, p * dimension + i] = rho * scale }
      weights[i, graph.parents.count(v) * dimension + i] = (1 - rho * rho).squareRoot()
    }
    return LinearMechanism(weights: weights)
  }

  /// 1 / sd(Σ parents) on the calibration sample, where not all nodes are `rho` of one ρ and nothing exact is known.
  func measuredRhoScale(_ v: Int) throws(ModelError) -> Double {
    let node = graph.nodes[v]
    for dimension in graph.parents[v].map({ graph.nodes[$0].dimension }) + [node.noiseDimension]
    where dimension != node.dimension {
      throw .unsuitableDimensions(
        family: "rho", node: node.name,
        reason: "node, parents and noise need the same dimension, but \(dimension) is not \(node.dimension)",
        remedy: "use another linear mechanism")
    }
    guard graph.parents.count(v) > 0 else { return 1 }
    var sum = [Float](repeating: 0, count: node.dimension * Self.calibrationCount)
    for parent in graph.parents[v] { for i in sum.indices { sum[i] += calibration[parent][i] } }
    let variance = Self.moments(sum, rows: node.dimension).reduce(0) { $0 + $1.variance } / Double(node.dimension)
    return variance > 0 ? 1 / variance.squareRoot() : 1
  }

  /// The linear map of coefficients that are given parent by parent.
  func linear(_ v: Int, _ given: LinearCoefficients) throws(ModelError) -> LinearMechanism {
    let node = graph.nodes[v]
    let parentNames = graph.parents[v].map { graph.nodes[$0].name }
    for entry in given.parents where !parentNames.contains(entry.name) {
      throw .unsuitableAssignment(
        subject: "the coefficient of '\(entry.name)' at node '\(node.name)'", reason: "it is no parent of that node",
        remedy: parentNames.isEmpty
          ? "it has no parents; give 'noise' only" : "its parents are \(parentNames.joined(separator: ", "))")
    }
    var parts: [Matrix<Double>] = []
    for parent in graph.parents[v] {
      let coefficient = given.parents.first { $0.name == graph.nodes[parent].name }?.coefficient
      parts.append(try matrix(v, coefficient, columns: graph.nodes[parent].dimension, of: graph.nodes[parent].name))
    }
    parts.append(try matrix(v, given.noise, columns: node.noiseDimension, of: "noise"))
    return LinearMechanism(weights: .concatenatingColumns(parts))
  }

  private func matrix(
    _ v: Int, _ coefficient: LinearCoefficients.Coefficient?, columns: Int, of input: String
  ) throws(ModelError) -> Matrix<Double> {
    let rows = graph.nodes[v].dimension
    switch coefficient {
    case nil: return Matrix(rows: rows, columns: columns)
    case .scalar(let value):
      guard rows == columns || value == 0 || columns == 0 else {
        throw .unsuitableDimensions(
          family: "coefficients", node: graph.nodes[v].name,
          reason: "one number for '\(input)' needs equal dimensions, but these are \(rows) and \(columns)",
          remedy: "give a matrix of \(rows) rows with \(columns) numbers each")
      }
      return rows == columns ? value * .identity(rows) : Matrix(rows: rows, columns: columns)
    case .matrix(let list):
      guard list.count == rows, list.allSatisfy({ $0.count == columns }) else {
        throw .unsuitableDimensions(
          family: "coefficients", node: graph.nodes[v].name,
          reason: "the matrix for '\(input)' is not of shape (\(rows), \(columns))",
          remedy: "give \(rows) rows with \(columns) numbers each")
      }
      return Matrix(list)
    }
  }

  /// The mechanism of a set of named weights; nil if the set has none for the node.
  func mechanism(_ v: Int, _ weights: NamedWeights) throws(ModelError) -> (any Mechanism)? {
    for name in weights.tensors.keys.sorted() where graph.index(of: name) == nil {
      throw .unsuitableAssignment(
        subject: weights.place(of: name), reason: "graph '\(graph.name)' has no such node",
        remedy: "name each tensor after its node")
    }
    let name = graph.nodes[v].name
    guard let tensors = weights.tensors[name] else { return nil }
    let (rows, columns) = (graph.nodes[v].dimension, graph.inputDimension(v))
    func unsuitable(_ reason: String) -> ModelError {
      .unsuitableAssignment(
        subject: weights.place(of: name), reason: reason,
        remedy:
          "the node needs finite numbers of shape (\(rows), \(columns)): its dimension, and its parents' with its noise"
      )
    }
    guard tensors.allSatisfy({ $0.values.allSatisfy { $0.isFinite } }) else {
      throw unsuitable("it holds NaN or infinity")
    }
    let made: any Mechanism
    do {
      made = try MechanismRegistry.builtIn.mechanism(StoredParameters(kind: weights.kind, tensors: tensors))
    } catch {
      throw .unsuitableAssignment(
        subject: weights.place(of: name), reason: "\(error)",
        remedy: "give the tensors that docs/data-format.md lists for \(weights.kind)")
    }
    guard made.dimension == rows, made.inputDimension == columns else {
      throw unsuitable("it has shape (\(made.dimension), \(made.inputDimension))")
    }
    return made
  }
}
