package import GenerativeModels
package import Stochastics

extension Environment {
  /// What is done, as a model file or a plan says it, in JSON: `{"z2": {"do": [1.5]}, "x1": {"noise": "laplace"}}`. Numbers are
  /// the shortest decimals that read back to the same bits.
  package var text: String {
    var (order, changes): ([String], [String: [String]]) = ([], [:])
    for intervention in interventions {
      if changes[intervention.node] == nil { order.append(intervention.node) }
      changes[intervention.node, default: []].append(intervention.kind.text)
    }
    let parts = order.map { "\($0.jsonQuoted): {\(changes[$0, default: []].joined(separator: ", "))}" }
    return "{\(parts.joined(separator: ", "))}"
  }

  /// Several environments by name: `{"observational": {}, "cold": {"z2": {"do": [-1.0]}}}`.
  package static func text(_ environments: [Environment]) -> String {
    "{\(environments.map { "\($0.name.jsonQuoted): \($0.text)" }.joined(separator: ", "))}"
  }
}

extension Intervention.Kind {
  fileprivate var text: String {
    switch self {
    case .hard(let value): "\"do\": \(value)"
    case .soft(let shift, let scale): "\"shift\": \(shift), \"scale\": \(scale)"
    case .noise(let law): "\"noise\": \(law.text)"
    }
  }
}

extension Distribution {
  /// The law as a plan spells it, in JSON: `"laplace"`, `{"law": "student-t", "degrees_of_freedom": 5.0}`.
  package var text: String {
    switch self {
    case .studentT(let degrees): "{\"law\": \"student-t\", \"degrees_of_freedom\": \(degrees)}"
    case .correlated(let correlation): "{\"law\": \"correlated\", \"correlation\": \(correlation)}"
    case .gaussianMixture(let mixture):
      "{\"law\": \"gaussian-mixture\", \"weights\": \(mixture.components.map(\.weight)), "
        + "\"means\": \(mixture.components.map(\.mean)), \"deviations\": \(mixture.components.map(\.deviation))}"
    case .custom(let custom):
      custom.parameters.isEmpty
        ? custom.name.jsonQuoted
        : "{\"law\": \(custom.name.jsonQuoted), \"parameters\": {"
          + custom.parameters.map { "\($0.name.jsonQuoted): \($0.value)" }.joined(separator: ", ") + "}}"
    case .gaussian, .laplace, .uniform, .logistic, .exponential, .gumbel, .degenerate: label.jsonQuoted
    }
  }
}
