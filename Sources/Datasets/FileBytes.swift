internal import Glibc

/// The whole content of a file.
func readBytes(_ path: String) throws(DatasetError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .cannotRead(file: path, reason: lastErrorText()) }
  defer { close(descriptor) }
  var information = stat()
  guard fstat(descriptor, &information) == 0 else { throw .cannotRead(file: path, reason: lastErrorText()) }
  if information.st_mode & S_IFMT == S_IFDIR { throw .cannotRead(file: path, reason: "it is a directory") }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(Int(information.st_size))
  var block = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      throw .cannotRead(file: path, reason: lastErrorText())
    }
    if count == 0 { return bytes }
    bytes.append(contentsOf: block[..<count])
  }
}

private func lastErrorText() -> String { String(cString: strerror(errno)) }

/// Writes a data file, atomically.
func writeBytes(_ bytes: [UInt8], to path: String) throws(DatasetError) {
  do { try AtomicFile.write(bytes, to: path) } catch { throw .cannotWrite(file: error.file, reason: error.reason) }
}

/// The length of a file that can be read.
func fileSize(_ path: String) throws(DatasetError) -> Int {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .cannotRead(file: path, reason: lastErrorText()) }
  defer { close(descriptor) }
  var information = stat()
  guard fstat(descriptor, &information) == 0 else { throw .cannotRead(file: path, reason: lastErrorText()) }
  if information.st_mode & S_IFMT == S_IFDIR { throw .cannotRead(file: path, reason: "it is a directory") }
  return Int(information.st_size)
}
