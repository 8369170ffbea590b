internal import Glibc
internal import Specifications

/// What Slurm's queue says of a sweep's submission.
public struct SlurmQueue: Sendable {
  /// The array and the merge of the last round.
  public let jobs: [String]
  /// Rounds so far, and at most.
  public let rounds: (done: Int, limit: Int)
  /// How many tasks are in which state, the merge included, by their names in Slurm; sorted.
  public let states: [(state: String, count: Int)]

  /// Whether any of them may still do something.
  public var isActive: Bool { states.contains { SlurmClient.isActive($0.state) } }

  /// Asks for the last round of a folder; nil where nothing was submitted.
  ///
  /// - Throws: `SpecificationError`: no squeue, a controller that does not answer within the time-out.
  public init?(of directory: SweepDirectory, timeout seconds: Double = 10) throws {
    guard let manifest = try SlurmManifest.read(directory), let last = manifest.rounds.last else { return nil }
    jobs = [last.array, last.merge]
    rounds = (manifest.rounds.count, manifest.retries + 1)
    let found = try SlurmClient(seconds: seconds).states(of: jobs)
    states = Dictionary(grouping: found, by: \.self).map { ($0.key, $0.value.count) }.sorted { $0.state < $1.state }
  }

  /// Waits until nothing of a submission is at work, over all its rounds. A controller that does not answer is waited
  /// for.
  ///
  /// - Throws: `SpecificationError`: nothing was submitted; no answer in ten minutes.
  public static func wait(for directory: SweepDirectory) throws {
    let patience = Duration.seconds(600)
    var lastAnswer = ContinuousClock.now
    var ended: [String] = []
    while true {
      do {
        guard let queue = try SlurmQueue(of: directory, timeout: 60) else { return }
        lastAnswer = .now
        // The merge notes a new round before it ends: only what is seen twice is the end.
        if !queue.isActive {
          if ended == queue.jobs { return }
          ended = queue.jobs
          continue
        }
      } catch let error as SpecificationError
        where error.status == .temporaryFailure && .now - lastAnswer < patience
      {}
      sleep(2)
    }
  }
}
