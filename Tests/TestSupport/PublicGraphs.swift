public import Foundation

/// Files of the repository that several test modules read.
public enum Repository {
  /// The folder that holds `Package.swift`.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}

/// The public DAGs and published hierarchies of `experiments/presets/graphs`.
public enum PublicGraphs {
  /// The names of the files.
  public static let files = [
    "alarm.json", "andes.json", "munin.json", "huang2022-scenario1a.dot", "huang2022-scenario1b.dot",
  ]

  /// The path of one of them.
  public static func path(_ file: String) -> String {
    Repository.root.appending(path: "experiments/presets/graphs/\(file)").path
  }
}
