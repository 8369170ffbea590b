import Foundation
import TestSupport
import Testing

/// `strata sweep submit` with stand-ins for Slurm's commands: what is written, what is asked of Slurm, what is
/// resubmitted, and what is said when Slurm is missing or silent.
@Suite struct SweepSubmitTests {
  /// Runs a body in a folder with the plan and stand-ins on PATH: sbatch notes its arguments in `calls` and answers
  /// 101, 102, ….
  private func withSlurm(
    sbatch: String? = nil, queue: String = "", _ body: (URL, ([String]) throws -> StrataBinary.Output) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      try Data(SweepTests.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let tools = folder.appending(path: "bin")
      try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
      let calls = folder.appending(path: "calls").path
      let answer = "echo \"$*\" >>\(calls); echo $((100 + $(wc -l <\(calls))))"
      for (tool, text) in [("sbatch", sbatch ?? answer), ("squeue", queue), ("scancel", "echo cancel $* >>\(calls)")] {
        let file = tools.appending(path: tool)
        try Data("#!/bin/bash\n\(text)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      }
      let path = "\(tools.path):/usr/bin:/bin"
      try body(folder) { try StrataBinary.run($0, in: folder, environment: ["PATH": path]) }
    }
  }

  private func calls(_ folder: URL) -> [String] {
    let text = (try? String(contentsOf: folder.appending(path: "calls"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { String($0).replacingOccurrences(of: folder.path, with: "F") }
  }

  @Test("A dry run prints both scripts with every directive, and leaves no trace")
  func dryRun() throws {
    try withSlurm { folder, strata in
      let output = try strata([
        "sweep", "submit", "plan.yaml", "--out", "out", "--dry-run", "--partition", "cpu", "--time", "1:00:00", "--mem",
        "2G", "--cpus-per-task", "2", "--cells-per-task", "2", "--sbatch-option", "--account=physics",
      ])
      #expect(output.exitCode == 0, "\(output.standardError)")
      let text = output.standardOutput.replacingOccurrences(of: folder.path, with: "F")
      #expect(
        text.hasPrefix(
          """
          # 4 of 4 cells in tasks 1-2: sbatch --array=1-2 out/slurm/task.sh
          #!/bin/bash
          # Written by strata sweep submit: a task of the array: one shard of the sweep.
          #SBATCH --job-name=strata-small
          #SBATCH --output=F/out/slurm/log/%A_%a.txt
          #SBATCH --open-mode=append
          #SBATCH --requeue
          #SBATCH --nodes=1
          #SBATCH --ntasks=1
          #SBATCH --cpus-per-task=2
          #SBATCH --partition=cpu
          #SBATCH --time=1:00:00
          #SBATCH --mem=2G
          #SBATCH --account=physics
          set -u

          """))
      #expect(text.contains("--shard \"$SLURM_ARRAY_TASK_ID/2\" --workers 2 --quiet &"))
      #expect(text.contains("# sbatch --dependency=afterany:JOB out/slurm/merge.sh\n#!/bin/bash\n"))
      #expect(text.contains("\"$strata\" sweep slurm-merge \"$directory\" &"))
      #expect(calls(folder).isEmpty && !FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }

  @Test("What is missing is submitted again by its tasks, a bounded number of times; then the merge names it")
  func resubmission() throws {
    try withSlurm { folder, strata in
      let submitted = try strata([
        "sweep", "submit", "plan.yaml", "--out", "out", "--cells-per-task", "1", "--retries", "1",
      ])
      #expect(submitted.exitCode == 0, "\(submitted.standardError)")
      #expect(
        submitted.standardOutput
          == """
          4 of 4 cells in tasks 1-4 of job 101, merged by job 102
          'strata sweep status out' shows how far it is, 'scancel 102 101' ends it

          """)
      let status = try strata(["sweep", "status", "out"])
      #expect(status.standardOutput == "small: 0 of 4 cells done, 0 running, 0 failed, 0 diverged, 4 waiting\n")
      // Two of the four tasks have run.
      for index in [1, 3] {
        let run = try strata(["sweep", "run", "out/slurm/plan.yaml", "--out", "out", "--shard", "\(index)/4"])
        #expect(run.exitCode == 0, "\(run.standardError)")
      }
      let first = try strata(["sweep", "slurm-merge", "out"])
      #expect(first.standardOutput.hasSuffix("2 cells are missing: tasks 2,4 are submitted again as job 103\n"))
      #expect(first.exitCode == 0)
      let second = try strata(["sweep", "slurm-merge", "out"])
      #expect(second.exitCode == 75)
      #expect(second.standardError.hasPrefix("Error: out: 2 of 4 cells are missing after all retries: "))
      // The same command goes on with what is missing.
      let again = try strata(["sweep", "submit", "plan.yaml", "--out", "out", "--cells-per-task", "1"])
      #expect(again.standardOutput.hasPrefix("2 of 4 cells in tasks 2,4 of job 105, merged by job 106\n"))
      #expect(
        calls(folder) == [
          "--parsable --array=1-4 F/out/slurm/task.sh", "--parsable --dependency=afterany:101 F/out/slurm/merge.sh",
          "--parsable --array=2,4 F/out/slurm/task.sh", "--parsable --dependency=afterany:103 F/out/slurm/merge.sh",
          "--parsable --array=2,4 F/out/slurm/task.sh", "--parsable --dependency=afterany:105 F/out/slurm/merge.sh",
        ])
      for index in [2, 4] {
        _ = try strata(["sweep", "run", "out/slurm/plan.yaml", "--out", "out", "--shard", "\(index)/4"])
      }
      #expect(try strata(["sweep", "slurm-merge", "out"]).exitCode == 0)
      _ = try strata(["sweep", "run", "plan.yaml", "--out", "whole", "--quiet"])
      let files = try ["out", "whole"].map { try Data(contentsOf: folder.appending(path: "\($0)/results.csv")) }
      #expect(files[0] == files[1])
      #expect(
        try strata(["sweep", "submit", "plan.yaml", "--out", "out"]).standardOutput.hasPrefix("all 4 cells are there"))
    }
  }

  @Test("Behind the submission of a plan with one more seed, the status is that of this plan")
  func extendedPlan() throws {
    try withSlurm { folder, strata in
      #expect(try strata(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"]).exitCode == 0)
      let more = SweepTests.plan.replacingOccurrences(of: "training_seeds: [1, 2]", with: "training_seeds: [1, 2, 3]")
      try Data(more.utf8).write(to: folder.appending(path: "more.yaml"))
      let submitted = try strata(["sweep", "submit", "more.yaml", "--out", "out", "--cells-per-task", "6"])
      #expect(submitted.standardOutput.hasPrefix("2 of 6 cells in tasks 1 of job 101"), "\(submitted.standardOutput)")
      #expect(try strata(["sweep", "status", "out"]).standardOutput.hasPrefix("small: 4 of 6 cells done, 0 running, "))
      // A retry is one of this plan too, and runs what is missing of it.
      let retry = try strata(["sweep", "retry", "out", "--failed"])
      #expect(retry.standardOutput == "6 cells (4 from an earlier run): out/results.csv\n")
    }
  }

  @Test("A merge that is refused takes its array back")
  func refusedMerge() throws {
    let refusing = "case $* in *afterany*) echo 'sbatch: error: no' >&2; exit 1;; *) echo 7;; esac"
    try withSlurm(sbatch: refusing) { folder, strata in
      let output = try strata(["sweep", "submit", "plan.yaml", "--out", "out"])
      #expect(output.standardError.hasPrefix("Error: sbatch refused: sbatch: error: no; mend the option"))
      #expect(output.exitCode == 64)
      #expect(calls(folder) == ["cancel 7"])
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out/slurm/manifest.json").path))
    }
  }

  @Test("A silent controller is one error that may pass; a submission at work is not doubled")
  func silence() throws {
    try withSlurm(sbatch: "echo 'Unable to contact slurm controller (connect failure)' >&2; exit 1") { _, strata in
      let output = try strata(["sweep", "submit", "plan.yaml", "--out", "out"])
      #expect(output.standardError.hasPrefix("Error: Slurm's controller does not answer sbatch: Unable to contact"))
      #expect(output.exitCode == 75)
    }
    try withSlurm(queue: "echo RUNNING; echo PENDING; echo RUNNING") { _, strata in
      let submit = ["sweep", "submit", "plan.yaml", "--out", "out"]
      #expect(try strata(submit).exitCode == 0)
      let second = try strata(submit)
      #expect(
        second.standardError
          == """
          Error: out: jobs 101 and 102 of an earlier submission are still in the queue; wait for them, or 'scancel 101 102' \
          first

          """)
      #expect(second.exitCode == 75)
      let status = try strata(["sweep", "status", "out"])
      #expect(
        status.standardOutput.hasSuffix("Slurm jobs 101, 102, round 1 of at most 4: 1 PENDING, 2 RUNNING\n"))
    }
  }

  @Test(
    "What cannot be submitted is one error with a remedy and nothing written",
    arguments: [
      (
        ["--array-size", "2", "--cells-per-task", "1"], "Error: 4 cells in tasks of 1 are more than 2 tasks; raise", 64
      ),
      (["--time", "1 day"], "Error: --time '1 day' is not one word; give one word", 64),
      (["--sbatch-option", "account"], "Error: --sbatch-option 'account' is no option of sbatch; give one", 64),
      (["--retries=-1"], "Error: --retries -1: give at least 0", 64),
    ])
  func errors(options: [String], message: String, code: Int32) throws {
    try withSlurm { folder, strata in
      let output = try strata(["sweep", "submit", "plan.yaml", "--out", "out"] + options)
      #expect(output.standardError.hasPrefix(message), "\(output.standardError)")
      #expect(output.exitCode == code)
      #expect(calls(folder).isEmpty && !FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }

  @Test("Without sbatch on PATH the error says where to go")
  func noSlurm() throws {
    try withTemporaryDirectory { folder in
      try Data(SweepTests.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let output = try StrataBinary.run(
        ["sweep", "submit", "plan.yaml", "--out", "out"], in: folder, environment: ["PATH": folder.path])
      #expect(
        output.standardError
          == """
          Error: there is no sbatch on PATH, so this is no machine that submits to Slurm; run this on the cluster's login \
          node, or run shards with --shard i/n as docs/clusters.md shows

          """)
      #expect(output.exitCode == 69)
    }
  }
}
