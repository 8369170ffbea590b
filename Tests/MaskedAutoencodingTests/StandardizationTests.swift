import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct StandardizationTests {
  @Test("Means and deviations are those of the columns; a column without variance gets deviation 1")
  func estimate() {
    let sample = Matrix<Float>([[1, 7, 1e6 + 1], [3, 7, 1e6 - 1], [5, 7, 1e6], [7, 7, 1e6]])
    let standardization = Standardization(estimatedFrom: sample)
    #expect(standardization.mean == [4, 7, 1e6])
    #expect(standardization.deviation[0] == Float(5.0.squareRoot()))
    #expect(standardization.deviation[1] == 1)
    // √½ on a mean of 10⁶: below 10⁻⁶ of it, so rounding as far as single precision can tell.
    #expect(standardization.deviation[2] == 1)
    #expect(Standardization(estimatedFrom: Matrix<Float>([[2, 0]])).deviation == [1, 1])
  }

  /// The one-factor source with its last column constant.
  struct ConstantColumn: BatchSource {
    let base = OneFactorSource(loadings: [0.9, 0.8, 0.7], mask: nil, key: RandomKey(seed: 1))
    var observedDimension: Int { 3 }
    func fill(
      step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
    ) {
      base.fill(step: step, batchSize: batchSize, observed: observed, mask: mask)
      for row in 0..<batchSize { observed[row * 3 + 2] = 42.1 }
    }
  }

  @Test("A training on data with a constant column stays finite and learns the constant")
  func constantColumn() {
    var configuration = smallConfiguration(steps: 300, batchSize: 32)
    configuration.standardizesInput = true
    let trainer = Trainer(
      architecture: AutoencoderArchitecture(
        observedDimension: 3, representationWidth: 2, hiddenWidth: 16, hiddenLayers: 1),
      configuration: configuration, key: RandomKey(seed: 2))
    trainer.run(source: ConstantColumn())
    #expect(trainer.result.outcome == .finished)
    let representation = trainer.model.encode(
      observed: Matrix<Float>([[0.5, -0.5, 42.1]]), maskedColumns: [false, false, true])
    let restored = trainer.model.reconstruct(representation: representation, masked: Matrix<Float>([[0, 0, 1]]))
    #expect(representation.isFinite && restored.isFinite)
    #expect(abs(restored[0, 2] - 42.1) < 0.1)
  }
}
