internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import LinearAlgebra
internal import Recovery
internal import Specifications
internal import Sweeps

/// What `strata evaluate` takes with `--model`: a model that a sweep kept, on fresh samples of the generator stored with it.
struct KeptModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Instead of matrices: a sweep's folder with kept models, scored on fresh samples of the generator stored with them.",
      valueName: "dir"))
  var model: String?

  @Option(help: "With --model: the cell, or the first digits of its name; needed if several models are kept.")
  var cell: String?

  @Option(
    help: "With --model: how the input is masked: per-mask, pooled or full (default: per-mask).")
  var mode: String?

  @Option(help: observableNamesHelp("With --model and per-mask: a single mask, the masked observables"))
  var mask: [String] = []

  @Option(
    help: "With --model and per-mask: masks drawn from the cell's distribution (default: as many as its plan has).")
  var masks: Int?

  @Option(
    help: "With --model: rows to fit on, and as many to score on, for each mask (default: as many as its plan has).")
  var rows: Int?

  @Option(
    help: ArgumentHelp(
      "With --model: write all matrices and groups to this new folder; the same numbers come out of them.",
      valueName: "dir"))
  var export: String?

  /// The option that stands here without a model, if any.
  private var stray: String? {
    let given: [(String, Bool)] = [
      ("--cell", cell != nil), ("--mode", mode != nil), ("--mask", !mask.isEmpty), ("--masks", masks != nil),
      ("--rows", rows != nil), ("--export", export != nil),
    ]
    return given.first { $0.1 }?.0
  }

  func validate() throws {
    if model == nil, let stray { throw ValidationError("\(stray) belongs to --model; give that too, or leave it out") }
    if let masks, masks < 1 { throw ValidationError("--masks is \(masks); give at least 1") }
    if let rows, rows < 2 { throw ValidationError("--rows is \(rows); give at least 2") }
    let mode = try evaluationMode
    for (option, isGiven) in [("--mask", !mask.isEmpty), ("--masks", masks != nil)] where isGiven && mode != .perMask {
      throw ValidationError("\(option) belongs to --mode per-mask, and the mode is \(mode.rawValue); leave one out")
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

  /// The evaluation of the model in a folder.
  func evaluation(of folder: String, seed: UInt64) throws -> ModelEvaluation {
    let kept = try KeptModel(directory: folder, cell: cell)
    return try ModelEvaluation(
      kept, mode: try evaluationMode, masked: mask.isEmpty ? nil : try observableNames(mask), count: masks, rows: rows,
      seed: seed)
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
