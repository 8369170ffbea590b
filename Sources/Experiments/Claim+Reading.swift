internal import Recovery
internal import Specifications

extension Claim {
  /// A claim of an experiment's file.
  ///
  /// - Parameter sweeps: The sweeps that it may select.
  init(_ node: DocumentNode, sweeps: [ExperimentSweep]) throws(SpecificationError) {
    let map = try node.mapping(keys: [
      "id", "claim", "source", "prediction", "measure", "expect", "tolerance", "headline",
    ])
    id = try map.required("id").nonEmptyString
    statement = try map.required("claim").nonEmptyString
    source = try map.required("source").nonEmptyString
    prediction = try map.required("prediction").nonEmptyString
    let measureNode = try map.required("measure")
    measure = try Measure(measureNode, sweeps: sweeps)
    let expect = try map.required("expect")
    expectation = try Expectation(expect)
    if expectation == .every, !measure.isProportion {
      throw expect.error(
        "'every' goes with a measure that counts", remedy: "use it with 'check' or with the statistic 'share'")
    }
    tolerance = try map.required("tolerance").double(atLeast: 0, called: "a tolerance")
    isHeadline = try map.optional("headline")?.bool ?? false
  }
}

extension Claim.Measure {
  /// Whether the measurement is a share of trials.
  var isProportion: Bool {
    switch self {
    case .check: return true
    case .results(let measure): if case .share = measure.statistic { return true } else { return false }
    }
  }

  init(_ node: DocumentNode, sweeps: [ExperimentSweep]) throws(SpecificationError) {
    if try node.anyMapping.optional("check") != nil {
      let map = try node.mapping(keys: ["check", "models", "quick_models", "seed"])
      let models = try map.required("models").int(atLeast: 1, called: "a number of models")
      self = .check(
        try map.required("check").choice(TheoryCheck.self, called: "a check"), models: models,
        quickModels: try map.optional("quick_models")?.int(in: 1...models, called: "a smaller number of models")
          ?? models,
        seed: try map.required("seed").seed)
      return
    }
    let map = try node.mapping(keys: ["select", "minus", "absolute", "against", "statistic", "against_statistic"])
    let selection = try ResultSelection(try map.required("select"), base: nil, sweeps: sweeps)
    var measure = ResultMeasure(selection: selection, statistic: try SettingStatistic(try map.required("statistic")))
    if let minus = map.optional("minus") {
      try minus.refuse(ResultSelection.cellKeys, because: "it speaks of the same cells as 'select'; use 'against'")
      measure.minus = try ResultSelection(minus, base: selection, sweeps: sweeps)
    }
    measure.isAbsolute = try map.optional("absolute")?.bool ?? false
    if let against = map.optional("against") {
      if case .share = measure.statistic {
        throw map.error(at: "against", "a share is not compared with another", remedy: "remove 'against'")
      }
      measure.against = try ResultSelection(against, base: selection, sweeps: sweeps)
    }
    if let other = map.optional("against_statistic") {
      measure.againstStatistic = try SettingStatistic(other)
      if case .share? = measure.againstStatistic {
        throw other.error("a share is not compared with another", remedy: "give another statistic")
      }
      guard measure.against != nil else {
        throw map.error(at: "against_statistic", "there is nothing that it is of", remedy: "give 'against' too")
      }
    }
    self = .results(measure)
  }
}

extension SettingStatistic {
  private static let words: [String: SettingStatistic] = [
    "mean": .mean, "median": .median, "minimum": .minimum, "maximum": .maximum,
  ]

  /// `median`, or `{argmax: mask_ratio}`, `{trend: …}`, `{range: …}`, `{share: {at_least: .9}}`.
  init(_ node: DocumentNode) throws(SpecificationError) {
    guard node.isMapping else {
      let word = try node.choice(of: Self.words.keys.sorted(), called: "a statistic")
      self = Self.words[word]!
      return
    }
    let map = try node.mapping(keys: ["argmax", "trend", "range", "share"])
    guard map.keys.count == 1 else {
      throw node.error("\(map.keys.count) statistics", remedy: "give one of argmax, trend, range, share")
    }
    if let share = map.optional("share") {
      guard case .within(let range) = try Expectation(share) else {
        throw share.error("'every' is no range", remedy: "give at_least, at_most or between")
      }
      self = .share(range)
      return
    }
    let axis = try map.entries[0].value.choice(SettingAxis.self, called: "an axis")
    self = map.keys[0] == "argmax" ? .argmax(axis) : map.keys[0] == "trend" ? .trend(axis) : .range(axis)
  }
}

extension Expectation {
  /// `every`, or `{at_least: a}`, `{at_most: b}`, `{between: [a, b]}`.
  init(_ node: DocumentNode) throws(SpecificationError) {
    guard node.isMapping else {
      _ = try node.choice(of: ["every"], called: "an expectation")
      self = .every
      return
    }
    let map = try node.mapping(keys: ["at_least", "at_most", "between"])
    guard map.keys.count == 1 else {
      throw node.error("\(map.keys.count) ranges", remedy: "give one of at_least, at_most, between")
    }
    if let low = map.optional("at_least") {
      self = .within(try low.double...(.infinity))
    } else if let high = map.optional("at_most") {
      self = .within(-.infinity...(try high.double))
    } else {
      let node = try map.required("between")
      let ends = try node.list
      guard ends.count == 2 else { throw node.error("\(ends.count) ends", remedy: "give two numbers") }
      let (low, high) = (try ends[0].double, try ends[1].double)
      guard low <= high else { throw node.error("\(low) is above \(high)", remedy: "give the lower end first") }
      self = .within(low...high)
    }
  }
}

extension ResultSelection {
  /// Keys that say which cells.
  static let cellKeys = ["sweep", "graph", "mechanism", "mask_ratio", "patch_size", "width"]
  /// Keys that say which rows of a cell.
  static let rowKeys = ["evaluation", "level", "nodes", "target", "estimator", "metric", "column"]

  /// - Parameter base: What stands where a key is missing; nil where there is nothing to go by.
  init(_ node: DocumentNode, base: ResultSelection?, sweeps: [ExperimentSweep]) throws(SpecificationError) {
    let map = try node.mapping(keys: Self.cellKeys + Self.rowKeys)
    if let base {
      self = base
    } else {
      let target = try map.required("target").string
      self.init(sweeps: [], target: target, metric: try map.required("metric").string)
      _ = try map.required("sweep")
    }
    func list<Value>(
      _ key: String, _ read: (DocumentNode) throws(SpecificationError) -> Value
    ) throws(SpecificationError) -> [Value]? {
      guard let node = map.optional(key) else { return nil }
      var values: [Value] = []
      for item in try node.listOrSingle { values.append(try read(item)) }
      return values
    }
    let names = sweeps.map(\.name)
    self.sweeps =
      try list("sweep") { node throws(SpecificationError) in try node.choice(of: names, called: "a sweep") }
      ?? self.sweeps
    let plans = sweeps.filter { self.sweeps.contains($0.name) }
    graph = try list("graph") { node throws(SpecificationError) in try node.string } ?? graph
    mechanism = try list("mechanism") { node throws(SpecificationError) in try node.string } ?? mechanism
    maskRatio = try list("mask_ratio") { node throws(SpecificationError) in try node.double } ?? maskRatio
    patchSize = try list("patch_size") { node throws(SpecificationError) in try node.int } ?? patchSize
    width = try list("width") { node throws(SpecificationError) in try node.int } ?? width
    if let node = map.optional("evaluation") {
      evaluation = try node.choice(EvaluationPlan.Mode.self, called: "an evaluation mode").rawValue
    }
    level =
      try list("level") { node throws(SpecificationError) in
        if case "top"? = try? node.string { return .top }
        return .height(try node.int(atLeast: 0, called: "a level, nor 'top'"))
      } ?? level
    if let node = map.optional("nodes") { nodes = try Nodes(node) }
    if let node = map.optional("target") {
      target = try node.choice(EvaluationPlan.Target.self, called: "a target").rawValue
    }
    if let node = map.optional("estimator") {
      let known = EvaluationPlan.Estimator.allCases.map(\.rawValue) + ["theory", "theory-posterior"]
      estimator = try node.choice(of: known, called: "an estimator")
    }
    if let node = map.optional("metric") {
      let known = RecoveryMetric.allCases.map(\.rawValue) + ["content_probability", "recoverable"]
      metric = try node.choice(of: known, called: "a metric")
    }
    if let node = map.optional("column") { column = try node.choice(Column.self, called: "a column") }
    try checkRows(node, plans)
  }

  /// What no plan of the sweeps measures would silently be "undecided".
  private func checkRows(_ node: DocumentNode, _ sweeps: [ExperimentSweep]) throws(SpecificationError) {
    guard !estimator.hasPrefix("theory") else { return }
    for sweep in sweeps {
      for plan in [sweep.plan, sweep.quickPlan].compactMap(\.self) {
        let measured = plan.evaluation
        let isMeasured =
          measured.modes.contains { $0.rawValue == evaluation } && measured.targets.contains { $0.rawValue == target }
          && measured.metrics.contains { $0.rawValue == metric }
          && measured.estimators.contains { $0.rawValue == estimator }
        guard isMeasured else {
          throw node.error(
            "a plan of sweep '\(sweep.name)' does not measure \(metric) of \(target) by \(estimator), \(evaluation)",
            remedy: "add it to the plan's 'evaluation', or select what it measures")
        }
      }
    }
  }
}

extension ResultSelection.Nodes {
  /// `recoverable`, `unrecoverable`, or a list of names.
  init(_ node: DocumentNode) throws(SpecificationError) {
    guard node.isList else {
      self =
        try node.choice(of: ["recoverable", "unrecoverable"], called: "a set of nodes") == "recoverable"
        ? .recoverable : .unrecoverable
      return
    }
    var names: [String] = []
    for item in try node.nonEmptyList { names.append(try item.nonEmptyString) }
    self = .named(names)
  }
}

extension DocumentNode {
  /// Throws if one of some keys is there.
  func refuse(_ keys: [String], because reason: String) throws(SpecificationError) {
    let map = try anyMapping
    for key in keys where map.optional(key) != nil {
      throw map.error(at: key, "'\(key)' has no place here", remedy: reason)
    }
  }
}
