internal import Glibc

/// A file that is written at given offsets.
final class PositionedFile {
  private let name: String
  private let descriptor: Int32

  /// Opens a file for writing, emptied.
  ///
  /// - Parameter name: The output as errors name it.
  init(_ path: String, name: String) throws(DatasetError) {
    self.name = name
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .writing(name, code: errno) }
  }

  deinit { close(descriptor) }

  /// Writes bytes from an offset on.
  func write(_ bytes: [UInt8], at offset: Int) throws(DatasetError) {
    let code = bytes.withUnsafeBytes { buffer -> Int32 in
      var done = 0
      while done < buffer.count {
        let count = pwrite(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
        if count < 0, errno != EINTR { return errno }
        done += max(count, 0)
      }
      return 0
    }
    guard code == 0 else { throw .writing(name, code: code) }
  }

  /// Waits until everything is on the disk.
  func synchronize() throws(DatasetError) {
    guard fsync(descriptor) == 0 else { throw .writing(name, code: errno) }
  }
}
