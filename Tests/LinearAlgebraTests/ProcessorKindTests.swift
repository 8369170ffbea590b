import LinearAlgebra
import Testing

@Suite struct ProcessorKindTests {
  @Test("A name is its kind, and no name the best", arguments: ProcessorKind.allCases)
  func names(kind: ProcessorKind) throws {
    #expect(try ProcessorKind(variable: kind.rawValue, best: .avx512) == kind)
    #expect(try ProcessorKind(variable: nil, best: kind) == kind)
    #expect(try ProcessorKind(variable: "", best: kind) == kind)
  }

  @Test("What cannot be followed is an error that says what to set")
  func errors() {
    func message(_ variable: String, _ best: ProcessorKind) -> String? {
      do { _ = try ProcessorKind(variable: variable, best: best) } catch { return error.description }
      return nil
    }
    #expect(
      message("AVX2", .avx512)
        == "STRATA_PROCESSOR is 'AVX2', which is no kind of processor: set it to baseline, avx2 or avx512, or unset it")
    #expect(
      message("avx512", .avx2)
        == "STRATA_PROCESSOR is avx512, which this processor lacks: set it to avx2 at most, or unset it")
    #expect(
      message("avx2", .baseline)
        == "STRATA_PROCESSOR is avx2, which this processor lacks: set it to baseline, or unset it")
    // However long a name is.
    #expect(message(String(repeating: "x", count: 10_000), .avx2)?.hasSuffix("or unset it") == true)
  }
}
