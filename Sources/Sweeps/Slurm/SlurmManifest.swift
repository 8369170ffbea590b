internal import FoundationEssentials
internal import Specifications

/// `DIR/slurm/manifest.json`: what was submitted. Status, the merge job and the next submission go by it.
struct SlurmManifest: Codable, Equatable {
  /// Tasks that were submitted together, and the merge that waits for them.
  struct Round: Codable, Equatable {
    /// The array's job number.
    var array: String
    /// The merge's job number.
    var merge: String
    /// The shards, from 1.
    var tasks: [Int]
  }

  /// Shards of the sweep; every round has some of them.
  var shards: Int
  /// How often missing cells are submitted again.
  var retries: Int
  /// What was submitted, in order.
  var rounds: [Round]

  /// Reads the manifest of a folder; nil where nothing was submitted.
  ///
  /// - Throws: `SpecificationError` for a file that is none.
  static func read(_ directory: SweepDirectory) throws(SpecificationError) -> SlurmManifest? {
    guard let data = FileManager.default.contents(atPath: directory.manifestPath) else { return nil }
    do { return try JSONDecoder().decode(SlurmManifest.self, from: data) } catch {
      throw SpecificationError(
        file: directory.manifestPath, "this is not a manifest that Strata wrote",
        remedy: "delete it: finished cells are in the stores, and the next 'strata sweep submit' writes a new one")
    }
  }

  /// Replaces the manifest of a folder.
  func write(_ directory: SweepDirectory) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try OutputFile.write(
      String(decoding: try encoder.encode(self), as: UTF8.self) + "\n", to: directory.manifestPath)
  }
}

extension SweepDirectory {
  /// Scripts, logs and the manifest of a submission.
  var slurmPath: String { path + "/slurm" }
  var manifestPath: String { slurmPath + "/manifest.json" }
  var submittedPlanPath: String { slurmPath + "/plan.yaml" }

  /// The plan that was submitted to a cluster, every default spelled out; nil if none was.
  func submittedPlan() -> String? {
    FileManager.default.contents(atPath: submittedPlanPath).map { String(decoding: $0, as: UTF8.self) }
  }

  /// When the last round was submitted, in seconds since 1970; nil if none was.
  func submittedAt() -> Double? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: manifestPath)
    return (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
  }
}
