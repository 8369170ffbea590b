import Foundation
import TestSupport
import Testing

extension StrataBinary {
  /// Runs the tool and returns the largest resident set that the kernel recorded for it, in bytes.
  static func peakMemory(_ arguments: [String], in folder: URL) throws -> Int {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    var peak = 0
    while process.isRunning {
      // The high-water mark never falls, so that the last reading before the end is the one that counts.
      if let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kilobytes = Int(line.filter(\.isNumber))
      {
        peak = max(peak, kilobytes * 1024)
      }
      usleep(2000)
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return peak
  }
}
