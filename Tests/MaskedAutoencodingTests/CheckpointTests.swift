import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct CheckpointTests {
  static let checkpoint: Checkpoint = {
    let trainer = Trainer(
      architecture: AutoencoderArchitecture(
        observedDimension: 3, representationWidth: 1, hiddenWidth: 4, hiddenLayers: 1,
        activation: .leakyReLU(slope: 0.01)),
      configuration: smallConfiguration(steps: 30, batchSize: 4), key: RandomKey(seed: 61))
    trainer.run(
      source: OneFactorSource(loadings: [0.9, 0.8, 0.7], mask: nil, key: RandomKey(seed: 62)), untilStep: 25)
    return trainer.checkpoint()
  }()

  @Test("A checkpoint holds parameters, moments, standardisation and losses under documented names")
  func names() {
    let layers = ["encoder.0", "encoder.1", "decoder.0", "decoder.1"].flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(
      Self.checkpoint.tensors.map(\.name) == layers + layers.map { "first_moment.\($0)" }
        + layers.map { "second_moment.\($0)" }
        + ["standardization.mean", "standardization.deviation", "training.loss"])
    #expect(Self.checkpoint.tensors[0].shape == [6, 4])
    #expect(Self.checkpoint.metadata["step"] == "25")
    #expect(Self.checkpoint.metadata["key"] == String(RandomKey(seed: 61).bits, radix: 16))
    #expect(
      Self.checkpoint.metadata["architecture"]
        == #"{"activation":{"leakyReLU":{"slope":0.01}},"hiddenLayers":1,"hiddenWidth":4,"observedDimension":3,"#
        + #""representationWidth":1}"#)
  }

  @Test("A model read from a checkpoint is the trainer's")
  func model() throws {
    let trainer = try Trainer(resuming: Self.checkpoint)
    let model = try MaskedAutoencoder(Self.checkpoint)
    #expect(model.parameters == trainer.model.parameters)
    #expect(model.architecture == trainer.architecture)
    #expect(model.standardization == trainer.model.standardization)
    #expect(trainer.checkpoint() == Self.checkpoint)
  }

  static let badEntries: [(String, String?, CheckpointError)] = [
    ("format", nil, CheckpointError.missingEntry("format")),
    ("format", "x", .invalidEntry("format", value: "x")),
    ("version", "2", .invalidEntry("version", value: "2")),
    ("architecture", "{}", .invalidEntry("architecture", value: "{}")),
    ("configuration", nil, .missingEntry("configuration")),
    ("key", "xyz", .invalidEntry("key", value: "xyz")),
    ("step", "31", .invalidEntry("step", value: "31")),
    ("step", "-1", .invalidEntry("step", value: "-1")),
    ("step", "9", .wrongShape("training.loss", shape: [2], expected: [0])),
    ("interval_loss_bits", "", .invalidEntry("interval_loss_bits", value: "")),
  ]

  @Test("A missing or unreadable entry is an error that names it", arguments: badEntries)
  func badMetadata(_ name: String, _ value: String?, _ error: CheckpointError) {
    var metadata = Self.checkpoint.metadata
    metadata[name] = value
    #expect(throws: error) {
      try Trainer(resuming: Checkpoint(tensors: Self.checkpoint.tensors, metadata: metadata))
    }
  }

  @Test("An architecture or configuration out of range is refused, not trapped on")
  func badValues() {
    for (name, old, new) in [
      ("architecture", "\"hiddenWidth\":4", "\"hiddenWidth\":0"),
      ("configuration", "\"batchSize\":4", "\"batchSize\":-4"),
    ] {
      var metadata = Self.checkpoint.metadata
      let parts = metadata[name]!.components(separated: old)
      #expect(parts.count == 2)
      let changed = parts.joined(separator: new)
      metadata[name] = changed
      #expect(throws: CheckpointError.invalidEntry(name, value: changed)) {
        try Trainer(resuming: Checkpoint(tensors: Self.checkpoint.tensors, metadata: metadata))
      }
    }
  }

  @Test("A missing tensor or one of another shape is an error that names it")
  func badTensors() {
    let tensors = Self.checkpoint.tensors
    #expect(throws: CheckpointError.missingTensor("encoder.1.bias")) {
      try MaskedAutoencoder(
        Checkpoint(tensors: tensors.filter { $0.name != "encoder.1.bias" }, metadata: Self.checkpoint.metadata))
    }
    let wrong = tensors.map {
      $0.name == "first_moment.decoder.0.weight" ? NamedTensor(name: $0.name, shape: [2], values: [1, 2]) : $0
    }
    #expect(throws: CheckpointError.wrongShape("first_moment.decoder.0.weight", shape: [2], expected: [4, 4])) {
      try Trainer(resuming: Checkpoint(tensors: wrong, metadata: Self.checkpoint.metadata))
    }
    #expect(
      CheckpointError.missingTensor("a").description
        == "the checkpoint has no tensor 'a'; give a file that strata wrote")
  }
}

extension String {
  /// The parts between the occurrences of a text.
  fileprivate func components(separated separator: String) -> [String] {
    var (parts, rest): ([String], Substring) = ([], self[...])
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
