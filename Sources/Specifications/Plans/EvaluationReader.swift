internal import Recovery

extension EvaluationPlan {
  /// Reads the `evaluation` mapping; all keys may be left out.
  init(_ node: DocumentNode?) throws(SpecificationError) {
    let map = try node?.mapping(keys: [
      "modes", "targets", "metrics", "estimators", "masks", "linear_masks", "rows", "pooled_rows", "kernel_rows",
      "kernel_score_rows", "landmarks", "pair_rows", "cca_ridge", "permutations", "nodes",
    ])
    modes = try Self.choices(map?.optional("modes"), Mode.self, "an evaluation mode") ?? [.perMask, .full]
    targets = try Self.choices(map?.optional("targets"), Target.self, "a target") ?? Self.defaultTargets
    metrics = try Self.choices(map?.optional("metrics"), Metric.self, "a metric") ?? Self.defaultMetrics
    if let node = map?.optional("metrics") {
      for item in try node.listOrSingle where try !item.choice(Metric.self, called: "a metric").isSingle {
        // Correlation i of one mask, level or seed is not that of another.
        throw item.error(
          "'cca_each' has one number for each pair, and plans average over masks and seeds",
          remedy: "take cca_mean here, and 'strata evaluate --metrics cca-each' on one cell and mask of kept models")
      }
    }
    let (masksNode, linearNode) = (map?.optional("masks"), map?.optional("linear_masks"))
    let linear = try linearNode?.int(in: 1...1_000_000, called: "a number of masks")
    masks =
      try masksNode?.int(in: 1...1_000_000, called: "a number of masks")
      ?? min(Self.defaultMasks, linear ?? Self.defaultMasks)
    linearMasks = linear ?? (masksNode == nil ? Self.defaultLinearMasks : masks)
    if let linearNode, linearMasks < masks {
      throw linearNode.error(
        "\(linearMasks) masks for the linear probe are fewer than the \(masks) of the other metrics",
        remedy: "give at least 'masks'")
    }
    rows = try map?.optional("rows")?.int(in: 20...1_000_000, called: "a number of rows") ?? 1000
    pooledRows = try map?.optional("pooled_rows")?.int(in: 20...10_000_000, called: "a number of rows") ?? 4000
    let kernelNode = map?.optional("kernel_rows")
    kernelRows =
      try kernelNode?.int(in: 20...8000, called: "a number of rows") ?? min(Self.defaultKernelRows, rows)
    // Plans that name 'kernel_rows' alone always scored on as many: their cells keep their names.
    kernelScoreRows =
      try map?.optional("kernel_score_rows")?.int(in: 20...1_000_000, called: "a number of rows")
      ?? (kernelNode == nil ? rows : kernelRows)
    pairRows =
      try map?.optional("pair_rows")?.int(in: 20...8000, called: "a number of rows") ?? Self.defaultPairRows
    landmarks =
      try map?.optional("landmarks")?.int(in: 1...100_000, called: "a number of landmarks")
      ?? Self.defaultLandmarks
    canonicalRidge =
      try map?.optional("cca_ridge")?.double(in: 0...1e6, called: "a ridge") ?? Self.defaultCanonicalRidge
    permutations = try map?.optional("permutations")?.int(in: 0...100_000, called: "a number of permutations") ?? 0
    recordsNodes = try map?.optional("nodes")?.bool ?? true
    if let node = map?.optional("estimators") {
      let chosen = try Self.choices(node, Estimator.self, "an estimator") ?? []
      guard chosen.contains(.mae) else {
        throw node.error("the trained encoder is not among the estimators", remedy: "add 'mae'")
      }
      // One order for all plans, so that the same choice is the same cell.
      estimators = Estimator.allCases.filter(chosen.contains)
    }
    for (key, count) in [("kernel_rows", kernelRows), ("kernel_score_rows", kernelScoreRows)] where count > rows {
      guard let node = map?.optional(key) else { continue }
      throw node.error(
        "\(count) kernel rows are more than the \(rows) rows of a mask", remedy: "give at most 'rows'")
    }
    if let map, let node = map.optional("pair_rows"), pairRows > 2 * rows {
      throw node.error(
        "\(pairRows) pair rows are more than the \(2 * rows) rows of a mask", remedy: "give at most twice 'rows'")
    }
  }

  private static func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
    _ node: DocumentNode?, _ type: Choice.Type, _ noun: String
  ) throws(SpecificationError) -> [Choice]? where Choice.RawValue == String {
    guard let node else { return nil }
    var result: [Choice] = []
    for item in try node.listOrSingle {
      let choice = try item.choice(type, called: noun)
      guard !result.contains(choice) else {
        throw item.error("'\(choice.rawValue)' is given twice", remedy: "remove one")
      }
      result.append(choice)
    }
    return result
  }
}
