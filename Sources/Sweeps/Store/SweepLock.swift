internal import Datasets
internal import FoundationEssentials
internal import Glibc
internal import Specifications

/// The right to write a store, of one process at a time: flock(2) on a file beside it. The kernel takes it back when the
/// process ends, however it ends.
///
/// The file holds `pid host` of the last holder and is never removed: a lock on a removed file would exclude nobody.
final class SweepLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    release()
    close(descriptor)
  }

  /// Gives the lock up. Closing alone would leave it with a process that is just being started and has not closed its copy.
  func release() { flock(descriptor, LOCK_UN) }

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - path: The lock's file; made if missing.
  ///   - subject: What is locked, for errors.
  /// - Throws: `SpecificationError`: temporaryFailure that names the holder; cannotCreate where there are no locks.
  static func acquire(_ path: String, subject: String) throws(SpecificationError) -> SweepLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SpecificationError(WriteFailure(file: path, code: errno)) }
    try take(descriptor, path: path, subject: subject)
    return SweepLock(descriptor: descriptor)
  }

  /// Makes a lock that has not existed, and takes it; nil if its file exists.
  ///
  /// - Throws: As ``acquire(_:subject:)``.
  static func create(_ path: String, subject: String) throws(SpecificationError) -> SweepLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      if errno == EEXIST { return nil }
      throw SpecificationError(WriteFailure(file: path, code: errno))
    }
    try take(descriptor, path: path, subject: subject)
    return SweepLock(descriptor: descriptor)
  }

  /// Who holds a lock; nil if nobody does, or where there are no locks.
  static func holder(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return describe(path)
  }

  /// How often a lock that is held is tried once more, a hundredth of a second apart: ``holder(of:)``, of a
  /// `status --watch`, holds it for some microseconds.
  private static let retries = 20

  private static func take(_ descriptor: Int32, path: String, subject: String) throws(SpecificationError) {
    var refusals = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      if code == EWOULDBLOCK, refusals < retries {
        refusals += 1
        usleep(10_000)
        continue
      }
      close(descriptor)
      guard code == EWOULDBLOCK else {
        throw SpecificationError(
          file: path, "this file system has no locks: \(String(cString: strerror(code)))",
          remedy: "choose a folder on another one for --out, or run shards with --shard i/n", status: .cannotCreate)
      }
      throw SpecificationError(
        file: subject, "a run is writing into this folder already: \(describe(path))",
        remedy: "wait for it or end it; 'strata sweep status \(subject)' shows how far it is",
        status: .temporaryFailure)
    }
    // Informative only: whoever is refused reads it. A full disk must not be an error here.
    ftruncate(descriptor, 0)
    let text = Array("\(getpid()) \(Host.name)\n".utf8)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  private static func describe(_ path: String) -> String {
    let data = FileManager.default.contents(atPath: path) ?? Data()
    let words = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return words.count == 2 ? "process \(words[0]) on \(words[1])" : "an unknown process"
  }
}

/// The machine.
enum Host {
  /// Its name in the network.
  static var name: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
    return buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }
}
