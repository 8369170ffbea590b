import Foundation
import TestSupport
import Testing

/// Sweeps on a real Slurm, and what befalls them there: each time `results.csv` has the bytes of a run in one process.
@Suite(.serialized) struct SlurmTests {
  /// Twelve cells of about half a second.
  static let plan = SweepFaultTests.plan.replacingOccurrences(of: "steps: 1500", with: "steps: 6000")

  /// Runs a body with a cluster and the plan; where Slurm cannot run, it says so and goes without.
  private func withCluster(_ body: (SlurmCluster, URL) throws -> Void) throws {
    if let obstacle = SlurmCluster.obstacle {
      // The gate installs Slurm: there, going without is a failure.
      #expect(ProcessInfo.processInfo.environment["CI"] == nil || geteuid() != 0, "\(obstacle)")
      print("skipped: sweeps on a real Slurm: \(obstacle)")
      return
    }
    try withTemporaryDirectory { folder in
      let cluster = try SlurmCluster(in: folder.appending(path: "slurm"))
      defer { #expect(cluster.stop() == [], "processes that would not end") }
      try Data(Self.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      try body(cluster, folder)
    }
  }

  @Test(
    "Sweeps on Slurm are the single-process run, whatever is killed, restarted or run twice", .timeLimit(.minutes(10)))
  func faults() throws {
    try withCluster { cluster, folder in
      let run = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "whole", "--quiet"], in: folder)
      #expect(run.exitCode == 0, "\(run.standardError)")
      let sweeps = SlurmSweeps(folder: folder, cluster: cluster)
      func status(_ name: String) throws -> StrataBinary.Output {
        try StrataBinary.run(["sweep", "status", name], in: folder, environment: cluster.environment)
      }

      try sweeps.check("undisturbed", options: ["--sbatch-option=--hold"]) { name, jobs in
        let held = try status(name)
        #expect(held.exitCode == 0, "\(held.standardError)")
        #expect(held.standardOutput.hasPrefix("small: 0 of 12 cells done"), "\(held.standardOutput)")
        #expect(
          held.standardOutput.hasSuffix("Slurm jobs \(jobs.array), \(jobs.merge), round 1 of at most 4: 5 PENDING\n"),
          "\(held.standardOutput)")
        let second = try sweeps.submit(name)
        #expect(second.exitCode == 75)
        #expect(
          second.standardError.hasPrefix(
            "Error: \(name): jobs \(jobs.array) and \(jobs.merge) of an earlier submission are still in the queue"))
        for job in [jobs.array, jobs.merge] { #expect(cluster.output("scontrol", ["release", job]) == "") }
      }
      try sweeps.check("worker killed") { name, _ in
        let worker = try sweeps.worker(of: name)
        kill(worker, SIGKILL)
        let after = try status(name)
        #expect(after.exitCode == 0, "\(after.standardError)")
      }
      try sweeps.check("batch script and worker killed") { name, _ in
        let worker = try sweeps.worker(of: name)
        let script = try #require(sweeps.parent(of: worker))
        kill(script, SIGKILL)
        kill(worker, SIGKILL)
      }
      let twins = try sweeps.check("task run twice") { name, _ in
        // Both begin with the same cell, which takes half a second.
        _ = try sweeps.worker(of: name, shard: "1/4")
        let twin = try StrataBinary.run(
          ["sweep", "run", "\(name)/slurm/plan.yaml", "--out", name, "--shard", "1/4", "--workers", "1", "--quiet"],
          in: folder)
        #expect(twin.exitCode == 0, "\(twin.standardError)")
      }
      // How many cells both have run is a matter of time, and printed.
      #expect(twins.attempts == 5, "\(twins)")
      try sweeps.check("controller restarted") { name, _ in
        _ = try sweeps.worker(of: name)
        cluster.endController()
        let silent = try status(name)
        #expect(
          silent.exitCode == 0 && silent.standardOutput.contains("the queue is unknown: "),
          "\(silent.standardOutput)\(silent.standardError)")
        try cluster.startController()
      }
      try sweeps.check("node killed") { name, _ in
        let node = try #require(sweeps.node(of: try sweeps.worker(of: name)))
        // Its task lives on, and is run again elsewhere if the controller misses the node before its end.
        cluster.kill(node)
      }
      print(sweeps.summary)
      #expect(sweeps.lost == 0 && sweeps.duplicated == 0 && sweeps.count == 6)
    }
  }

  @Test("Options that a real Slurm rejects are one error, and nothing is left in the queue", .timeLimit(.minutes(5)))
  func rejected() throws {
    try withCluster { cluster, folder in
      let rejected = try StrataBinary.run(
        ["sweep", "submit", "plan.yaml", "--out", "out", "--partition", "nope"], in: folder,
        environment: cluster.environment)
      #expect(
        rejected.standardError
          == """
          Error: sbatch refused: sbatch: error: Batch job submission failed: Invalid partition name specified; mend the option \
          that it names, or give --sbatch-option what this cluster asks for

          """)
      #expect(rejected.exitCode == 64)
      #expect(cluster.output("squeue", ["-h", "-t", "all"]) == "")
    }
  }
}
