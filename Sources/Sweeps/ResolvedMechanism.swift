internal import GenerativeModels
internal import LinearAlgebra
internal import Specifications
internal import Stochastics

/// Mechanisms and noises as `plan.resolved.yaml` spells them: every parameter, and given weights in full, so that the file
/// needs no other.
enum ResolvedMechanism {
  static func text(_ family: MechanismFamily) -> String {
    switch family {
    case .linearRandom: return "{family: linear, weights: random}"
    case .linearOrthogonal: return "{family: linear, weights: orthogonal}"
    case .rho(let rho): return "{family: rho, rho: \(rho)}"
    case .mlp(let p):
      return
        "{family: mlp, layers: \(p.layers), slope: \(p.slope), condition_quantile: \(p.conditionQuantile), condition_draws: \(p.conditionDraws)}"
    case .additiveNoise(let p): return "{family: additive-noise, signal: \(p.signal), hidden_width: \(p.hiddenWidth)}"
    case .locationScale(let p):
      return
        "{family: location-scale, signal: \(p.signal), log_deviation: \(p.logDeviation), hidden_width: \(p.hiddenWidth)}"
    case .postNonlinear(let p):
      return "{family: post-nonlinear, signal: \(p.signal), sharpness: \(p.sharpness), hidden_width: \(p.hiddenWidth)}"
    case .polynomial(let p):
      let bound = p.largestSlope.isFinite ? ", largest_slope: \(p.largestSlope)" : ""
      return "{family: polynomial, coefficient: \(p.coefficient), degree: \(p.degree)\(bound)}"
    case .multiplicative(let p):
      return "{family: multiplicative, offset: \(p.offset), weight: \(p.weight), standardize: \(p.isStandardized)}"
    case .residualFlow(let p):
      return
        "{family: residual-flow, blocks: \(p.blocks), hidden_width: \(p.hiddenWidth), contraction: \(p.contraction)}"
    case .coefficients(let given):
      let parts =
        given.parents.map { "\($0.name.jsonQuoted): \(text($0.coefficient))" } + ["noise: \(text(given.noise))"]
      return "{family: linear, coefficients: {\(parts.joined(separator: ", "))}}"
    case .weights(let weights):
      return text(weights)
    case .same(let node): return "{same_as: \(node.jsonQuoted)}"
    case .custom(let custom):
      return "{family: \(custom.name.jsonQuoted)\(parameters(custom.parameters.map { ($0.name, $0.value) }))}"
    case .assigned(let assignment):
      let levels = assignment.levels.map { "\($0.level): \(text($0.family))" }
      let nodes = assignment.nodes.map { "\($0.node.jsonQuoted): \(text($0.family))" }
      return adding(levels, nodes, to: text(assignment.base))
    }
  }

  static func text(_ noise: NoiseAssignment) -> String {
    guard !noise.levels.isEmpty || !noise.nodes.isEmpty else { return text(noise.base) }
    let levels = noise.levels.map { "\($0.level): \(text($0.law))" }
    let nodes = noise.nodes.map { "\($0.node.jsonQuoted): \(text($0.law))" }
    let base = text(noise.base)
    return adding(levels, nodes, to: base.hasPrefix("{") ? base : "{law: \(base)}")
  }

  static func text(_ law: Distribution) -> String {
    switch law {
    case .gaussian, .laplace, .uniform, .logistic, .exponential, .gumbel, .degenerate: law.label
    case .studentT, .correlated, .gaussianMixture, .custom: law.text
    }
  }

  /// A flow mapping with `levels` and `nodes` put in before its closing brace.
  private static func adding(_ levels: [String], _ nodes: [String], to mapping: String) -> String {
    var text = String(mapping.dropLast())
    if !levels.isEmpty { text += ", levels: {\(levels.joined(separator: ", "))}" }
    if !nodes.isEmpty { text += ", nodes: {\(nodes.joined(separator: ", "))}" }
    return text + "}"
  }

  private static func parameters(_ pairs: [(String, Double)]) -> String {
    guard !pairs.isEmpty else { return "" }
    return ", parameters: {\(pairs.map { "\($0.0.jsonQuoted): \($0.1)" }.joined(separator: ", "))}"
  }

  private static func text(_ coefficient: LinearCoefficients.Coefficient) -> String {
    switch coefficient {
    case .scalar(let value): "\(value)"
    case .matrix(let rows): "\(rows)"
    }
  }

  private static func text(_ weights: NamedWeights) -> String {
    let isLinear = weights.kind == LinearMechanism.storageKind
    let nodes = weights.tensors.sorted { $0.key < $1.key }.map { name, tensors in
      let parts = tensors.sorted { $0.name < $1.name }
      let text =
        isLinear
        ? parts.map { self.text($0) }.joined()
        : "{" + parts.map { "\($0.name.jsonQuoted): \(self.text($0))" }.joined(separator: ", ") + "}"
      return "\(name.jsonQuoted): \(text)"
    }.joined(separator: ", ")
    return isLinear
      ? "{family: weights, matrices: {\(nodes)}}" : "{family: weights, kind: \(weights.kind), tensors: {\(nodes)}}"
  }

  private static func text(_ tensor: StoredParameters.Tensor) -> String {
    switch tensor.shape.count {
    case 0: "\(tensor.values[0])"
    case 1: "\(tensor.values)"
    default:
      "\((0..<tensor.shape[0]).map { Array(tensor.values[$0 * tensor.shape[1]..<($0 + 1) * tensor.shape[1]]) })"
    }
  }
}
