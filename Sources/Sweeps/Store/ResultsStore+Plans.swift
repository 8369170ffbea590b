internal import GRDB
public import Specifications

extension ResultsStore {
  /// The plan of the last run: the SHA-256 of its text, and the text. Nil in a store without runs.
  func lastPlan() throws(SpecificationError) -> (hash: String, text: String)? {
    try query { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT plan, text FROM runs JOIN plans USING (plan) ORDER BY run DESC LIMIT 1")
      return try row.map { (try $0.required(0), try $0.required(1)) }
    }
  }

  /// The number and the workers of the last run; nil in a store without runs.
  func lastRun() throws(SpecificationError) -> (run: Int64, workers: Int)? {
    try query { database in
      let row = try Row.fetchOne(database, sql: "SELECT run, workers FROM runs ORDER BY run DESC LIMIT 1")
      return try row.map { (try $0.required(0), try $0.required(1)) }
    }
  }

  /// Seconds since the start of the cells that are running or were cut off in a run.
  func secondsRunning(run: Int64, now: Double) throws(SpecificationError) -> [String: Double] {
    try query { database in
      var result: [String: Double] = [:]
      let rows = try Row.fetchCursor(
        database, sql: "SELECT cell, started_at FROM started WHERE run = ?", arguments: [run])
      while let row = try rows.next() { result[try row.required(0)] = max(0, now - (try row.required(1))) }
      return result
    }
  }
}

extension SweepDirectory {
  /// The plan that was last run here, as it was resolved then.
  ///
  /// - Parameter plugins: Mechanisms and noises of your own that it may name.
  /// - Throws: `SpecificationError`: nothing was run here; several plans in the shards.
  public func lastPlan(plugins: Plugins = Plugins()) throws -> SweepPlan {
    let text: String
    if ResultsStore.exists(storePath), let plan = try ResultsStore.read(storePath).lastPlan() {
      text = plan.text
    } else if shardStores().isEmpty, let submitted = submittedPlan() {
      text = submitted
    } else {
      text = try SweepDirectory.commonPlan(of: shardStores(), file: path)
    }
    return try SweepPlan.parse(text, file: "\(path)/plan.resolved.yaml", plugins: plugins)
  }

  /// The one plan that all stores were last run with.
  static func commonPlan(of stores: [String], file: String) throws(SpecificationError) -> String {
    var plans: [String: String] = [:]
    for store in stores {
      if let plan = try ResultsStore.read(store).lastPlan() { plans[plan.hash] = plan.text }
    }
    guard let text = plans.values.first else {
      throw SpecificationError(
        file: file, "no sweep was run here", remedy: "give the folder of a sweep", status: .noInput)
    }
    guard plans.count == 1 else {
      throw SpecificationError(
        file: file, "the stores are of \(plans.count) different plans", remedy: "say with --plan which one is meant",
        status: .usage)
    }
    return text
  }
}
