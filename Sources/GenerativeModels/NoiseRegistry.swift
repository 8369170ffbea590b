public import Stochastics

/// The laws of noise of a program's own that files may hold, beside Strata's: a name, the names of the parameters, and what
/// makes the law of their values.
public struct NoiseRegistry: Sendable {
  private struct Entry: Sendable {
    var parameters: Set<String>
    var make: @Sendable ([String: Double]) -> any NoiseLaw
  }

  private var entries: [String: Entry] = [:]

  /// Strata's own laws and no others.
  public static let builtIn = NoiseRegistry()

  /// The registry with one more law. A law of Strata's with the same name stays what it is.
  ///
  /// - Parameters:
  ///   - name: The name of the `CustomNoise`.
  ///   - parameters: The names of its parameters.
  ///   - make: The law of all parameters' values; gets exactly the names above.
  public func adding(
    _ name: String, parameters: [String] = [], _ make: @escaping @Sendable ([String: Double]) -> any NoiseLaw
  ) -> NoiseRegistry {
    var result = self
    result.entries[name] = Entry(parameters: Set(parameters), make: make)
    return result
  }

  /// The law of stored parameters.
  ///
  /// - Throws: ``ModelStorageError`` for a name that is not known, or other parameters than the law has.
  func noise(_ stored: StoredParameters) throws(ModelStorageError) -> CustomNoise {
    guard let entry = entries[stored.kind] else {
      throw .unknownKind(stored.kind, known: (Distribution.storedLaws + entries.keys).sorted())
    }
    var values: [String: Double] = [:]
    for tensor in stored.tensors { values[tensor.name] = try stored.number(tensor.name) }
    try stored.require(
      Set(values.keys) == entry.parameters,
      "it has the parameters \(values.keys.sorted()) instead of \(entry.parameters.sorted())")
    return CustomNoise(stored.kind, parameters: values, law: entry.make(values))
  }
}
