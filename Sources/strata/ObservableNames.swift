internal import Foundation

/// The observables that an option like `--mask` names: commas between, spaces around a name do not count. A name that
/// holds a comma cannot be given this way; a plan's `fixed` mask takes any name.
func observableNames(_ text: String) -> [String] {
  text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
}
