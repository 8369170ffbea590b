internal import FoundationEssentials
internal import LinearAlgebra

extension Trainer {
  /// The whole state, from which ``init(resuming:)`` continues with the same bits.
  public func checkpoint() -> Checkpoint {
    let layout = network.layout
    var tensors = layout.tensors(of: network.parameters, prefix: "")
    tensors += layout.tensors(of: firstMoment.pointer, prefix: "first_moment.")
    tensors += layout.tensors(of: secondMoment.pointer, prefix: "second_moment.")
    if let standardization {
      let columns = architecture.observedDimension
      tensors.append(NamedTensor(name: "standardization.mean", shape: [columns], values: standardization.mean))
      tensors.append(
        NamedTensor(name: "standardization.deviation", shape: [columns], values: standardization.deviation))
    }
    tensors.append(NamedTensor(name: "training.loss", shape: [losses.count], values: losses.map(\.loss)))
    var metadata = [
      "format": Checkpoint.format, "version": Checkpoint.version, "architecture": encodeJSON(architecture),
      "configuration": encodeJSON(configuration), "key": String(keyBits, radix: 16), "step": String(step),
      "interval_loss_bits": String(intervalLoss.bitPattern, radix: 16),
    ]
    if let referenceLoss { metadata["reference_loss_bits"] = String(referenceLoss.bitPattern, radix: 16) }
    if let divergence { metadata["divergence"] = encodeJSON(divergence) }
    return Checkpoint(tensors: tensors, metadata: metadata)
  }

  /// A training that continues where a checkpoint was taken.
  ///
  /// - Throws: ``CheckpointError`` if an entry or tensor is missing, unreadable, or of the wrong shape.
  public convenience init(resuming checkpoint: Checkpoint) throws(CheckpointError) {
    let architecture = try checkpoint.architecture()
    let configuration = try checkpoint.entry("configuration") { text in
      decodeJSON(TrainingConfiguration.self, text).flatMap { $0.problem == nil ? $0 : nil }
    }
    let keyBits = try checkpoint.entry("key") { UInt64($0, radix: 16) }
    self.init(architecture, configuration, keyBits: keyBits)
    let layout = network.layout
    let parameters = try checkpoint.flat(layout, prefix: "")
    let first = try checkpoint.flat(layout, prefix: "first_moment.")
    let second = try checkpoint.flat(layout, prefix: "second_moment.")
    network.parameters.update(from: parameters, count: layout.count)
    firstMoment.pointer.update(from: first, count: layout.count)
    secondMoment.pointer.update(from: second, count: layout.count)
    standardization = try checkpoint.standardization(columns: architecture.observedDimension)
    let steps = configuration.steps
    step = try checkpoint.entry("step") { Int($0).flatMap { (0...steps).contains($0) ? $0 : nil } }
    // Only losses are stored: the step of a record follows from its number.
    let interval = configuration.lossInterval
    let history = try checkpoint.tensor("training.loss", shape: [step / interval])
    losses = history.enumerated().map { LossRecord(step: ($0 + 1) * interval, loss: $1) }
    func bits(_ text: String) -> Double? { UInt64(text, radix: 16).map(Double.init(bitPattern:)) }
    intervalLoss = try checkpoint.entry("interval_loss_bits", bits)
    if checkpoint.metadata["reference_loss_bits"] != nil {
      referenceLoss = try checkpoint.entry("reference_loss_bits", bits)
    }
    divergence = try checkpoint.divergence()
  }
}

/// JSON with sorted keys: equal values give equal text. Finite numbers keep their bits.
func encodeJSON(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // Only finite numbers stand in these types (their initialisers and `validate` see to it).
  return String(decoding: try! encoder.encode(value), as: UTF8.self)
}

func decodeJSON<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
  try? JSONDecoder().decode(type, from: Data(text.utf8))
}
