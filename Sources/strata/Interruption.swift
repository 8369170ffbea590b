internal import Foundation
internal import Reporting
internal import Synchronization

/// Ends the program on Ctrl-C with a word on what is kept. Cells are published whole, so there is nothing to save.
///
/// The handler writes a byte into a pipe and a thread of its own reads it: the workers keep every thread of the
/// concurrency pool busy, and with it Dispatch's, so a handler there would wait for a cell to finish.
final class Interruption: Sendable {
  private let counts: Mutex<(finished: Int, total: Int)>

  /// Takes over SIGINT for the rest of the program.
  ///
  /// - Parameters:
  ///   - directory: Where finished cells are, for the message.
  ///   - cells: How many there are in all.
  ///   - line: The progress line, which is cleared first.
  init(directory: String, cells: Int, line: TerminalLine?) {
    counts = Mutex((0, cells))
    let reader = signalPipe.reader
    let thread = Thread { [self] in
      var byte: UInt8 = 0
      // Nothing but the handler writes; an error other than an interrupted call cannot happen.
      while read(reader, &byte, 1) != 1 {}
      line?.clear()
      let (finished, total) = counts.withLock { $0 }
      let text =
        "interrupted: \(finished) of \(total) cells are finished in \(directory); run the same command to go on\n"
      FileHandle.standardError.write(Data(text.utf8))
      // 128 + SIGINT, as shells expect. _exit: the workers are in the middle of BLAS calls.
      _exit(130)
    }
    thread.start()
    signal(SIGINT) { _ in
      var byte: UInt8 = 1
      _ = write(signalPipe.writer, &byte, 1)
    }
  }

  /// Takes note of a finished cell.
  func note(finished: Int, of total: Int) { counts.withLock { $0 = (finished, total) } }
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
