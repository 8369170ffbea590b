import Foundation
import GRDB
import TestSupport
import Testing

/// Sweeps of twelve cells that are submitted to a cluster, disturbed, and compared with the folder `whole`.
final class SlurmSweeps {
  /// What a cluster or a test may take at most; generous, since the machine may have other work.
  static let patience = 120.0

  private let folder: URL
  private let cluster: SlurmCluster
  private(set) var count = 0
  private(set) var lost = 0
  private(set) var duplicated = 0
  private var cameTwice = 0
  private var rounds = 0
  private var attempts = 0

  /// Sweeps of `plan.yaml` in a folder.
  init(folder: URL, cluster: SlurmCluster) { (self.folder, self.cluster) = (folder, cluster) }

  /// The counts over all sweeps.
  var summary: String {
    "\(count) sweeps of 12 cells on Slurm, in \(rounds) rounds and \(attempts) attempts at shards: \(lost) cells lost, "
      + "\(duplicated) duplicated; \(cameTwice) were run twice and counted once"
  }

  /// Submits a sweep.
  func submit(_ name: String, _ options: [String] = []) throws -> StrataBinary.Output {
    try StrataBinary.run(
      ["sweep", "submit", "plan.yaml", "--out", name, "--engine", "slurm", "--cells-per-task", "3"] + options,
      in: folder, environment: cluster.environment)
  }

  /// Submits a sweep, lets something befall it, waits for its end, and compares.
  ///
  /// - Returns: Attempts at its four shards, and cells that were finished more than once in these.
  /// - Throws: If it does not end, so that what follows does not wait as well.
  @discardableResult
  func check(
    _ what: String, options: [String] = [], _ disturb: (String, (array: String, merge: String)) throws -> Void
  ) throws -> (attempts: Int, cameTwice: Int) {
    let start = Date()
    let name = what.replacingOccurrences(of: " ", with: "-")
    let submitted = try submit(name, options)
    let match = submitted.standardOutput.firstMatch(
      of: /^12 of 12 cells in tasks 1-4 of job (\d+), merged by job (\d+)\n/)
    let jobs = try #require(match, "\(submitted.standardOutput)\(submitted.standardError)")
    try disturb(name, (String(jobs.1), String(jobs.2)))
    // The merge submits a further round before it ends, so that an empty queue of a controller that answers is the end.
    let hasEnded = cluster.wait(Self.patience, every: 0.3) {
      cluster.output("squeue", ["-h", "-o", "%T"]) == "" && cluster.output("scontrol", ["ping"]).contains("UP")
    }
    try #require(hasEnded, "\(what): \(logs(name))")
    let cells = (try? SweepStore(folder.appending(path: name)).cells) ?? []
    lost += 12 - Set(cells).count
    duplicated += cells.count - Set(cells).count
    let shards = try shardCells(name)
    let twice = shards.cells - Set(cells).count
    cameTwice += twice
    attempts += shards.attempts
    let manifest = try JSONSerialization.jsonObject(with: Data(contentsOf: file(name, "slurm/manifest.json")))
    rounds += ((manifest as? [String: Any])?["rounds"] as? [Any])?.count ?? 0
    let whole = try Data(contentsOf: file("whole", "results.csv"))
    #expect((try? Data(contentsOf: file(name, "results.csv"))) == whole, "\(what): \(logs(name))")
    count += 1
    print(
      "Slurm, \(what): \(Int(Date().timeIntervalSince(start))) s, \(shards.attempts) attempts, \(twice) cells twice")
    return (shards.attempts, twice)
  }

  /// A process that is at work on a sweep's cells, as soon as there is one.
  ///
  /// - Parameters:
  ///   - name: The sweep.
  ///   - shard: The shard that it is to be at work on, such as `1/4`; nil for any.
  /// - Throws: If there is none before long.
  func worker(of name: String, shard: String? = nil) throws -> pid_t {
    var found: pid_t?
    let prefix = shard.map { "\($0.replacingOccurrences(of: "/", with: "-of-")).attempt-" } ?? ""
    cluster.wait(Self.patience) {
      found = cluster.processes(with: shard ?? "--shard", folder.appending(path: name).path).first {
        // Not the batch script.
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/exe"))?.hasSuffix("/strata") ?? false
      }
      // With a store, it is past its start.
      let shards = (try? FileManager.default.contentsOfDirectory(atPath: file(name, "shards").path)) ?? []
      return found != nil && shards.contains { $0.hasPrefix(prefix) && $0.hasSuffix(".sqlite") }
    }
    return try #require(found, "no worker of \(name): \(logs(name))")
  }

  /// The process that has started another; nil if that is gone.
  func parent(of process: pid_t) -> pid_t? {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    return status.firstMatch(of: /PPid:\s*(\d+)/).flatMap { pid_t($0.1) }
  }

  /// The node that a process runs on; nil if it is gone.
  func node(of process: pid_t) -> String? {
    let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
    let name = "SLURMD_NODENAME="
    return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.first { $0.hasPrefix(name) }
      .map { String($0.dropFirst(name.count)) }
  }

  private func file(_ name: String, _ path: String) -> URL { folder.appending(path: "\(name)/\(path)") }

  /// Attempts at shards that got as far as a store, and the cells that they have finished.
  private func shardCells(_ name: String) throws -> (attempts: Int, cells: Int) {
    let names = try FileManager.default.contentsOfDirectory(atPath: file(name, "shards").path)
    let stores = names.filter { $0.hasSuffix(".sqlite") }
    let cells = try stores.reduce(0) { sum, store in
      // A copy, so that a log that a killed writer has left is not put in order here.
      try withTemporaryDirectory { scratch in
        for suffix in ["", "-journal"] {
          let source = file(name, "shards/\(store)\(suffix)")
          guard FileManager.default.fileExists(atPath: source.path) else { continue }
          try FileManager.default.copyItem(at: source, to: scratch.appending(path: store + suffix))
        }
        return try DatabaseQueue(path: scratch.appending(path: store).path).read { database in
          guard try database.tableExists("cells") else { return sum }
          return sum + (try Int.fetchOne(database, sql: "SELECT count(*) FROM cells WHERE status <> 'failed'") ?? 0)
        }
      }
    }
    return (stores.count, cells)
  }

  /// The queue and the jobs' logs.
  private func logs(_ name: String) -> String {
    let folder = file(name, "slurm/log")
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    return cluster.output("squeue", ["-t", "all"])
      + names.map { "\($0):\n\((try? String(contentsOf: folder.appending(path: $0), encoding: .utf8)) ?? "")" }.joined()
  }
}
