internal import CHDF5
internal import Glibc

/// The one door to the HDF5 library: calls one at a time, errors with the library's reason, nothing printed.
enum HDF5Library {
  /// Debian's build of the library takes a lock of its own, others do not and may be used by one thread only.
  private static let lock = RecursiveLock()

  /// Runs calls of the library. May be nested.
  static func locked<Result>(_ body: () throws(DatasetError) -> Result) throws(DatasetError) -> Result {
    lock.lock()
    defer { lock.unlock() }
    strata_h5_silence()
    return try body()
  }

  /// Runs calls of the library that report no failure.
  static func lockedAlways(_ body: () -> Void) {
    lock.lock()
    defer { lock.unlock() }
    strata_h5_silence()
    body()
  }

  /// The library's version.
  static var version: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    lockedAlways { H5get_libversion(&major, &minor, &release) }
    return "\(major).\(minor).\(release)"
  }

  /// What the library says about the failure that it just reported.
  static var reason: String {
    let text = report
    // "file write failed: time = …, errno = 28, error message = 'No space left on device', buf = 0x…"
    if let start = text.firstRange(of: "error message = '") {
      return String(text[start.upperBound...].prefix { $0 != "'" })
    }
    return text.isEmpty ? "the HDF5 library gives no reason" : text
  }

  /// The operating system's error number of that failure, if it was one of the operating system.
  static var errorNumber: Int32? {
    let text = report
    return text.firstRange(of: "errno = ").flatMap { Int32(text[$0.upperBound...].prefix { $0.isNumber }) }
  }

  private static var report: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      strata_h5_reason(buffer.baseAddress!)
      return String(cString: buffer.baseAddress!)
    }
  }
}

/// An identifier of the library, released at the end of its life. Use under ``HDF5Library/locked(_:)``.
struct HDF5Identifier: ~Copyable {
  let raw: hid_t

  /// Takes over an identifier; negative ones are the library's failures.
  init?(_ raw: hid_t) {
    guard raw >= 0 else { return nil }
    self.raw = raw
  }

  deinit { H5Idec_ref(raw) }
}

private final class RecursiveLock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
}
