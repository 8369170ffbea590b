internal import ArgumentParser
internal import Experiments
internal import Foundation
internal import Reporting
internal import Specifications

/// `strata reproduce`: experiments and their verdicts.
struct ReproduceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Runs experiments on the theory's claims and says what holds and what fails.",
    discussion: """
      An experiment is a folder with an experiment.yaml: sweeps, checks of the theory, and claims with what is predicted \
      and what is measured. Each claim's interval over seeds is judged: it holds, fails, or is undecided. A claim that \
      fails is a finding and no error. Without NAME the experiments are listed.

      Sweeps, verdicts.md, .csv and .json and every cell's value in measurements.csv are written to DIR/NAME/full or, with \
      --quick, DIR/NAME/quick; of a replication to DIR/NAME/full-seed-offset-N. What an experiment measures over doses is \
      written to curves.csv and, where gnuplot is installed, drawn as doses.svg, .pdf and .png. An interrupted run goes on where it was when the same command is given again.

      Example:
        strata reproduce theorem-1 --quick
      """)

  @Argument(help: ArgumentHelp("An experiment, or 'all'.", valueName: "name"))
  var name: String?

  @Flag(help: "Run the reduced forms: minutes instead of hours.")
  var quick = false

  @Option(name: .customLong("out"), help: ArgumentHelp("Where results are kept.", valueName: "dir"))
  var output = "out/reproduce"

  @Option(help: ArgumentHelp("The folder of the experiments.", valueName: "dir"))
  var experiments = "experiments"

  @Option(help: "Cells that run at the same time, one thread each; default: one for each core.")
  var workers: Int?

  @Option(
    name: .customLong("seed-offset"),
    help: ArgumentHelp(
      "Add N to every seed: a replication with other randomness, recorded as expected/replication.json.", valueName: "n"
    ))
  var seedOffset: UInt64 = 0

  @Flag(help: "Compare with the verdicts that are committed with the experiment; a difference is an error.")
  var check = false

  @Flag(help: "Write the verdicts into the experiment's folder 'expected', for --check and for the documentation.")
  var record = false

  func validate() throws {
    try WorkerCount.validate(workers)
    if check, record {
      throw ValidationError("give --check or --record, not both: recorded verdicts agree with themselves")
    }
    if check, seedOffset != 0 {
      throw ValidationError(
        "give --check or --seed-offset, not both: the committed verdicts are of the files' own seeds")
    }
    if record, quick, seedOffset != 0 {
      throw ValidationError("the quick form of a replication is not recorded; leave out --quick, or --record")
    }
  }

  func run() async throws {
    try await reporting {
      guard let name else { return try list() }
      let names = name == "all" ? try Experiment.names(in: experiments) : [name]
      // All are read before anything runs.
      let chosen = try names.map { try Experiment.load($0, in: experiments).replication(seedOffset: seedOffset) }
      let form: ExperimentForm = quick ? .quick : .full
      let expected = check ? try chosen.map { try ExpectedVerdicts(of: $0, form: form) } : []
      var differences: [SpecificationError] = []
      for (index, experiment) in chosen.enumerated() {
        let table = try await run(experiment, form: form)
        print(table.markdown)
        if record { try table.record() }
        if !table.curves.isEmpty { try drawCurves(table) }
        guard check else { continue }
        do throws(SpecificationError) { try expected[index].check(table) } catch { differences.append(error) }
      }
      if let first = differences.first { throw first }
    }
  }

  /// The figure of the curves beside the verdicts, and with `--record` in the experiment's folder. Without gnuplot there is none: the
  /// numbers are in `curves.csv` all the same.
  private func drawCurves(_ table: VerdictTable) throws {
    let programs: FigurePrograms
    do { programs = try FigurePrograms() } catch {
      FileHandle.standardError.write(Data("No figure of the curves: \(error.description)\n".utf8))
      return
    }
    let caption = "\(table.experiment.title): measurements over the doses, means with their 95 % intervals over seeds"
    guard let figure = CurveFigure.figure(table.curves.map(\.panel), axis: "R²", caption: caption) else { return }
    let folder = URL(fileURLWithPath: directory(of: table.experiment, form: table.form))
    let svg = try programs.draw(figure, name: "doses", in: folder)
    if record, table.isRecordOfCurves { try OutputFile.write(svg, to: "\(table.experiment.folder)/doses.svg") }
  }

  private func directory(of experiment: Experiment, form: ExperimentForm) -> String {
    "\(output)/\(experiment.name)/\(form.rawValue)\(seedOffset == 0 ? "" : "-seed-offset-\(seedOffset)")"
  }

  private func list() throws {
    var table = MarkdownTable(headings: ["experiment", "about", "claims"])
    for name in try Experiment.names(in: experiments) {
      let experiment = try Experiment.load(name, in: experiments)
      table.append([name, experiment.title, "\(experiment.claims.count)"])
    }
    print(table.text, terminator: "")
  }

  private func run(_ experiment: Experiment, form: ExperimentForm) async throws -> VerdictTable {
    let line = TerminalLine()
    defer { line?.clear() }
    let runner = ExperimentRunner(
      experiment, form: form, directory: directory(of: experiment, form: form), workers: WorkerCount.resolve(workers))
    return try await runner.run { progress in
      line?.show(
        ProgressLine(
          title: progress.title, done: progress.finished, total: max(progress.finished, progress.total),
          resumed: progress.reused, failed: min(progress.finished, progress.failed), elapsed: progress.seconds))
    }
  }
}
