internal import Datasets
internal import LinearAlgebra
internal import Specifications

/// How the run of a cell ended.
enum CellOutcome: Sendable {
  /// With a result, a divergence included.
  case done(CellResult, peakMemory: Int?)
  /// Without one, and the sweep goes on.
  case failed(reason: String, peakMemory: Int?)
}

/// Something that runs cells, several at a time.
protocol CellExecutor: Sendable {
  /// Runs one cell on the calling thread.
  ///
  /// - Throws: what ends the whole sweep: `CancellationError`, a disk that is full.
  func run(_ cell: PlannedCell) throws -> CellOutcome

  /// Frees what it holds; called once, at the end.
  func end()
}

/// Runs cells in this process.
struct CellsInProcess: CellExecutor {
  let generators: Generators
  let checkpoints: CellCheckpoints

  func run(_ cell: PlannedCell) throws -> CellOutcome {
    do {
      let result = try BLASRuntime.flushingDenormals {
        try CellRunner(
          specification: cell.specification, generator: generators[cell.specification], checkpoints: checkpoints
        ).run()
      }
      return .done(result.normalizingNumbers(), peakMemory: ProcessMemory.peak)
    } catch {
      if Self.endsSweep(error) { throw error }
      return .failed(reason: "\(error)", peakMemory: ProcessMemory.peak)
    }
  }

  func end() {}

  /// Whether an error would meet the next cell too: the disk, a cancellation. Others are this cell's own.
  private static func endsSweep(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError, is WriteFailure: true
    case let error as SpecificationError: error.status != .invalidData
    case DatasetError.cannotWrite, DatasetError.diskFull: true
    default: false
    }
  }
}

extension CellResult {
  /// The same with the one zero and the one NaN that SQLite knows: what is written is then the same whether it comes from
  /// memory or from the store.
  func normalizingNumbers() -> CellResult {
    func normal(_ value: Double) -> Double { value.isNaN ? .nan : value == 0 ? 0 : value }
    func normal(_ scores: [RecoveryScore]) -> [RecoveryScore] {
      scores.map { score in
        var score = score
        score.value = normal(score.value)
        score.pValue = score.pValue.map(normal)
        score.traceError = score.traceError.map(normal)
        return score
      }
    }
    var result = self
    result.measurements = normal(measurements)
    result.predictions = predictions.map(normal)
    return result
  }
}
