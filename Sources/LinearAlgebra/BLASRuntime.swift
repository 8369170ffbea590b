internal import CKernels
internal import COpenBLAS

/// The process-wide state of the BLAS library, and how results record it.
///
/// BLAS results differ in bits with the thread count and the CPU kernel, so Strata runs one BLAS thread in each worker
/// and parallelises over cells; every result names ``configuration`` and ``coreName``.
public enum BLASRuntime {
  /// Limits BLAS to one thread, process-wide. Call once before any product.
  public static func useOneThread() { openblas_set_num_threads(1) }

  /// The number of threads BLAS would use now.
  public static var threads: Int { Int(openblas_get_num_threads()) }

  /// The library's build description, e.g. `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`.
  public static var configuration: String { String(cString: openblas_get_config()).trimmed }

  /// The CPU kernel chosen at run time, e.g. `Zen`.
  public static var coreName: String { String(cString: openblas_get_corename()).trimmed }

  /// Calls `body` with denormal numbers flushed to zero on the calling thread (they are 100 times slower in saturated units),
  /// and leaves the thread as it was: what it computes afterwards must not depend on what it did before. Threads that are first
  /// started within `body` inherit the flags and keep them: start none there that outlives it.
  public static func flushingDenormals<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let before = strata_flush_denormals()
    defer { strata_restore_denormals(before) }
    return try body()
  }

  /// Lets the allocator keep freed memory, process-wide: by default every large matrix is returned to the system, and its
  /// pages are zeroed again for the next one. What is held is the memory of the largest moment. Nothing without glibc.
  public static func keepFreedMemory() { strata_keep_freed_memory() }
}

extension String {
  fileprivate var trimmed: String {
    var slice = self[...]
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }
}
