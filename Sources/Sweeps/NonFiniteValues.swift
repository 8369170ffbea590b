internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Specifications
internal import Stochastics

/// A generator whose samples are not finite: an unstable mechanism, not an optimiser's divergence.
public struct NonFiniteValues: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the samples were drawn for.
  public enum Purpose: String, Sendable {
    /// Training, or the estimation of its standardisation.
    case training
    /// The measurement of recovery.
    case evaluation
  }

  /// The node's name: the first in causal order of that sample.
  public let node: String
  /// Its level.
  public let level: Int
  /// The number of the first such sample among those drawn for the purpose.
  public let sample: UInt64
  /// What they were drawn for.
  public let purpose: Purpose
  /// Whether an observable is not finite either.
  public let isObserved: Bool

  init(_ value: Sample.NonFiniteValue, in graph: HierarchicalGraph, first: UInt64, purpose: Purpose) {
    node = graph.nodes[value.node].name
    level = graph.levels[value.node]
    sample = first + UInt64(value.sample)
    self.purpose = purpose
    isObserved = value.isObserved
  }

  /// One line: what, where, and how to mend it.
  public var description: String {
    """
    non-finite \(isObserved ? "observables" : "latents"): node \(node), level \(level), first at sample \(sample) of \
    \(purpose.rawValue); bound its mechanism, or scale down its noise and its parents
    """
  }
}

extension CellRunner {
  /// What of the generator stopped a training, drawn again; nil if it stopped for another reason.
  func nonFiniteValues(behind divergence: Divergence?, key: RandomKey) -> NonFiniteValues? {
    guard let divergence, case .nonFiniteData(_, _, let isCalibration) = divergence.reason else { return nil }
    let rows: Range<UInt64>
    switch specification.data {
    case .fixed(let samples): rows = 0..<UInt64(samples)
    case .fresh:
      let batch = UInt64(specification.training.batchSize)
      let batches = (UInt64(specification.training.standardizationSamples) + batch - 1) / batch
      let step = UInt64(divergence.step)
      rows = isCalibration ? 0..<batches * batch : step * batch..<(step + 1) * batch
    }
    return generator.sample(rows, key: key.child("samples")).firstNonFiniteValue(in: generator.graph).map {
      NonFiniteValues($0, in: generator.graph, first: rows.lowerBound, purpose: .training)
    }
  }
}
