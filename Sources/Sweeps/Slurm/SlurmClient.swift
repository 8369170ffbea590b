internal import FoundationEssentials
internal import Specifications

/// Slurm's commands, each with a time-out: they hang while the controller is down. None needs the accounting database.
struct SlurmClient: Sendable {
  /// Seconds that a command may take.
  var seconds = 60.0

  /// Submits a script.
  ///
  /// - Returns: The job's number.
  /// - Throws: `SpecificationError`: no sbatch, a rejected option, a controller that does not answer
  ///   (temporaryFailure).
  func submit(_ script: String, _ options: [String]) throws -> String {
    let lines = try run("sbatch", ["--parsable"] + options + [script])
    // `NUMBER` or `NUMBER;CLUSTER`, behind whatever a site's plugins print.
    let number = lines.last?.split(separator: ";").first.map(String.init) ?? ""
    guard !number.isEmpty, number.allSatisfy(\.isNumber) else {
      throw SpecificationError(
        file: script, "sbatch answered '\(lines.last ?? "")' instead of a job's number",
        remedy: "submit the script with sbatch by hand to see why", status: .unavailable)
    }
    return number
  }

  /// Cancels a job.
  func cancel(_ job: String) throws { _ = try run("scancel", [job]) }

  /// The states of some jobs' tasks, such as `PENDING`; none of jobs that the controller has forgotten.
  ///
  /// - Throws: As ``submit(_:_:)``.
  func states(of jobs: [String]) throws -> [String] {
    do {
      let lines = try run("squeue", ["-h", "-r", "-t", "all", "-j", jobs.joined(separator: ","), "-o", "%T"])
      return lines.flatMap { $0.split(separator: " ").map(String.init) }
    } catch let error as SpecificationError where error.message.contains("Invalid job id") {
      return []
    }
  }

  /// Whether a task in this state may still do something.
  static func isActive(_ state: String) -> Bool {
    let ended: Set = [
      "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED",
      "TIMEOUT",
    ]
    return !ended.contains(state)
  }

  /// Runs a command to its end.
  private func run(_ command: String, _ arguments: [String]) throws -> [String] {
    guard let path = ProgramPath.find(command) else {
      throw SpecificationError(
        file: nil, "there is no \(command) on PATH, so this is no machine that submits to Slurm",
        remedy: "run this on the cluster's login node, or run shards with --shard i/n as docs/clusters.md shows",
        status: .unavailable)
    }
    let process = try CellProcess(CellWorkerProgram(path: path, arguments: arguments))
    var lines: [String] = []
    while true {
      switch try process.receive(limits: CellLimits(seconds: seconds)) {
      case .line(let line): lines.append(String(decoding: line, as: UTF8.self))
      case .ended(0, _): return lines
      case .ended(_, let words): throw failure(command, words)
      case .overTime, .overMemory: throw failure(command, "no answer in \(Int(seconds)) seconds", isTemporary: true)
      }
    }
  }

  private func failure(_ command: String, _ words: String, isTemporary: Bool = false) -> SpecificationError {
    let unreachable = ["contact slurm controller", "timed out", "Connection refused", "temporarily", "Zero Bytes"]
    if isTemporary || unreachable.contains(where: words.contains) {
      return SpecificationError(
        file: nil, "Slurm's controller does not answer \(command): \(words)",
        remedy: "wait until 'scontrol ping' says that it is up, then run the same command again",
        status: .temporaryFailure)
    }
    return SpecificationError(
      file: nil, "\(command) refused: \(words)",
      remedy: "mend the option that it names, or give --sbatch-option what this cluster asks for", status: .usage)
  }
}
