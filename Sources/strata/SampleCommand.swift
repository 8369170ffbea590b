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
      """)

  @Argument(help: "A model file, or a graph file or built-in family together with --mechanism.")
  var source: String?

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp(
      "Go on with the model and seed stored in this HDF5 file, after its last sample.", valueName: "file.h5"))
  var stored: String?

  @Option(name: .short, help: ArgumentHelp("The number of samples.", valueName: "n"))
  var n: Int

  @Option(name: .shortAndLong, help: "The file or folder to write.")
  var output: String

  @Option(help: "The number of the first sample. (default: 0, or after the last one of --model)")
  var first: UInt64?

  @Option(help: "The seed of the samples and their masks. (default: 0, or that of --model)")
  var seed: UInt64?

  @Option(help: "A mask for each sample: the share of patches to mask, and the side of a patch, as in 0.5,4.")
  var masks: MaskChoice?

  @Option(
    name: .customLong("environment"),
    help: ArgumentHelp(
      """
      An environment of the model to sample in, n samples each; may be given several times. 'observational' is the \
      model as it is, 'all' that and every environment. (default: none, or those in --model)
      """, valueName: "name"))
  var environments: [String] = []

  @Option(help: "The mechanism family, like rho:0.85 or mlp; wins over the file.")
  var mechanism: String?

  @Option(help: "The noise law, like laplace or student-t:5; wins over the file. (default: gaussian)")
  var noise: String?

  @Option(help: "The seed of the mechanisms' weights; wins over the file. (default: 1)")
  var modelSeed: UInt64?

  @Option(help: "Threads; default: one for each core. The output does not depend on it.")
  var workers: Int?

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  func validate() throws {
    if n < 1 { throw ValidationError("-n \(n): give at least 1") }
    if let workers, workers < 1 { throw ValidationError("--workers \(workers): give at least 1") }
    guard (source == nil) != (stored == nil) else {
      throw ValidationError("give either a model or --model with an HDF5 file")
    }
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
      guard format == .npyFolder || force || !FileManager.default.fileExists(atPath: output) else {
        throw Self.exists(output)
      }
      let request = try request()
      let export = try SampleExport(request, keepsModel: format != .csv)
      let beside = DatasetExporter.metadataPath(besideCSV: output)
      guard
        format != .csv || !export.schema.hasMetadataBesideCSV || force
          || !FileManager.default.fileExists(atPath: beside)
      else { throw Self.exists(beside) }
      BLASRuntime.useOneThread()
      try DatasetExporter.write(
        export.schema, to: output, format: format,
        workers: workers ?? ProcessInfo.processInfo.activeProcessorCount, produce: export.values)
      if format == .csv, !export.schema.hasMetadataBesideCSV {
        // What may stand there is about the file that was replaced.
        try? FileManager.default.removeItem(atPath: beside)
      }
      print("\(output): \(export.summary)")
    }
  }

  private static func exists(_ file: String) -> SpecificationError {
    SpecificationError(file: file, "the file exists", remedy: "add --force to replace it", status: .cannotCreate)
  }

  private func request() throws -> SampleRequest {
    let (model, defaultSeed, defaultFirst): (StoredModel, UInt64, UInt64)
    var (names, place) = (environments, DocumentPlace(file: stored))
    if let stored {
      let head = try StoredSample(
        contentsOf: stored, integers: ["sample_seed", "first_sample", "samples"],
        lists: [SampleExport.environmentNames])
      model = try StoredModel(head.model, file: stored)
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
        try specification.model(), seed: specification.seed, environments: specification.environments)
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
      masks: masks, environments: chosen)
  }
}

/// `--masks 0.5,4`.
struct MaskChoice: ExpressibleByArgument, Sendable {
  let ratio: Double
  let patchSize: Int

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), let ratio = Double(parts[0]) else { return nil }
    guard let patchSize = parts.count == 2 ? Int(parts[1]) : 1 else { return nil }
    (self.ratio, self.patchSize) = (ratio, patchSize)
  }
}
