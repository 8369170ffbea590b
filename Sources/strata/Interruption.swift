internal import Datasets
internal import Foundation

/// Ends the program on Ctrl-C (SIGINT), SIGTERM and SIGHUP: with a word on what is kept, without temporary files, and with
/// the exit code that shells expect, 128 plus the signal's number.
///
/// The handler writes a byte into a pipe and a thread of its own reads it: the workers keep every thread of the
/// concurrency pool busy, and with it Dispatch's, so a handler there would wait for them to finish.
enum Interruption {
  /// Takes over the signals for the rest of the program. A SIGHUP that is ignored already, as under `nohup`, stays so.
  ///
  /// - Parameter message: What to say on standard error, one line; called on a thread of its own.
  static func end(saying message: @escaping @Sendable () -> String) {
    let reader = signalPipe.reader
    let thread = Thread {
      var number: UInt8 = 0
      // Nothing but the handler writes; an error other than an interrupted call cannot happen.
      while read(reader, &number, 1) != 1 {}
      FileHandle.standardError.write(Data("\(message())\n".utf8))
      let code = 128 + Int32(number)
      // _exit: the workers are in the middle of BLAS calls.
      UnfinishedOutputs.discardAll { _exit(code) }
    }
    thread.start()
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let before = signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(signalPipe.writer, &byte, 1)
      }
      // SIG_IGN is the address 1.
      if number == SIGHUP, unsafeBitCast(before, to: Int.self) == 1 { signal(number, SIG_IGN) }
    }
  }
}

/// Made before the handler is installed, which may only use what exists already.
private let signalPipe: (reader: Int32, writer: Int32) = {
  var ends: (Int32, Int32) = (-1, -1)
  let code = withUnsafeMutablePointer(to: &ends) { pair in
    pair.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
  }
  precondition(code == 0, "a pipe could not be made: \(String(cString: strerror(errno)))")
  return ends
}()
