internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import LinearAlgebra
internal import Recovery
internal import Specifications
internal import Sweeps

/// What `strata evaluate` takes with `--model`: models that a sweep kept, on fresh samples of the generators stored with them.
struct KeptModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Instead of matrices: a sweep's folder with kept models, scored on fresh samples of the generator stored with them.",
      valueName: "dir"))
  var model: String?

  @Option(
    help:
      "With --model: the cell, or the first digits of its name; needed if several models are kept. May be repeated for cells that differ in their seeds alone, and 'all' takes all: means over them with intervals."
  )
  var cell: [String] = []

  @Option(
    help: observableNamesHelp("With --model: nodes that are scored by themselves, besides the levels"))
  var nodes: [String] = []

  @Option(
    help:
      "With --model: what is scored, with commas between: z, epsilon, content, leakage (default: the targets of its plan)."
  )
  var targetKinds: String?

  @Option(
    help: "With --model: how the input is masked: per-mask, pooled or full (default: per-mask).")
  var mode: String?

  @Option(help: observableNamesHelp("With --model and per-mask: a single mask, the masked observables"))
  var mask: [String] = []

  @Option(
    help: "With --model and per-mask: masks drawn from the cell's distribution (default: `masks` of its plan).")
  var masks: Int?

  @Option(
    help:
      "With --model: rows to fit on for each mask, and as many to score on, for ssl-identifiability twice as many (default: as many as its plan has)."
  )
  var rows: Int?

  @Option(
    help: ArgumentHelp(
      "With --model: write all matrices and groups to this new folder; the same numbers come out of them (default: nothing is written).",
      valueName: "dir"))
  var export: String?

  /// The option that stands here without a model, if any.
  private var stray: String? {
    let given: [(String, Bool)] = [
      ("--cell", !cell.isEmpty), ("--nodes", !nodes.isEmpty), ("--target-kinds", targetKinds != nil),
      ("--mode", mode != nil), ("--mask", !mask.isEmpty),
      ("--masks", masks != nil),
      ("--rows", rows != nil), ("--export", export != nil),
    ]
    return given.first { $0.1 }?.0
  }

  func validate() throws {
    if model == nil, let stray { throw ValidationError("\(stray) belongs to --model; give that too, or leave it out") }
    if let masks, masks < 1 { throw ValidationError("--masks is \(masks); give at least 1") }
    if let rows, rows < 2 { throw ValidationError("--rows is \(rows); give at least 2") }
    let mode = try evaluationMode
    _ = try kinds
    for (option, isGiven) in [("--mask", !mask.isEmpty), ("--masks", masks != nil)] where isGiven && mode != .perMask {
      throw ValidationError("\(option) belongs to --mode per-mask, and the mode is \(mode.rawValue); leave one out")
    }
    if export != nil, cell.count > 1 || cell == ["all"] {
      throw ValidationError("--export writes the matrices of one cell; name one with --cell")
    }
    if !mask.isEmpty, masks != nil { throw ValidationError("--mask is one mask; leave --masks out") }
  }

  private var evaluationMode: EvaluationPlan.Mode {
    get throws {
      guard let mode else { return .perMask }
      guard let choice = EvaluationPlan.Mode(rawValue: mode) else {
        throw ValidationError("--mode \(mode): give one of per-mask, pooled, full")
      }
      return choice
    }
  }

  /// What is scored; nil for the targets of the plan.
  private var kinds: [EvaluationPlan.Target]? {
    get throws {
      guard let targetKinds else { return nil }
      var result: [EvaluationPlan.Target] = []
      for word in targetKinds.split(separator: ",", omittingEmptySubsequences: false) {
        guard let kind = EvaluationPlan.Target(rawValue: word.filter { $0 != " " }), !result.contains(kind) else {
          throw ValidationError("--target-kinds \(targetKinds): give some of z, epsilon, content, leakage, each once")
        }
        result.append(kind)
      }
      return result
    }
  }

  /// The evaluations of the cells that were named, of the models in a folder.
  ///
  /// - Parameter scoredPerFitted: Rows to score on for each that is fitted on.
  func evaluations(of folder: String, scoredPerFitted: Int, seed: UInt64) throws -> [ModelEvaluation] {
    let mode = try evaluationMode
    let masked = mask.isEmpty ? nil : try observableNames(mask)
    let (nodes, kinds) = (try observableNames(nodes, option: "--nodes"), try kinds)
    return try KeptModel.load(directory: folder, cells: cell).map { kept in
      try ModelEvaluation(
        kept, mode: mode, masked: masked, count: masks, rows: rows, scoredPerFitted: scoredPerFitted, kinds: kinds,
        nodes: nodes, seed: seed)
    }
  }
}

extension EvaluateCommand {
  /// The scores of kept models: means over the masks of each cell, then over the cells.
  func modelReport(_ folder: String) throws -> EvaluationReport {
    let (chosen, metrics) = try selection()
    let models = try kept.evaluations(of: folder, scoredPerFitted: chosen.scoredPerFitted, seed: seed)
    let averages = models.count > 1 || models[0].viewCount > 1
    if averages, metrics.contains(.ccaEach), self.metrics != "all" {
      throw ValidationError(
        "--metrics cca-each: a number for each pair, and pair i of one mask or cell is not that of another; name one cell with --cell "
          + "and one mask with --mask, or take cca-mean")
    }
    let scored = averages ? metrics.filter { $0 != .ccaEach } : metrics
    var export = ModelExport()
    let cells = try models.map { model in
      var evaluations: [[MatrixEvaluation.Score]] = []
      for index in 0..<model.viewCount {
        let view = try model.view(at: index)
        for targets in view.targets {
          evaluations.append(
            try evaluation(view.representation, targets.values, targets.groups, view.references, model.rows)
              .scores(chosen, metrics: scored))
        }
        if kept.export != nil { try export.append(view) }
      }
      // Leakage is not to be recovered: no share of it is progress from a floor to a ceiling.
      return MatrixEvaluation.means(of: evaluations, unnormalised: ["leakage"])
    }
    if let path = kept.export { try export.write(to: path) }
    let model = models[0]
    let isPerMask = model.mode == .perMask
    let names = models.map(\.model.specification.identifier)
    let masks = isPerMask ? model.viewCount : nil
    let rows =
      models.count == 1
      ? cells[0].map { EvaluationReport.Row(score: $0.score, masks: masks, probes: $0.count) }
      : EvaluationReport.Row.means(
        zip(models, cells).map { ($0.model.specification, $1) }, masks: masks, key: bootstrap.key)
    return EvaluationReport(
      representation: names.count == 1 ? "\(folder)/models/\(names[0]).safetensors" : "\(folder)/models",
      targets: model.kinds.map(\.rawValue).joined(separator: ","), protocol: chosen,
      rows: model.rows + model.scoreRows, trainRows: model.rows, seed: seed,
      source: .init(
        cell: names.count == 1 ? names[0] : nil, cells: names.count == 1 ? nil : names,
        generatorSeeds: Set(models.map(\.model.specification.generatorSeed)).count,
        trainingSeeds: Set(models.map(\.model.specification.trainingSeed)).count,
        evaluation: model.mode.rawValue, masks: masks,
        permutations: rows.map(\.permutations).max() ?? 0, bootstrapSeed: bootstrap.bootstrapSeed),
      scores: rows)
  }
}

/// The files of `strata evaluate --model --export`.
struct ModelExport {
  private var matrices: [(name: String, values: Matrix<Double>)] = []
  private var texts: [(name: String, text: String)] = []

  /// Adds a view: `<view>.representation.npy`, `<view>.<reference>.npy`, and for every kind of target
  /// `<view>.<kind>.targets.npy` and `<view>.<kind>.groups.json`.
  mutating func append(_ view: ModelEvaluation.View) throws {
    matrices.append(("\(view.name).representation", view.representation))
    for reference in view.references { matrices.append(("\(view.name).\(reference.name)", reference.features)) }
    for targets in view.targets {
      matrices.append(("\(view.name).\(targets.kind.rawValue).targets", targets.values))
      let groups = Dictionary(uniqueKeysWithValues: targets.groups.map { ($0.name, $0.columns) })
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let text = String(decoding: try encoder.encode(groups), as: UTF8.self)
      texts.append(("\(view.name).\(targets.kind.rawValue).groups.json", text + "\n"))
    }
  }

  func write(to folder: String) throws { try MatrixFolder.write(matrices, texts: texts, to: folder) }
}
