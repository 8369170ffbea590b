import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct MaskedAutoencoderTests {
  static let architecture = AutoencoderArchitecture(
    observedDimension: 5, representationWidth: 3, hiddenWidth: 12, hiddenLayers: 2)
  static let source = OneFactorSource(loadings: [0.9, 0.8, 0.7, 0.6, 0.5], mask: nil, key: RandomKey(seed: 51))

  static func trained() -> MaskedAutoencoder {
    var configuration = smallConfiguration(steps: 50, batchSize: 32)
    configuration.standardizesInput = true
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 52))
    trainer.run(source: source)
    return trainer.model
  }

  @Test("What a masked entry holds, NaN included, does not change the representation; a visible entry does")
  func maskedEntriesAreAbsent() {
    let model = Self.trained()
    let (observed, mask) = Self.source.batch(step: 900, rows: 40)
    let representation = model.encode(observed: observed, masked: mask)
    #expect(representation.isFinite)
    for replacement in [Float.nan, .infinity, -1e30, 0] {
      let changed = Matrix(
        rows: 40, columns: 5,
        storage: zip(observed.storage, mask.storage).map { $1 == 1 ? replacement : $0 })
      #expect(model.encode(observed: changed, masked: mask) == representation)
    }
    var changed = observed
    let visible = (0..<5).first { mask[0, $0] == 0 }!
    changed[0, visible] += 1
    let other = model.encode(observed: changed, masked: mask)
    #expect(other.row(0) != representation.row(0))
    #expect(other.row(1) == representation.row(1))
  }

  @Test("The mask itself is seen by the encoder and by the decoder")
  func maskMatters() {
    let model = Self.trained()
    let zeros = Matrix<Float>(rows: 1, columns: 5)
    let one = Matrix<Float>([[1, 0, 0, 0, 0]])
    // A value at the mean is 0 after standardisation, as a masked one is: only the mask differs.
    let mean = Matrix<Float>([model.standardization.mean])
    #expect(model.encode(observed: mean, masked: zeros) != model.encode(observed: mean, masked: one))
    let representation = model.encode(observed: mean, masked: zeros)
    #expect(
      model.reconstruct(representation: representation, masked: zeros)
        != model.reconstruct(representation: representation, masked: one))
  }

  @Test("Many samples, in several chunks, give what each gives alone")
  func chunks() {
    let model = Self.trained()
    let (observed, mask) = Self.source.batch(step: 901, rows: 1300)
    let representation = model.encode(observed: observed, masked: mask)
    let restored = model.reconstruct(representation: representation, masked: mask)
    #expect(representation.rows == 1300 && representation.columns == 3)
    #expect(restored.rows == 1300 && restored.columns == 5)
    for row in [0, 511, 512, 1023, 1024, 1299] {
      let (x, m) = (observed.rows(row..<row + 1), mask.rows(row..<row + 1))
      // BLAS may add in another order for another number of rows.
      #expect((model.encode(observed: x, masked: m) - representation.rows(row..<row + 1)).maximumMagnitude < 1e-5)
      let alone = model.reconstruct(representation: representation.rows(row..<row + 1), masked: m)
      #expect((alone - restored.rows(row..<row + 1)).maximumMagnitude < 1e-5)
    }
    #expect(model.encode(observed: Matrix(rows: 0, columns: 5), masked: Matrix(rows: 0, columns: 5)).rows == 0)
  }

  @Test(
    "One mask for all rows equals the same mask in every row",
    arguments: [
      [true, false, true, false, false], [false, false, false, false, false], [true, true, true, true, true],
    ])
  func broadcast(flags: [Bool]) {
    let model = Self.trained()
    let observed = Self.source.batch(step: 902, rows: 600).observed
    let masks = Matrix<Float>((0..<600).map { _ in flags.map { $0 ? 1 : 0 } })
    let (one, each) = (
      model.encode(observed: observed, maskedColumns: flags), model.encode(observed: observed, masked: masks)
    )
    // The sums of the first layer are taken in another order.
    #expect((one - each).maximumMagnitude < 1e-5 && each.maximumMagnitude > 0.1)
  }

  @Test("Encoding and reconstruction make the loss that training minimises")
  func loss() {
    let model = MaskedAutoencoder.untrained(architecture: Self.architecture, key: RandomKey(seed: 53))
    let (observed, mask) = Self.source.batch(step: 903, rows: 100)
    let training = Self.architecture.lossGradient(
      parameters: model.parameters.map(\.values), observed: observed, mask: mask)
    #expect(abs(model.maskedLoss(observed: observed, masked: mask) - training.loss) < 1e-6)
    #expect(model.maskedLoss(observed: observed, masked: Matrix(rows: 100, columns: 5)) == 0)
  }

  @Test("The number of parameters is that of the layers")
  func parameterCount() {
    // Encoder 10→12→12→3, decoder 8→12→12→5.
    let expected = (10 * 12 + 12) + (12 * 12 + 12) + (12 * 3 + 3) + (8 * 12 + 12) + (12 * 12 + 12) + (12 * 5 + 5)
    #expect(Self.architecture.parameterCount == expected)
    #expect(Self.trained().parameters.reduce(0) { $0 + $1.values.count } == expected)
  }

  @Test("Initial parameters fill (−1/√inputs, 1/√inputs) uniformly, and depend on the key alone")
  func initialization() {
    let wide = AutoencoderArchitecture(
      observedDimension: 50, representationWidth: 8, hiddenWidth: 200, hiddenLayers: 1)
    let parameters = MaskedAutoencoder.untrained(architecture: wide, key: RandomKey(seed: 54)).parameters
    for (weight, bias) in zip(parameters, parameters.dropFirst()) where weight.name.hasSuffix("weight") {
      let bound = 1 / Double(weight.shape[0]).squareRoot()
      #expect((weight.values + bias.values).allSatisfy { abs(Double($0)) <= bound * 1.000001 })
      let n = Double(weight.values.count)
      let mean = weight.values.reduce(0) { $0 + Double($1) } / n
      let variance = weight.values.reduce(0) { $0 + Double($1) * Double($1) } / n
      // Five standard errors; the variance of a uniform square is 4/45 bound⁴.
      #expect(abs(mean) < 5 * bound / (3 * n).squareRoot())
      #expect(abs(variance - bound * bound / 3) < 5 * bound * bound * (4 / 45 / n).squareRoot())
    }
    #expect(MaskedAutoencoder.untrained(architecture: wide, key: RandomKey(seed: 54)).parameters == parameters)
    #expect(MaskedAutoencoder.untrained(architecture: wide, key: RandomKey(seed: 55)).parameters != parameters)
    let trainer = Trainer(
      architecture: wide, configuration: smallConfiguration(steps: 1, batchSize: 2), key: RandomKey(seed: 54))
    #expect(trainer.model.parameters == parameters)
  }
}
