/// The version of the tool, as `strata --version` prints it and results record it.
enum StrataVersion {
  static let current = "0.1.0-dev"
}
