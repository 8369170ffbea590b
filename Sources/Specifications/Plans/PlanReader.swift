internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Stochastics

extension SweepPlan {
  static let keys = [
    "name", "graphs", "mechanisms", "noise", "interventions", "environments", "mask", "mask_ratios", "patch_sizes",
    "widths", "generator_seeds",
    "training_seeds", "model", "training", "evaluation", "checkpoint_every", "keep_models",
    "limits",
  ]

  /// Reads a plan file.
  ///
  /// - Parameters:
  ///   - path: A YAML file; files in it are relative to its folder.
  ///   - plugins: Mechanisms and noises that the plan may name besides the built-in ones.
  /// - Throws: ``SpecificationError`` with file, line, column, key and remedy of the first fault.
  public static func load(_ path: String, plugins: Plugins = Plugins()) throws(SpecificationError) -> SweepPlan {
    let root = try Document.load(path)
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    return try SweepPlan(root, context: ReadingContext(folder: folder, plugins: plugins))
  }

  /// Reads a plan from text, such as the one that is kept with a trained model.
  ///
  /// - Parameters:
  ///   - text: YAML that names no files.
  ///   - file: The name for errors.
  ///   - plugins: As there.
  /// - Throws: ``SpecificationError``.
  public static func parse(
    _ text: String, file: String, plugins: Plugins = Plugins()
  ) throws(SpecificationError) -> SweepPlan {
    try SweepPlan(try Document.parse(text, file: file), context: ReadingContext(plugins: plugins))
  }

  /// A plan from its document.
  init(_ root: DocumentNode, context: ReadingContext) throws(SpecificationError) {
    let map = try root.mapping(keys: Self.keys)
    name = try map.optional("name")?.nonEmptyString ?? "sweep"
    let graphNodes = try map.required("graphs").listOrSingle
    graphs = []
    for node in graphNodes { graphs.append(try GraphFile.load(node, relativeTo: context.folder).graph) }
    try Self.requireDistinct(zip(graphNodes, graphs.map(\.name)).map { ($0, $1) }, what: "graph name")
    mechanisms = []
    for node in try map.required("mechanisms").listOrSingle {
      mechanisms.append(try MechanismFamily(node, context: context))
      mechanismPlaces.append(node.place)
      try Self.checkOverrides(node, graphs: graphs)
    }
    noise = .gaussian
    if let node = map.optional("noise") {
      noise = try NoiseAssignment(node, context: context)
      try Self.checkOverrides(node, graphs: graphs)
    }
    if let node = map.optional("interventions") {
      interventions = try Environment(name: "interventions", node, context: context, graphs: graphs).interventions
      environmentsPlace = map.place(of: "interventions")
    }
    if let node = map.optional("environments") {
      environments = try Environment.all(node, context: context, graphs: graphs).map { environment in
        environment.name == EnvironmentChoice.observational ? nil : environment
      }
      environmentsPlace = map.place(of: "environments")
    }
    masking =
      try map.optional("mask").map { node throws(SpecificationError) in try MaskPlan(node) }
      ?? MaskPlan(law: .exactCount, sharing: .perSample)
    (maskRatios, patchSizes) = try Self.readMaskAxes(map, masking: masking, graphs: graphs)
    widths = try Self.readList(map, "widths", default: [1]) { node throws(SpecificationError) in
      try node.int(in: 1...4096, called: "a representation width")
    }
    generatorSeeds = try Self.readList(map, "generator_seeds", default: [1]) { node throws(SpecificationError) in
      try node.seed
    }
    trainingSeeds = try Self.readList(map, "training_seeds", default: [1]) { node throws(SpecificationError) in
      try node.seed
    }
    model = try ModelPlan(map.optional("model"))
    (training, data) = try TrainingConfiguration.read(map.optional("training"))
    balancesMaskGain = try TrainingConfiguration.balancesMaskGain(map.optional("training"))
    evaluation = try EvaluationPlan(map.optional("evaluation"))
    checkpointInterval = try map.optional("checkpoint_every")?.int(atLeast: 1, called: "a number of steps")
    keepsModels = try map.optional("keep_models")?.bool ?? false
    limits = try CellLimits(map.optional("limits"))
    try checkFixedMask(map)
    try checkTargets(map)
  }

  /// A list of distinct values, or a single one.
  static func readList<Value: Hashable>(
    _ map: DocumentMapping, _ key: String, default defaultValue: [Value],
    _ read: (DocumentNode) throws(SpecificationError) -> Value
  ) throws(SpecificationError) -> [Value] {
    guard let node = map.optional(key) else { return defaultValue }
    var pairs: [(DocumentNode, Value)] = []
    for item in try node.listOrSingle { pairs.append((item, try read(item))) }
    try requireDistinct(pairs, what: "value")
    return pairs.map(\.1)
  }

  private static func requireDistinct<Value: Hashable>(
    _ pairs: [(DocumentNode, Value)], what: String
  ) throws(SpecificationError) {
    var seen = Set<Value>()
    for (node, value) in pairs where !seen.insert(value).inserted {
      throw node.error("the \(what) '\(value)' is given twice", remedy: "remove one: each cell is run once")
    }
  }

  private static func readMaskAxes(
    _ map: DocumentMapping, masking: MaskPlan, graphs: [HierarchicalGraph]
  ) throws(SpecificationError) -> ([Double], [Int]) {
    if case .fixed = masking.law {
      for key in ["mask_ratios", "patch_sizes"] where map.optional(key) != nil {
        throw map.error(at: key, "a fixed mask has no \(key)", remedy: "remove this key, or the fixed mask")
      }
      return ([], [1])
    }
    _ = try map.required("mask_ratios")
    let ratios = try readList(map, "mask_ratios", default: []) { node throws(SpecificationError) in
      try node.double(strictlyBetween: 0, and: 1, called: "a mask ratio")
    }
    let sizes = try readList(map, "patch_sizes", default: [1]) { node throws(SpecificationError) in
      let size = try node.int(atLeast: 1, called: "a patch size")
      for graph in graphs {
        do {
          _ = try graph.grid.patches(ofSize: size)
        } catch {
          throw node.error("graph '\(graph.name)': \(error)", remedy: "")
        }
      }
      return size
    }
    return (ratios, sizes)
  }

  /// Levels and nodes that families or laws are given for must be in every graph.
  private static func checkOverrides(_ node: DocumentNode, graphs: [HierarchicalGraph]) throws(SpecificationError) {
    guard let (_, levels, nodes) = try node.splitOverrides() else { return }
    for graph in graphs {
      for (level, node) in levels where level > graph.height {
        throw node.error(
          "graph '\(graph.name)' has no level \(level)",
          remedy: "its levels are 0 to \(graph.height); 0 are the observables")
      }
      for (name, node) in nodes where graph.index(of: name) == nil {
        throw node.error(
          "graph '\(graph.name)' has no node '\(name)'",
          remedy: Suggestion.remedy(for: name, among: graph.nodes.map(\.name)))
      }
    }
  }

  /// With `loss: interior` every setting must have masks that leave something to predict.
  private func checkTargets(_ map: DocumentMapping) throws(SpecificationError) {
    guard masking.targets == .interior, let node = map.optional("mask") else { return }
    let ratios = masking.isFixed ? [0.5] : maskRatios
    for graph in graphs {
      for size in patchSizes {
        for ratio in ratios {
          // Masks that do not fit are the errors of other keys.
          guard let masks = try? masking.distribution(of: graph, ratio: ratio, patchSize: size),
            !masks.canCount(.interior)
          else { continue }
          let setting = masking.isFixed ? "this mask" : "mask ratio \(ratio) and patch size \(size)"
          throw node.error(
            "graph '\(graph.name)': with \(setting) every masked patch touches a visible one, and nothing is left in the "
              + "loss", remedy: "mask more, take smaller patches, or remove 'loss: interior'")
        }
      }
    }
  }

  private func checkFixedMask(_ map: DocumentMapping) throws(SpecificationError) {
    guard case .fixed(let names) = masking.law, let node = map.optional("mask") else { return }
    for graph in graphs {
      do {
        let mask = try Mask(masking: names, in: graph)
        _ = try MaskDistribution(.fixed(mask), grid: graph.grid, patchSize: 1)
      } catch {
        throw node.error("graph '\(graph.name)': \(error)", remedy: "")
      }
    }
  }
}

extension MaskPlan {
  /// `{law: exact-count | bernoulli | block, sharing: per-sample | per-batch, loss: all | interior}`; `fixed: [names]`
  /// instead of `law`.
  init(_ node: DocumentNode) throws(SpecificationError) {
    let map = try node.mapping(keys: ["law", "sharing", "fixed", "loss"])
    targets = try map.optional("loss")?.choice(MaskTargets.self, called: "what counts in the loss") ?? .all
    sharing = try map.optional("sharing")?.choice(MaskSharing.self, called: "a way to share masks") ?? .perSample
    if let fixed = map.optional("fixed") {
      guard map.optional("law") == nil else {
        throw map.error(at: "law", "a fixed mask has no law", remedy: "remove 'law' or 'fixed'")
      }
      var names: [String] = []
      for item in try fixed.nonEmptyList { names.append(try item.string) }
      law = .fixed(names)
    } else {
      let name =
        try map.optional("law")?.choice(of: ["exact-count", "bernoulli", "block"], called: "a mask law")
        ?? "exact-count"
      law = name == "bernoulli" ? .bernoulli : name == "block" ? .block : .exactCount
    }
  }
}
