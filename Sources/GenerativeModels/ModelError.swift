/// Why a mechanism family does not fit a graph.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// The dimensions of a node rule the family out.
  case unsuitableDimensions(family: String, node: String, reason: String, remedy: String)
  /// A parameter is out of range.
  case invalidParameter(name: String, value: String, remedy: String)
  /// A node, level or tensor that is spoken of does not exist or does not fit.
  case unsuitableAssignment(subject: String, reason: String, remedy: String)
  /// Weights of the wanted conditioning were not found.
  case conditioningFailed(node: String, draws: Int)

  /// One line: what is wrong and the remedy.
  public var description: String {
    switch self {
    case .unsuitableDimensions(let family, let node, let reason, let remedy):
      "mechanism \(family) does not fit node '\(node)': \(reason); \(remedy)"
    case .unsuitableAssignment(let subject, let reason, let remedy): "\(subject): \(reason); \(remedy)"
    case .invalidParameter(let name, let value, let remedy): "\(name) is \(value); \(remedy)"
    case .conditioningFailed(let node, let draws):
      "no well-conditioned weights for node '\(node)' in \(draws) draws; use a larger condition quantile or smaller dimensions"
    }
  }
}
