internal import Specifications

/// The two batch scripts of a submission.
///
/// What befalls tasks on real clusters has shaped them: the worker is a child of the batch script, because Slurm does
/// not requeue a batch script that was killed; a task that is run twice does no harm, because its attempts have
/// stores of their own; the merge waits for the end of all tasks, however they end, because a dependency on their
/// success is never satisfied once one has failed.
struct SlurmScripts {
  /// The executable, by a path that the nodes have too.
  let program: String
  /// The sweep's folder, absolute.
  let directory: String
  /// The plan's name.
  let name: String
  /// Tasks of the whole array: shards of the sweep.
  let tasks: Int
  let options: SlurmOptions

  /// Scripts for a folder.
  ///
  /// - Throws: `SpecificationError` (usage) for a path or an option that a line of directives cannot hold.
  init(program: String, directory: String, name: String, tasks: Int, options: SlurmOptions) throws(SpecificationError) {
    guard directory.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "/._+-=@,:".contains($0)) }) else {
      throw SpecificationError(
        file: directory, "Slurm's directives cannot hold every character of this path",
        remedy: "choose a folder for --out with letters, digits and /._+-=@,: only", status: .usage)
    }
    let given = [("--partition", options.partition), ("--time", options.time), ("--mem", options.memory)]
    for case (let option, let value?) in given where value.isEmpty || value.contains(where: \.isWhitespace) {
      throw SpecificationError(
        file: nil, "\(option) '\(value)' is not one word", remedy: "give one word, as sbatch expects it",
        status: .usage)
    }
    for option in options.extra where !option.hasPrefix("-") || option.contains(where: \.isNewline) {
      throw SpecificationError(
        file: nil, "--sbatch-option '\(option)' is no option of sbatch",
        remedy: "give one such as --sbatch-option=--account=physics", status: .usage)
    }
    (self.program, self.directory, self.name, self.tasks, self.options) = (program, directory, name, tasks, options)
  }

  /// The script of a task of the array.
  var task: String {
    header("a task of the array: one shard of the sweep", log: "%A_%a", processors: options.processors)
      + body(
        "sweep run \"$directory/slurm/plan.yaml\" --out \"$directory\" "
          + "--shard \"$SLURM_ARRAY_TASK_ID/\(tasks)\" --workers \(options.processors) --quiet")
  }

  /// The script of the merge: it runs when all tasks have ended, and submits the tasks again whose cells are missing.
  var merge: String {
    header("the merge, after the end of all tasks", log: "merge_%j", processors: 1)
      + body("sweep slurm-merge \"$directory\"")
  }

  private func header(_ purpose: String, log: String, processors: Int) -> String {
    let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "-" })
    var directives = [
      "--job-name=strata-\(safe)", "--output=\(directory)/slurm/log/\(log).txt", "--open-mode=append", "--requeue",
      "--nodes=1", "--ntasks=1", "--cpus-per-task=\(processors)",
    ]
    if let partition = options.partition { directives.append("--partition=\(partition)") }
    if let time = options.time { directives.append("--time=\(time)") }
    if let memory = options.memory { directives.append("--mem=\(memory)") }
    directives += options.extra
    return "#!/bin/bash\n# Written by strata sweep submit: \(purpose).\n"
      + directives.map { "#SBATCH \($0)\n" }.joined()
  }

  private func body(_ command: String) -> String {
    """
    set -u
    strata=\(quoted(program))
    directory=\(quoted(directory))
    requeues=\(options.retries)

    # A child, so that a worker that is killed leaves this script alive to queue the task again.
    "$strata" \(command) &
    worker=$!
    cancelled=0
    trap 'cancelled=1; kill -TERM "$worker" 2>/dev/null' TERM INT
    status=0
    wait "$worker" || status=$?
    # A trapped signal ends the first wait before the worker has ended.
    while kill -0 "$worker" 2>/dev/null; do
      status=0
      wait "$worker" || status=$?
    done
    if ((status >= 128 && cancelled == 0 && ${SLURM_RESTART_COUNT:-0} < requeues)); then
      echo "signal $((status - 128)) ended the worker: the task is queued again" >&2
      # Slurm ends this script when it has queued the task.
      timeout 60 scontrol requeue "$SLURM_JOB_ID" && sleep 60
    fi
    exit "$status"

    """
  }

  private func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// Indices as sbatch's `--array` takes them: `1-3,7`.
  ///
  /// - Precondition: ascending.
  static func ranges(_ indices: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for index in indices {
      if let last = ranges.last, last.upperBound == index - 1 {
        ranges[ranges.count - 1] = last.lowerBound...index
      } else {
        ranges.append(index...index)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
