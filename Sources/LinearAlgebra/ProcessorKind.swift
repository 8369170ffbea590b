internal import CProcessor
internal import Glibc

/// What a processor may have, and which of the kernels in C run: the best for it, or those that `STRATA_PROCESSOR` names.
///
/// All kinds compute the same. Products, sums and elementary functions may differ between them in the last bits; random
/// numbers and copies do not. Not governed are OpenBLAS and the C library, which choose for themselves.
package enum ProcessorKind: String, Sendable, CaseIterable {
  /// What every processor of the target has.
  case baseline
  /// AVX2 and FMA.
  case avx2
  /// AVX-512 F, VL, BW and DQ, and what is before.
  case avx512

  /// The environment variable. It is read once, when a kernel is first chosen; empty is as if unset.
  package static let variable = STRATA_PROCESSOR_VARIABLE

  /// The most that this processor has.
  package static let best = ProcessorKind(strata_best_processor_kind())

  /// What kernels use.
  ///
  /// - Precondition: ``checkVariable()`` does not throw.
  package static var inUse: ProcessorKind { ProcessorKind(strata_processor_kind_in_use()) }

  /// Finds out whether the variable can be followed, for programs to ask before they do anything: kernels end the process
  /// if it cannot.
  package static func checkVariable() throws(ProcessorKindError) {
    _ = try ProcessorKind(variable: getenv(variable).map { String(cString: $0) }, best: best)
  }

  /// Reads a value of the variable.
  ///
  /// - Parameters:
  ///   - variable: The kind's name; nil or empty for `best`.
  ///   - best: The most that the processor has.
  /// - Throws: If the name is unknown, or that of a kind beyond `best`.
  package init(variable: String?, best: ProcessorKind) throws(ProcessorKindError) {
    var kind = strata_baseline_processor
    var problem = [CChar](repeating: 0, count: 200)
    guard strata_read_processor_kind(variable, best.kernels, &kind, &problem, problem.count) == 1 else {
      throw ProcessorKindError(description: problem.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
    }
    self.init(kind)
  }

  private init(_ kind: strata_processor_kind) {
    switch kind {
    case strata_avx2_processor: self = .avx2
    case strata_avx512_processor: self = .avx512
    default: self = .baseline
    }
  }

  private var kernels: strata_processor_kind {
    switch self {
    case .baseline: strata_baseline_processor
    case .avx2: strata_avx2_processor
    case .avx512: strata_avx512_processor
    }
  }
}

/// A value of `STRATA_PROCESSOR` that cannot be followed.
package struct ProcessorKindError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, and what to set.
  package let description: String
}
