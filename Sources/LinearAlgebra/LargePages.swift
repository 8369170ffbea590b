internal import CKernels

/// Asks the system to make memory of large pages, before it is first touched; where they are refused, small ones do.
///
/// - Parameters:
///   - start: The first byte. Large pages begin and end at multiples of two megabytes: what is outside them stays as it is.
///   - bytes: The size of the memory.
package func preferLargePages(_ start: UnsafeMutableRawPointer, bytes: Int) { strata_prefer_large_pages(start, bytes) }
