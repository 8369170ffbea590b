internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import GenerativeModels
internal import LinearAlgebra
internal import Specifications

/// `strata sample`: data for any other tool.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draws samples of a model with the ground truth and writes them to a file.",
    discussion: """
      The name of the output decides the format: .h5 or .hdf5 (compressed, checksummed, with the model and all its \
      weights), .npz, .csv, or a folder of .npy files for a name that ends in /. Sample i depends on the model, the \
      seed and i alone, so parts of a data set can be drawn apart and in any order. The layout of the files is \
      described in docs/data-format.md.

      Examples:
        strata sample tree:depth=3,branching=2 --mechanism rho:0.85 -n 50 -o tree.h5
        strata sample --model tree.h5 -n 50 -o more.h5
      """)

  @Argument(help: ModelOptions.modelHelp)
  var source: String?

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp(
      """
      Go on with the data set in this file (.h5, .npz, or a folder's name with / at its end): its model, seed, masks and \
      environments, after its last sample.
      """, valueName: "file.h5"))
  var stored: String?

  @Option(name: .short, help: ArgumentHelp("The number of samples.", valueName: "n"))
  var n: Int

  @Option(name: .shortAndLong, help: "The file or folder to write.")
  var output: String

  @Option(help: "The number of the first sample. (default: 0, or after the last one of --model)")
  var first: UInt64?

  @Option(help: "The seed of the samples and their masks. (default: 0, or that of --model)")
  var seed: UInt64?

  @Option(
    help: """
      A mask for each sample: the share of patches to mask, and the side of a patch, as in 0.5,4. (default: none, or \
      those in --model)
      """)
  var masks: MaskChoice?

  @Flag(help: "No masks, also where the data set of --model has some.")
  var noMasks = false

  @Option(
    name: .customLong("environment"),
    help: ArgumentHelp(
      """
      An environment of the model to sample in, n samples each; may be given several times. 'observational' is the \
      model as it is, 'all' that and every environment. (default: none, or those in --model)
      """, valueName: "name"))
  var environments: [String] = []

  @Option(help: ModelOptions.mechanismHelp)
  var mechanism: String?

  @Option(help: ModelOptions.noiseHelp)
  var noise: String?

  @Option(help: ModelOptions.modelSeedHelp)
  var modelSeed: UInt64?

  @Option(help: "Threads; default: one for each core. The output does not depend on it.")
  var workers: Int?

  @Flag(help: "Replace the output if it exists: a file, or a folder that holds an export and nothing else.")
  var force = false

  func validate() throws {
    if n < 1 { throw ValidationError("-n \(n): give at least 1") }
    try WorkerCount.validate(workers)
    guard (source == nil) != (stored == nil) else {
      throw ValidationError("give either a model or --model with a data set")
    }
    if noMasks, masks != nil { throw ValidationError("--masks and --no-masks contradict each other; give one") }
    if stored != nil, mechanism != nil || noise != nil || modelSeed != nil {
      throw ValidationError("--mechanism, --noise and --model-seed make no sense with a stored model; leave them out")
    }
    guard DatasetExporter.Format(path: output) != nil else {
      throw ValidationError(
        "\(output): no format has this name; use .h5, .hdf5, .npz, .csv, or a folder's name with / at its end")
    }
  }

  func run() throws {
    try reporting {
      guard let format = DatasetExporter.Format(path: output) else { return }
      try checkOutput(format)
      let request = try request()
      let export = try SampleExport(request, keepsModel: format != .csv)
      let beside = DatasetExporter.metadataPath(besideCSV: output)
      guard
        format != .csv || !export.schema.hasMetadataBesideCSV || force
          || !FileManager.default.fileExists(atPath: beside)
      else { throw Self.exists(beside) }
      BLASRuntime.useOneThread()
      Interruption.end { [output] in "interrupted: nothing was written to \(output)" }
      try DatasetExporter.write(
        export.schema, to: output, format: format, replacesFolder: force,
        workers: WorkerCount.resolve(workers), produce: export.values)
      if format == .csv, !export.schema.hasMetadataBesideCSV {
        // What may stand there is about the file that was replaced.
        try? FileManager.default.removeItem(atPath: beside)
      }
      print("\(output): \(export.summary)")
    }
  }

  /// - Throws: `SpecificationError` for an output that is there and may not be replaced.
  private func checkOutput(_ format: DatasetExporter.Format) throws {
    guard format == .npyFolder else {
      guard force || !FileManager.default.fileExists(atPath: output) else { throw Self.exists(output) }
      return
    }
    switch ExportFolder.content(of: output) {
    case .nothing: return
    case .export where force: return
    case .export:
      throw SpecificationError(
        file: output, "the folder holds an export", remedy: "add --force to replace it", status: .cannotCreate)
    case .other(let name):
      throw SpecificationError(
        file: output, "the folder holds \(name.quoted), which is not part of an export",
        remedy: "give another name, or empty the folder", status: .cannotCreate)
    }
  }

  private static func exists(_ file: String) -> SpecificationError {
    SpecificationError(file: file, "the file exists", remedy: "add --force to replace it", status: .cannotCreate)
  }

  private func request() throws -> SampleRequest {
    let (model, defaultSeed, defaultFirst): (StoredModel, UInt64, UInt64)
    var chosenMasks = masks
    var (names, place) = (environments, DocumentPlace(file: stored))
    if let stored {
      let head = try StoredSample(contentsOf: stored)
      model = try StoredModel(head.model, file: stored)
      if chosenMasks == nil, !noMasks { chosenMasks = try Self.masks(of: head) }
      if names.isEmpty { names = head.texts(SampleExport.environmentNames) ?? [] }
      defaultSeed = try head.integer("sample_seed")
      let (next, overflow) = try head.integer("first_sample").addingReportingOverflow(try head.integer("samples"))
      defaultFirst = overflow ? .max : next
    } else {
      let source = source ?? ""
      let specification = try ModelFile.load(
        source, overrides: .init(mechanism: mechanism, noise: noise, seed: modelSeed))
      for note in specification.notes { printNote("\(source): \(note)") }
      place = specification.environmentsPlace
      model = StoredModel(
        try specification.model(), seed: specification.seed, environments: specification.environments,
        interventions: specification.stored?.interventions ?? specification.interventions)
      (defaultSeed, defaultFirst) = (0, 0)
    }
    let start = first ?? defaultFirst
    // The noise streams have 2⁶² elements.
    guard start < 1 << 62, UInt64(n) <= (1 << 62) - start else {
      throw ValidationError("samples from \(start) on: sample numbers end at 2^62")
    }
    let chosen = try EnvironmentChoice.find(names, among: model.environments, place: place)
    guard chosen.count <= 1 << 16, !n.multipliedReportingOverflow(by: max(chosen.count, 1)).overflow else {
      throw ValidationError("-n \(n) in \(chosen.count) environments: these are too many rows for one file")
    }
    return SampleRequest(
      source: stored ?? source ?? "", model: model, seed: seed ?? defaultSeed, samples: start..<start + UInt64(n),
      masks: chosenMasks, environments: chosen)
  }

  /// The masks that a data set has; nil if it has none.
  private static func masks(of head: StoredSample) throws -> MaskChoice? {
    guard let law = head["masks/law"] else { return nil }
    guard law == .text("exact-count"), case .number(let ratio)? = head["masks/mask_ratio"],
      case .integer(let size)? = head["masks/patch_size"], let patchSize = Int(exactly: size)
    else {
      throw SpecificationError(
        file: head.file, "its masks are not of a law that this program draws",
        remedy: "give --masks, or --no-masks for none")
    }
    return MaskChoice(ratio: ratio, patchSize: patchSize)
  }
}

/// `--masks 0.5,4`.
struct MaskChoice: ExpressibleByArgument, Sendable {
  let ratio: Double
  let patchSize: Int

  init(ratio: Double, patchSize: Int) { (self.ratio, self.patchSize) = (ratio, patchSize) }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), let ratio = Double(parts[0]) else { return nil }
    guard let patchSize = parts.count == 2 ? Int(parts[1]) : 1 else { return nil }
    (self.ratio, self.patchSize) = (ratio, patchSize)
  }
}
