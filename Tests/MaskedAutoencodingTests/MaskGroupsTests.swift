import MaskedAutoencoding
import Stochastics
import Testing

/// Sources that say of columns that they are masked together, which they are not: an error of whoever wrote the source, and
/// one that would train a network on wrong flags.
@Suite struct MaskGroupsTests {
  /// Says that columns 1 and 2 of four are masked together, and does so but for some rows.
  struct WrongSource: BatchSource {
    /// The first step that is wrong.
    var wrongFrom = 0
    /// Whether the two columns are masked equally often all the same, in every other row each.
    var isEquallyOften = true
    var restrictsLoss = false

    var observedDimension: Int { 4 }
    var maskGroups: [Int] { [0, 1, 1, 2] }

    func fill(
      step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
    ) {
      Distribution.gaussian.fill(observed, key: RandomKey(seed: 3).child(step), offset: 0)
      for row in 0..<batchSize {
        let flags: [Float] =
          if step < wrongFrom { [0, 1, 1, 0] } else if isEquallyOften, row % 2 == 1 { [0, 1, 0, 0] } else {
            [0, 0, 1, 0]
          }
        for (column, flag) in flags.enumerated() { mask[row * 4 + column] = flag }
      }
    }
  }

  /// Two steps of a training.
  static func train(on source: WrongSource) {
    let architecture = AutoencoderArchitecture(
      observedDimension: 4, representationWidth: 2, hiddenWidth: 8, hiddenLayers: 1)
    Trainer(
      architecture: architecture, configuration: smallConfiguration(steps: 2, batchSize: 16), key: RandomKey(seed: 6)
    ).run(source: source)
  }

  @Test("A source that does what it says trains")
  func right() { Self.train(on: WrongSource(wrongFrom: 5)) }

  @Test("Columns masked equally often but not together end the first step, and the message says what to change")
  func equallyOften() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      MaskGroupsTests.train(on: WrongSource())
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(
      message.contains(
        """
        columns 1 and 2 are not masked together, but have one number in the batch source's maskGroups: give them two, or \
        the same flags in every sample
        """))
  }

  @Test("They do so too where only some of the masked entries count")
  func restricted() async {
    await #expect(processExitsWith: .failure) { MaskGroupsTests.train(on: WrongSource(restrictsLoss: true)) }
  }

  @Test("Columns that are not masked equally often end later steps, whatever counts")
  func later() async {
    await #expect(processExitsWith: .failure) {
      MaskGroupsTests.train(on: WrongSource(wrongFrom: 1, isEquallyOften: false))
    }
    await #expect(processExitsWith: .failure) {
      MaskGroupsTests.train(on: WrongSource(wrongFrom: 1, isEquallyOften: false, restrictsLoss: true))
    }
  }
}
