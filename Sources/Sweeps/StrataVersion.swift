/// The version of this program, for provenance.
public enum StrataVersion {
  /// The version, after semantic versioning.
  public static let current = "0.1.0-dev"

  /// The Swift language version of the compiler that built the program.
  static var compiler: String {
    #if compiler(>=6.3)
      "6.3 or later"
    #else
      "6.2"
    #endif
  }
}
