internal import GRDB
public import Specifications

extension ResultsStore {
  /// The plan of the last run: the SHA-256 of its text, the text, and when the run began, in seconds since 1970. Nil in a
  /// store without runs.
  func lastPlan() throws(SpecificationError) -> (hash: String, text: String, startedAt: Double)? {
    try query { database in
      let row = try Row.fetchOne(
        database,
        // A merge gives runs new numbers, in the order of the shards.
        sql:
          "SELECT plan, text, started_at FROM runs JOIN plans USING (plan) ORDER BY started_at DESC, run DESC LIMIT 1"
      )
      return try row.map { (try $0.required(0), try $0.required(1), try $0.required(2)) }
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
  /// The plan that was last run or submitted here, as it was resolved then: by the clocks of the machines that did it.
  ///
  /// - Parameter plugins: Mechanisms and noises of your own that it may name.
  /// - Throws: `SpecificationError`: nothing was run here; a store cannot be read.
  public func lastPlan(plugins: Plugins = Plugins()) throws -> SweepPlan {
    var newest = submittedPlan().map { (text: $0, startedAt: submittedAt() ?? -.infinity) }
    for store in [storePath].filter(ResultsStore.exists) + shardStores() {
      guard let plan = try ResultsStore.read(store).lastPlan() else { continue }
      if newest.map({ $0.startedAt < plan.startedAt }) ?? true { newest = (plan.text, plan.startedAt) }
    }
    guard let text = newest?.text else { throw SweepDirectory.nothingRun(path) }
    return try SweepPlan.parse(text, file: "\(path)/plan.resolved.yaml", plugins: plugins)
  }

  /// The one plan that all stores were last run with.
  static func commonPlan(of stores: [String], file: String) throws(SpecificationError) -> String {
    var plans: [String: String] = [:]
    for store in stores {
      if let plan = try ResultsStore.read(store).lastPlan() { plans[plan.hash] = plan.text }
    }
    guard let text = plans.values.first else { throw nothingRun(file) }
    guard plans.count == 1 else {
      throw SpecificationError(
        file: file, "the stores are of \(plans.count) different plans", remedy: "say with --plan which one is meant",
        status: .usage)
    }
    return text
  }

  private static func nothingRun(_ file: String) -> SpecificationError {
    SpecificationError(file: file, "no sweep was run here", remedy: "give the folder of a sweep", status: .noInput)
  }
}
