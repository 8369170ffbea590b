internal import Datasets
internal import FoundationEssentials
public import GenerativeModels
internal import LinearAlgebra
internal import MaskedAutoencoding
public import Specifications

/// A trained encoder that a sweep kept, with the very generator that it was trained on.
///
/// The file holds the generator's weights, not only the seed they were drawn from: nothing that changes afterwards (the plan in the
/// folder, a seed, the way weights are drawn) can put another generator in its place.
public struct KeptModel: Sendable {
  /// The cell.
  public let specification: CellSpecification
  /// The generator as it was stored.
  public let generator: GenerativeModel
  let trained: MaskedAutoencoder
  let untrained: MaskedAutoencoder

  /// The cells of a sweep's folder whose models are kept, sorted.
  ///
  /// - Throws: `SpecificationError` (noInput) if the folder keeps none.
  public static func cells(in directory: String) throws(SpecificationError) -> [String] {
    let folder = "\(directory)/models"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let cells = names.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(12)) }.sorted()
    guard !cells.isEmpty else {
      throw SpecificationError(
        file: folder, "no model is kept here",
        remedy: "write 'keep_models: true' into the plan and run it into an empty folder", status: .noInput)
    }
    return cells
  }

  /// Reads the model of a cell.
  ///
  /// - Parameters:
  ///   - directory: The sweep's folder.
  ///   - cell: The cell's name or the first digits of it; may be nil if the folder keeps a single model.
  ///   - plugins: Mechanisms and noises of your own that the generator may have.
  /// - Throws: `SpecificationError`: no such model, several of them, a damaged file, one without a generator, a training that
  ///   diverged.
  public init(directory: String, cell: String?, plugins: Plugins = Plugins()) throws(SpecificationError) {
    let cells = try Self.cells(in: directory)
    let matches = cells.filter { $0.hasPrefix(cell ?? "") }
    guard let name = matches.first, matches.count == 1 || cell == name else {
      let which = cell.map { "\(matches.count) of them have names that begin with '\($0)'" } ?? "none is named"
      throw SpecificationError(
        file: "\(directory)/models", "\(cells.count) models are kept here and \(which)",
        remedy: "give --cell one of \(cells.prefix(8).joined(separator: ", "))\(cells.count > 8 ? ", …" : "")",
        status: matches.isEmpty ? .noInput : .usage)
    }
    try self.init(file: "\(directory)/models/\(name).safetensors", name: name, plugins: plugins)
  }

  /// Reads the models of several cells that differ in their seeds alone, so that there is a mean over them.
  ///
  /// - Parameters:
  ///   - directory: The sweep's folder.
  ///   - cells: Names of cells or the first digits of them, the word `all`, or nothing if the folder keeps a single model.
  ///   - plugins: Mechanisms and noises of your own that the generators may have.
  /// - Throws: `SpecificationError`: as ``init(directory:cell:plugins:)``; a cell that is named twice, or one of other settings.
  public static func load(
    directory: String, cells: [String], plugins: Plugins = Plugins()
  ) throws(SpecificationError) -> [KeptModel] {
    guard !cells.isEmpty else { return [try KeptModel(directory: directory, cell: nil, plugins: plugins)] }
    let names = cells == ["all"] ? try self.cells(in: directory) : cells
    var models: [KeptModel] = []
    for name in names {
      let model = try KeptModel(directory: directory, cell: name, plugins: plugins)
      let cell = model.specification
      func fault(_ message: String, _ remedy: String) -> SpecificationError {
        SpecificationError(file: "\(directory)/models", message, remedy: remedy, status: .usage)
      }
      if models.contains(where: { $0.specification.identifier == cell.identifier }) {
        throw fault("cell \(cell.identifier) is named twice", "name each cell once")
      }
      if let first = models.first?.specification, first.settingText != cell.settingText {
        throw fault(
          "cells \(first.identifier) and \(cell.identifier) differ in more than their seeds, so there is no mean over them",
          "give --cell the cells of one mask ratio, patch size, width and mechanism")
      }
      models.append(model)
    }
    return models
  }

  private init(file: String, name: String, plugins: Plugins) throws(SpecificationError) {
    func fault(_ message: String, _ remedy: String = "run the cell again into an empty folder") -> SpecificationError {
      SpecificationError(file: file, message, remedy: remedy)
    }
    let content: Safetensors
    do { content = try Safetensors(contentsOf: file) } catch { throw fault("\(error)") }
    guard let text = content.metadata["cell"], let planText = content.metadata[Entry.plan] else {
      throw fault("this model was kept by a version that did not store its plan and generator")
    }
    let plan = try SweepPlan.parse(planText, file: file, plugins: plugins)
    let cells: PlanCells
    do { cells = try plan.cells() } catch { throw fault("\(error)") }
    guard let specification = cells.first, cells.count == 1, specification.canonicalText == text,
      specification.identifier == name
    else { throw fault("the stored plan is not that of cell \(name)") }
    guard let graph = content.metadata[Entry.graph], let description = content.metadata[Entry.description],
      let numbers = content.metadata[Entry.parameters].flatMap(Self.numbers)
    else {
      throw fault(
        content.metadata[Entry.reason].map { "its generator was not stored: \($0)" } ?? "it holds no generator")
    }
    let stored = try StoredModel(
      ModelRecord(graph: graph, description: description, parameters: numbers), file: file, plugins: plugins)
    guard stored.model.graph == specification.graph else { throw fault("the stored generator has another graph") }
    let checkpoint = Checkpoint(tensors: content.tensors, metadata: content.metadata)
    let divergence: Divergence?
    do { divergence = try checkpoint.divergence() } catch { throw fault("\(error)") }
    if let divergence {
      throw fault("the training left nothing to score: it \(divergence.cause)", divergence.remedy)
    }
    do { trained = try MaskedAutoencoder(checkpoint) } catch { throw fault("\(error)") }
    guard trained.architecture == specification.architecture else {
      throw fault("the stored network has another shape than its cell")
    }
    untrained = .untrained(
      architecture: specification.architecture, key: specification.initialKey,
      standardization: trained.standardization)
    generator = stored.model
    self.specification = specification
  }

  private enum Entry {
    static let plan = "plan"
    static let graph = "generator.graph"
    static let description = "generator.description"
    static let parameters = "generator.parameters"
    static let reason = "generator.missing"
  }

  /// What a model file holds besides the training: the plan of this one cell, and the generator or why it cannot be stored.
  static func entries(
    _ plan: SweepPlan, _ cell: CellSpecification, _ generator: GenerativeModel
  ) throws(SpecificationError) -> [String: String] {
    var entries = [Entry.plan: try ResolvedPlan.body(plan.restricted(to: cell))]
    do {
      let record = try StoredModel(generator, seed: cell.generatorSeed).record()
      entries[Entry.graph] = record.graph
      entries[Entry.description] = record.description
      entries[Entry.parameters] = text(record.parameters)
    } catch {
      entries[Entry.reason] = error.description
    }
    return entries
  }

  /// 16 hexadecimal digits a number: the format has single precision only, and the generator is to the bit.
  private static func text(_ numbers: [Double]) -> String {
    var text = ""
    text.reserveCapacity(16 * numbers.count)
    for number in numbers {
      let digits = String(number.bitPattern, radix: 16)
      text += String(repeating: "0", count: 16 - digits.count) + digits
    }
    return text
  }

  private static func numbers(_ text: String) -> [Double]? {
    let bytes = Array(text.utf8)
    guard bytes.count % 16 == 0 else { return nil }
    var result: [Double] = []
    for start in stride(from: 0, to: bytes.count, by: 16) {
      guard let bits = UInt64(String(decoding: bytes[start..<start + 16], as: UTF8.self), radix: 16) else { return nil }
      result.append(Double(bitPattern: bits))
    }
    return result
  }
}

extension SweepPlan {
  /// The plan whose only cell is the given one of this plan.
  func restricted(to cell: CellSpecification) -> SweepPlan {
    var plan = self
    plan.graphs = [cell.graph]
    plan.mechanisms = [cell.mechanism]
    plan.environments = [cell.environment]
    if !maskRatios.isEmpty { (plan.maskRatios, plan.patchSizes) = ([cell.maskRatio], [cell.patchSize]) }
    plan.widths = [cell.architecture.representationWidth]
    plan.generatorSeeds = [cell.generatorSeed]
    plan.trainingSeeds = [cell.trainingSeed]
    return plan
  }
}
