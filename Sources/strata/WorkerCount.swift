internal import ArgumentParser
internal import Foundation

/// `--workers`, which several commands have, each with its own word on what a worker does.
enum WorkerCount {
  /// - Throws: `ValidationError` for less than one.
  static func validate(_ workers: Int?) throws {
    if let workers, workers < 1 { throw ValidationError("--workers \(workers): give at least 1") }
  }

  /// What was given, or one for each core.
  static func resolve(_ workers: Int?) -> Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }
}
