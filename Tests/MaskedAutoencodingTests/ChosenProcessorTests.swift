import Glibc
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

/// Whole steps and trainings on every kind of processor that this one can be, chosen as a user chooses: by the variable. Each
/// kind has a process of its own, since the variable is read once.
@Suite struct ChosenProcessorTests {
  /// How far the losses of a training on two kinds may be apart, relatively: some roundings of 6e-8. Fifty steps hardly
  /// amplify them, since all trainings descend to the same place.
  static let tolerance: Float = 2e-6

  /// Losses of every step of a short training on batches in halves, of every activation, one after another.
  static func losses() -> [Float] {
    ProcessorKindTests.activations.flatMap { activation in
      let architecture = AutoencoderArchitecture(
        observedDimension: 5, representationWidth: 2, hiddenWidth: 24, hiddenLayers: 2, activation: activation)
      let source = OneFactorSource(
        loadings: [0.9, 0.8, 0.7, 0.6, 0.5], mask: nil, key: RandomKey(seed: 5), flagOf: [0, 0, 2, 0, 2])
      let configuration = smallConfiguration(steps: 50, batchSize: 301, lossInterval: 1)
      let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 6))
      trainer.threads = 2
      trainer.run(source: source)
      return trainer.losses.map(\.loss)
    }
  }

  /// What each kind is held to, in a process that has used none yet; prints the losses.
  static func examine(_ kind: ProcessorKind) throws {
    setenv(ProcessorKind.variable, kind.rawValue, 1)
    #expect(ProcessorKind.inUse == kind)
    #expect(TrainingPasses.own.hasProducts == (kind != .baseline))
    for name in PyTorchStepTests.activations.keys.sorted() { try PyTorchStepTests().agrees(name: name) }
    for shape in GradientTests.shapes { GradientTests().singlePrecision(shape) }
    let losses = losses()
    #expect(losses.count == 150 && losses[49] < losses[0])
    // Read once: nothing changes midway.
    setenv(ProcessorKind.variable, ProcessorKind.best.rawValue, 1)
    #expect(ProcessorKind.inUse == kind)
    print("losses:", losses.map { "\($0)" }.joined(separator: " "))
  }

  /// Compares the losses that a process printed with those of this one, which are the same bits if both are of one kind.
  private func compare(_ result: ExitTest.Result?, of kind: ProcessorKind) throws {
    let text = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("losses: ") })
    let theirs = line.split(separator: " ").dropFirst().compactMap { Float($0) }
    let ours = Self.losses()
    #expect(theirs.count == ours.count)
    let distance = zip(theirs, ours).map { abs($0 - $1) / $1 }.max()!
    #expect(kind == .inUse ? theirs == ours : distance < Self.tolerance)
  }

  @Test("What every processor has gives PyTorch's step, the gradients of double precision, and the losses of the best")
  func baseline() async throws {
    try compare(
      await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
        try ChosenProcessorTests.examine(.baseline)
      }, of: .baseline)
  }

  @Test("AVX2 does", .enabled(if: ProcessorKindTests.kinds.contains(.avx2)))
  func avx2() async throws {
    try compare(
      await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
        try ChosenProcessorTests.examine(.avx2)
      }, of: .avx2)
  }

  @Test("AVX-512 does", .enabled(if: ProcessorKindTests.kinds.contains(.avx512)))
  func avx512() async throws {
    try compare(
      await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
        try ChosenProcessorTests.examine(.avx512)
      }, of: .avx512)
  }

  @Test("A kernel that cannot follow the variable ends the process and says what to set")
  func unknown() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      setenv(ProcessorKind.variable, "sse", 1)
      _ = ChosenProcessorTests.losses()
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(
      message.contains(
        """
        Fatal error: STRATA_PROCESSOR is 'sse', which is no kind of processor: set it to baseline, avx2 or avx512, or \
        unset it
        """))
  }
}
