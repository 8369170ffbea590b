internal import FoundationEssentials

/// Where the programs are that Strata starts and does not contain.
public enum ProgramPath {
  /// The path of a program by its name; nil if it is in no folder of `PATH`.
  public static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }
      .first(where: FileManager.default.isExecutableFile(atPath:))
  }
}
