import Foundation
import TestSupport
import Testing

/// `strata sample` streams: its memory does not grow with the number of samples.
@Suite struct SampleMemoryTests {
  /// Runs the tool and returns the largest resident set that the kernel recorded for it, in bytes.
  private func peakMemory(_ arguments: [String], in folder: URL) throws -> Int {
    let process = Process()
    process.executableURL = StrataBinary.url
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

  @Test(
    "Ten times the samples need no more memory, in every binary format", arguments: ["x.h5", "x.npz", "x/"])
  func flat(output: String) throws {
    try withTemporaryDirectory { folder in
      // 64 leaves, 63 latents, 127 noises: 254 values a sample, blocks of a million values.
      func sample(_ rows: Int) throws -> Int {
        let arguments = [
          "sample", "tree:depth=6,branching=2", "--mechanism", "rho:0.8", "-n", "\(rows)", "-o", output, "--workers",
          "2",
        ]
        defer { try? FileManager.default.removeItem(at: folder.appending(path: output)) }
        return try peakMemory(arguments, in: folder)
      }
      let (small, large) = (try sample(16_000), try sample(160_000))
      // 4 million values, 16 MB, against 41 million, 163 MB: whatever held a share of the data would show. 24 megabytes
      // are what allocators make of the same work.
      #expect(small > 8 << 20)
      #expect(large < small + (24 << 20), "\(small >> 20) and \(large >> 20) MiB")
    }
  }
}
