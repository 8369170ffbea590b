public import LinearAlgebra
public import Stochastics

/// A masked autoencoder with fixed parameters: what a training leaves, and what recovery is measured on.
public struct MaskedAutoencoder: Sendable {
  /// The network's shape.
  public let architecture: AutoencoderArchitecture
  /// The centre and scale that input columns are brought to.
  public let standardization: Standardization
  let layout: ParameterLayout
  /// All parameters in the places of `layout`.
  let flatParameters: [Float]

  init(architecture: AutoencoderArchitecture, flatParameters: [Float], standardization: Standardization) {
    self.architecture = architecture
    self.standardization = standardization
    self.flatParameters = flatParameters
    layout = ParameterLayout(architecture)
  }

  /// The floor of an evaluation: the same shape with the parameters that a training on this key begins with.
  ///
  /// - Parameters:
  ///   - architecture: The shape of both networks.
  ///   - key: The training's key.
  ///   - standardization: The trained model's, for a fair comparison; nil leaves the input as it is.
  ///   - maskGain: The training's ``TrainingConfiguration/maskGain``; nil for 1.
  /// - Precondition: the standardisation has D columns.
  public static func untrained(
    architecture: AutoencoderArchitecture, key: RandomKey, standardization: Standardization? = nil,
    maskGain: Double? = nil
  ) -> MaskedAutoencoder {
    let standardization = standardization ?? .identity(columns: architecture.observedDimension)
    precondition(
      standardization.mean.count == architecture.observedDimension,
      "standardisation of \(standardization.mean.count) columns for \(architecture.observedDimension)")
    return MaskedAutoencoder(
      architecture: architecture,
      flatParameters: ParameterLayout(architecture).initialParameters(key: key, maskGain: maskGain ?? 1),
      standardization: standardization)
  }

  /// The model of a checkpoint of ``Trainer/checkpoint()``.
  ///
  /// - Throws: ``CheckpointError`` if an entry or tensor is missing, unreadable, or of the wrong shape.
  public init(_ checkpoint: Checkpoint) throws(CheckpointError) {
    let architecture = try checkpoint.architecture()
    let columns = architecture.observedDimension
    self.init(
      architecture: architecture,
      flatParameters: try checkpoint.flat(ParameterLayout(architecture), prefix: ""),
      standardization: try checkpoint.standardization(columns: columns) ?? .identity(columns: columns))
  }

  /// The parameters as named tensors, weights of shape (inputs, outputs): `encoder.0.weight`, `encoder.0.bias`, ….
  public var parameters: [NamedTensor] {
    layout.tensors.map { place in
      NamedTensor(
        name: place.name, shape: place.shape,
        values: Array(flatParameters[place.offset..<place.offset + place.count]))
    }
  }

  /// The number of trainable numbers.
  public var parameterCount: Int { architecture.parameterCount }
}
