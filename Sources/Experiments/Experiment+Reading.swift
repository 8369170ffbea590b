internal import FoundationEssentials
internal import HierarchicalGraphs
internal import Identifiability
public import Specifications

extension Experiment {
  /// The file that makes a folder an experiment.
  public static let fileName = "experiment.yaml"

  /// The names of the experiments in a folder, sorted: its subfolders with an `experiment.yaml`.
  ///
  /// - Throws: `SpecificationError` (noInput) if there is none.
  public static func names(in folder: String) throws(SpecificationError) -> [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let names = entries.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/\(fileName)") }.sorted()
    guard !names.isEmpty else {
      throw SpecificationError(
        file: folder, "no experiment is here: no folder with \(fileName)",
        remedy: "give the folder 'experiments' of Strata's sources with --experiments", status: .noInput)
    }
    return names
  }

  /// Reads an experiment with its plans.
  ///
  /// - Parameters:
  ///   - name: The folder's name.
  ///   - folder: The folder that it is in.
  /// - Throws: `SpecificationError` with file, line, key and remedy of the first fault, of a plan too.
  public static func load(_ name: String, in folder: String) throws(SpecificationError) -> Experiment {
    let place = "\(folder)/\(name)"
    let path = "\(place)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw SpecificationError(
        file: path, "there is no experiment '\(name)'",
        remedy: Suggestion.remedy(for: name, among: try names(in: folder) + ["all"]), status: .noInput)
    }
    let map = try Document.load(path).mapping(keys: ["title", "sweeps", "claims", "curves"])
    var sweeps: [ExperimentSweep] = []
    for (key, node) in try map.optional("sweeps")?.anyMapping.entries ?? [] {
      sweeps.append(try ExperimentSweep(name: key, node, folder: place))
    }
    var claims: [Claim] = []
    for node in try map.required("claims").nonEmptyList {
      let claim = try Claim(node, sweeps: sweeps)
      guard !claims.contains(where: { $0.id == claim.id }) else {
        throw node.error("the claim '\(claim.id)' stands twice", remedy: "give each claim an id of its own")
      }
      claims.append(claim)
    }
    var curves: [DoseCurve] = []
    for node in try map.optional("curves")?.nonEmptyList ?? [] {
      let curve = try DoseCurve(node, sweeps: sweeps)
      guard !curves.contains(where: { $0.id == curve.id }) else {
        throw node.error("the curve '\(curve.id)' stands twice", remedy: "give each curve an id of its own")
      }
      curves.append(curve)
    }
    return Experiment(
      name: name, folder: place, title: try map.required("title").nonEmptyString, sweeps: sweeps, claims: claims,
      curves: curves)
  }
}

extension ExperimentSweep {
  /// `{plan: FILE, quick: FILE, pairs: […], quick_pairs: […]}`, or `models: [FILE, …]` instead of pairs.
  init(name: String, _ node: DocumentNode, folder: String) throws(SpecificationError) {
    guard name.utf8.allSatisfy({ $0.isASCIIWord }), !name.isEmpty else {
      throw node.error(
        "'\(name)' names folders", remedy: "use letters, digits, '-' and '_' only in the name of a sweep")
    }
    let map = try node.mapping(keys: ["plan", "quick", "pairs", "quick_pairs", "models"])
    func plan(_ node: DocumentNode) throws(SpecificationError) -> SweepPlan {
      let path = "\(folder)/\(try node.nonEmptyString)"
      guard FileManager.default.fileExists(atPath: path) else {
        throw node.error("there is no file '\(path)'", remedy: "give a plan, relative to the experiment's folder")
      }
      return try SweepPlan.load(path)
    }
    func pairs(_ key: String) throws(SpecificationError) -> [MaskedGraph] {
      var result: [MaskedGraph] = []
      for item in try map.optional(key)?.nonEmptyList ?? [] {
        for pair in try MaskedGraph.all(item, folder: folder) {
          guard !result.contains(where: { $0.name == pair.name }) else {
            throw item.error("the pair '\(pair.name)' stands twice", remedy: "remove one")
          }
          result.append(pair)
        }
      }
      return result
    }
    let quick = try map.optional("quick").map(plan)
    let (all, few) = (try pairs("pairs"), try pairs("quick_pairs"))
    if quick != nil, few.isEmpty != all.isEmpty {
      throw map.error(
        at: all.isEmpty ? "quick_pairs" : "quick", "one form of the sweep has pairs and the other has none",
        remedy: "give both 'pairs' and 'quick_pairs', or neither")
    }
    if map.optional("models") != nil, !all.isEmpty {
      throw map.error(at: "models", "a sweep has models or pairs", remedy: "remove one of both")
    }
    let full = try plan(try map.required("plan"))
    let models = try map.optional("models").map { node throws(SpecificationError) in
      try Self.models(node, folder: folder, plans: [full] + (quick.map { [$0] } ?? []))
    }
    self.init(
      name: name, plan: full, quickPlan: quick, pairs: all, quickPairs: few, models: models ?? [])
  }

  /// Model files, relative to the experiment's folder, whose graphs have the plans' masks.
  private static func models(
    _ node: DocumentNode, folder: String, plans: [SweepPlan]
  ) throws(SpecificationError) -> [ModelSpecification] {
    var result: [ModelSpecification] = []
    for item in try node.nonEmptyList {
      let path = "\(folder)/\(try item.nonEmptyString)"
      guard FileManager.default.fileExists(atPath: path) else {
        throw item.error("there is no file '\(path)'", remedy: "give a model file, relative to the experiment's folder")
      }
      let model = try ModelFile.load(path)
      guard model.stored == nil else {
        throw item.error("a sweep draws its models, and this one is stored", remedy: "give a model file")
      }
      let name = model.graph.name
      guard name.utf8.allSatisfy({ $0.isASCIIWord }), !name.isEmpty else {
        throw item.error("'\(name)' names folders", remedy: "name graphs with letters, digits, '-' and '_'")
      }
      guard !result.contains(where: { $0.graph.name == name }) else {
        throw item.error("the graph name '\(name)' stands twice", remedy: "give each model's graph a name of its own")
      }
      for plan in plans {
        guard case .fixed(let names) = plan.masking.law else { continue }
        do { _ = try Mask(masking: names, in: model.graph) } catch {
          throw item.error("graph '\(name)': \(error)", remedy: "")
        }
      }
      result.append(model)
    }
    return result
  }
}

extension MaskedGraph {
  /// `{graph: FILE or family, masks: [[x0], [x0, x1]]}`: a pair for each mask.
  static func all(_ node: DocumentNode, folder: String) throws(SpecificationError) -> [MaskedGraph] {
    let map = try node.mapping(keys: ["graph", "masks"])
    let graph = try GraphFile.load(try map.required("graph"), relativeTo: folder).graph
    var result: [MaskedGraph] = []
    for item in try map.required("masks").nonEmptyList {
      var names: [String] = []
      for name in try item.nonEmptyList { names.append(try name.nonEmptyString) }
      let mask: Mask
      do { mask = try Mask(masking: names, in: graph) } catch {
        throw item.error("graph '\(graph.name)': \(error)", remedy: "")
      }
      let dimension = content(of: mask, in: graph).contentDimension
      guard dimension > 0 else {
        throw item.error(
          "in graph '\(graph.name)' this mask's sides share nothing",
          remedy: "mask some and not all of what a latent shows")
      }
      let name = "\(graph.name)-\(names.joined(separator: "-"))"
      guard name.utf8.allSatisfy({ $0.isASCIIWord || $0 == UInt8(ascii: ".") }) else {
        throw item.error(
          "'\(name)' names folders", remedy: "name graph and observables with letters, digits, '-' and '_'")
      }
      result.append(MaskedGraph(name: name, graph: graph, masked: names, contentDimension: dimension))
    }
    return result
  }
}

extension UInt8 {
  /// Whether it is a letter, a digit, `-` or `_` of ASCII.
  fileprivate var isASCIIWord: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
