import Foundation
import GRDB
import Sweeps
import Testing

/// Rows of the table `scores` as SQLite gives them back.
@Suite struct ScoreInsertionTests {
  /// A store of its own in memory; as in files, rows of scores may stand without their cell.
  private func makeStore() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(configuration: configuration)
    try StoreSchema.migrator.migrate(queue)
    return queue
  }

  private func score(_ text: String = "z", _ change: (inout RecoveryScore) -> Void = { _ in }) throws -> RecoveryScore {
    var score = try JSONDecoder().decode(
      RecoveryScore.self,
      from: Data(#"{"evaluation": "", "target": "", "estimator": "", "metric": "", "value": 0.5}"#.utf8))
    (score.evaluation, score.target, score.estimator, score.metric) = (text, text, text, text)
    change(&score)
    return score
  }

  private func insert(_ scores: [RecoveryScore], number: Int64, _ database: Database) throws {
    var insertion = try ScoreInsertion(database, number: number)
    defer { insertion.end() }
    for score in scores { try insertion.add(score) }
  }

  @Test(
    "Texts come back as they were, empty ones, long ones and those beyond ASCII too, and are no NULL",
    arguments: [
      "", "z", "ĉ ⊥ ε, é e\u{301} 🜁", "it's \"quoted\"; DROP TABLE scores --", String(repeating: "ζ", count: 5000),
    ])
  func texts(text: String) throws {
    let store = try makeStore()
    let scores = [try score(text) { $0.node = text }, try score(text)]
    try store.write { try insert(scores, number: 7, $0) }
    let rows = try store.read { try Row.fetchAll($0, sql: "SELECT * FROM scores ORDER BY position") }
    #expect(rows.count == 2)
    for (position, row) in rows.enumerated() {
      #expect(row["number"] == 7 && row["position"] == position)
      for column in ["evaluation", "target", "estimator", "metric"] {
        // Not of equal characters only, but of the same bytes.
        #expect(Array((row[column] as String? ?? "none").utf8) == Array(text.utf8))
      }
      #expect((row["node"] as String?).map { Array($0.utf8) } == (position == 0 ? Array(text.utf8) : nil))
    }
  }

  @Test("Numbers come back bit by bit, nil as NULL, and a NaN as NULL")
  func numbers() throws {
    // Not the least of all: threads that trained networks count denormal numbers as zero.
    let values = [0.1, -.infinity, .infinity, .leastNormalMagnitude, .greatestFiniteMagnitude, -1, .nan, -.nan]
    let integers: [Int?] = [nil, 0, 1, -1, .max, .min, nil, 5]
    let store = try makeStore()
    let scores = try zip(values, integers).map { value, integer in
      try score { ($0.value, $0.pValue, $0.level, $0.probes) = (value, integer == nil ? nil : value, integer, integer) }
    }
    try store.write { try insert(scores, number: .max, $0) }
    let rows = try store.read { try Row.fetchAll($0, sql: "SELECT * FROM scores ORDER BY position") }
    #expect(rows.count == values.count)
    for (row, score) in zip(rows, scores) {
      #expect(row["number"] == Int64.max)
      #expect((row["value"] as Double?)?.bitPattern == (score.value.isNaN ? nil : score.value.bitPattern))
      let pValue = score.pValue.flatMap { $0.isNaN ? nil : $0 }
      #expect((row["p_value"] as Double?)?.bitPattern == pValue?.bitPattern)
      #expect(row["level"] as Int? == score.level && row["probes"] as Int? == score.probes)
    }
  }

  @Test("An error in the middle takes the whole transaction back, and the next one is not hindered")
  func failure() throws {
    let store = try makeStore()
    func count(_ number: Int) throws -> Int? {
      try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM scores WHERE number = ?", arguments: [number]) }
    }
    try store.write { database in
      try database.execute(sql: "INSERT INTO scores VALUES (2, 1, '', NULL, NULL, '', '', '', 1, NULL, NULL, NULL)")
    }
    // The second row of cell 2 is there already.
    let error = #expect(throws: DatabaseError.self) {
      try store.write { database in
        try insert([try score()], number: 1, database)
        try insert([try score("a"), try score("b"), try score("c")], number: 2, database)
      }
    }
    #expect(error?.resultCode == .SQLITE_CONSTRAINT)
    #expect(error?.message == "UNIQUE constraint failed: scores.number, scores.position")
    #expect(try count(1) == 0 && count(2) == 1)
    try store.write { try insert([try score(), try score()], number: 3, $0) }
    #expect(try count(3) == 2)
  }
}
