/// How long a cell may take and how much memory its process may hold; what goes beyond is ended and noted as failed.
public struct CellLimits: Sendable, Hashable {
  /// Seconds of wall time; nil for any.
  public var seconds: Double?
  /// Megabytes (10⁶ bytes) of resident memory; nil for any.
  public var megabytes: Int?

  /// Limits; none by default.
  public init(seconds: Double? = nil, megabytes: Int? = nil) {
    self.seconds = seconds
    self.megabytes = megabytes
  }

  /// Whether there is any limit.
  package var areSet: Bool { seconds != nil || megabytes != nil }

  /// The same with the limits of a plan where there are none.
  package func filled(from other: CellLimits) -> CellLimits {
    CellLimits(seconds: seconds ?? other.seconds, megabytes: megabytes ?? other.megabytes)
  }

  /// `{seconds: 3600, memory_mb: 2000}`.
  init(_ node: DocumentNode?) throws(SpecificationError) {
    guard let map = try node?.mapping(keys: ["seconds", "memory_mb"]) else { return }
    seconds = try map.optional("seconds")?.double(in: 0.1...1e9, called: "a time limit in seconds")
    megabytes = try map.optional("memory_mb")?.int(in: 16...1_000_000_000, called: "a memory limit in megabytes")
  }
}
