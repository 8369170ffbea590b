import Glibc
import Reporting
import Testing

@Suite struct TerminalLineTests {
  @Test("a pipe gets no progress line")
  func pipeIsNoTerminal() {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    #expect(TerminalLine(descriptor: ends[1]) == nil)
    ends.forEach { close($0) }
  }

  @Test("a terminal that cannot move its cursor gets no progress line")
  func dumbTerminal() throws {
    let terminal = try PseudoTerminal(columns: 80)
    #expect(TerminalLine(descriptor: terminal.slave, kind: "dumb") == nil)
    #expect(TerminalLine(descriptor: terminal.slave, kind: nil) != nil)
  }

  @Test("on a terminal the line is redrawn in place, fits its width, and is gone at the end")
  func redraws() throws {
    let terminal = try PseudoTerminal(columns: 41)
    let line = try #require(TerminalLine(descriptor: terminal.slave, kind: "xterm"))
    #expect(line.width == 40)
    line.clear()
    line.show(ProgressLine(title: "demo", done: 1, total: 4, elapsed: 2))
    line.show(ProgressLine(title: "demo", done: 2, total: 4, elapsed: 4))
    line.clear()
    line.clear()
    let expected =
      "\rdemo  1/4 cells (25 %) · 30.0 cells/min\u{1B}[K" + "\rdemo  2/4 cells (50 %) · 30.0 cells/min\u{1B}[K"
      + "\r\u{1B}[K"
    #expect(terminal.read(count: expected.utf8.count) == expected)
  }
}

/// Both ends of a terminal without a screen.
private final class PseudoTerminal {
  let master: Int32
  let slave: Int32

  init(columns: UInt16) throws {
    // posix_openpt and its friends are not in the Glibc module; these are the system calls below them.
    let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var number: Int32 = 0
    try #require(master >= 0 && ioctl(master, unlock, &number) == 0 && ioctl(master, getNumber, &number) == 0)
    slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    try #require(slave >= 0)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(slave, UInt(TIOCSWINSZ), &size) == 0)
  }

  deinit {
    close(slave)
    close(master)
  }

  /// What was written to the terminal, whole: everything that is there, at least `count` bytes.
  func read(count: Int) -> String {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var chunk = [UInt8](repeating: 0, count: 4096)
      let length = Glibc.read(master, &chunk, chunk.count)
      guard length > 0 else { break }
      bytes += chunk[..<length]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
