/// Values of runs that are crossed by two seeds: that of the generator (the mechanisms' weights) and that of training (masks,
/// samples, initial weights).
///
/// Runs that share either seed share an error, so neither set of means alone tells how far the grand mean is off: the model is
/// x_gt = μ + a_g + b_t + e_gt. Runs may be missing.
public struct CrossedValues: Sendable, Equatable {
  /// One run.
  public struct Run: Sendable, Equatable {
    /// The seed of the generator.
    public let generator: UInt64
    /// The seed of training.
    public let training: UInt64
    /// The value.
    public let value: Double

    /// A run.
    public init(generator: UInt64, training: UInt64, value: Double) {
      (self.generator, self.training, self.value) = (generator, training, value)
    }
  }

  /// The runs as given.
  public let runs: [Run]
  /// The mean over each generator's runs, by ascending seed.
  public let generatorMeans: [Double]
  /// The mean over each training seed's runs, by ascending seed.
  public let trainingMeans: [Double]
  /// The mean over all runs.
  public let mean: Double

  /// Crossed values of at least one run.
  public init(_ runs: [Run]) {
    precondition(!runs.isEmpty, "crossed values of no runs")
    func means(_ seed: KeyPath<Run, UInt64>) -> [Double] {
      Dictionary(grouping: runs) { $0[keyPath: seed] }.sorted { $0.key < $1.key }
        .map { group in group.value.reduce(0) { $0 + $1.value } / Double(group.value.count) }
    }
    self.runs = runs
    generatorMeans = means(\.generator)
    trainingMeans = means(\.training)
    mean = runs.reduce(0) { $0 + $1.value } / Double(runs.count)
  }

  /// Crossed values from a table.
  ///
  /// - Parameter table: A row for each generator, a column for each training seed; nil where a run is missing.
  public init(table: [[Double?]]) {
    self.init(
      table.enumerated().flatMap { g, row in
        row.enumerated().compactMap { t, value in
          value.map { Run(generator: UInt64(g), training: UInt64(t), value: $0) }
        }
      })
  }

  /// The sets of means that have more than one member: generators', training seeds', both or neither.
  public var unitSets: [[Double]] { [generatorMeans, trainingMeans].filter { $0.count > 1 } }

  /// The mean over all runs with a Student t interval for crossed effects.
  ///
  /// Its half-width is the root of the sum of squares of those over generators' means and over training seeds' means: the
  /// variance of μ̂ is σ²ₐ/G + σ²_b/T + σ²ₑ/(GT), and the two sets estimate σ²ₐ/G + σ²ₑ/(GT) and σ²_b/T + σ²ₑ/(GT). What is
  /// counted twice makes it a little too wide, never too short. With one member a set says nothing and is left out: the
  /// interval is then conditional on that seed.
  ///
  /// - Returns: No half-width if both sets have one member; `count` is the number of runs.
  /// - Complexity: O(generators + training seeds).
  public func interval(confidence: Double = 0.95) -> MeanInterval {
    let widths = unitSets.compactMap { Statistics.meanInterval($0, confidence: confidence).halfWidth }
    let square = widths.reduce(0) { $0 + $1 * $1 }
    // One set's half-width as it is, without the rounding of a square and a root.
    let halfWidth = widths.count > 1 ? square.squareRoot() : widths.first
    return MeanInterval(mean: mean, halfWidth: halfWidth, count: runs.count)
  }
}
