internal import Datasets

/// What a store says of a cell, without its scores.
struct StoredCell: Sendable {
  /// How a cell ended.
  enum Status: String, Sendable {
    case finished, diverged, failed
  }

  /// Its row.
  var number: Int64
  /// SHA-256 of the specification.
  var hash: String
  var status: Status
  var reason: String?
  var finalLoss: Double?
  var steps: Int?
  var seconds: Double?
  var attempts: Int
  var run: Int64
  var checksum: UInt32
}

/// The checksum of a cell's scores, over the values as SQLite keeps them: a bit that flips on the disk is noticed when the
/// scores are read.
struct ScoreChecksum {
  private var checksum = Checksum()
  private var bytes: [UInt8] = []

  /// The checksum so far.
  var value: UInt32 { checksum.value }

  mutating func add(_ score: RecoveryScore) {
    add(score.evaluation)
    add(score.node ?? "")
    add(score.target)
    add(score.estimator)
    add(score.metric)
    add(
      level: Int64(score.level ?? -1), value: score.value, pValue: score.pValue ?? .nan,
      probes: Int64(score.probes ?? -1), traceError: score.traceError)
  }

  /// Adds the next of a score's five texts, in UTF-8.
  mutating func add(text: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: text)
    bytes.append(0)
  }

  /// Adds a score's numbers, behind its texts.
  mutating func add(level: Int64, value: Double, pValue: Double, probes: Int64, traceError: Double?) {
    add(UInt64(bitPattern: level))
    add(Self.bits(value))
    add(Self.bits(pValue))
    add(UInt64(bitPattern: probes))
    // Only where there is one: rows that were written before there was any keep their checksums.
    if let traceError { add(Self.bits(traceError)) }
    checksum.update(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }

  private mutating func add(_ bits: UInt64) {
    withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// SQLite knows one NaN, which is NULL, and one zero.
  private static func bits(_ value: Double) -> UInt64 {
    value.isNaN ? Double.nan.bitPattern : (value == 0 ? 0 : value).bitPattern
  }
}
