package import GenerativeModels

/// The environments of a model by the names that a user gives.
package enum EnvironmentChoice {
  /// The model without the interventions of an environment. No environment has this name.
  package static let observational = "observational"
  /// In a list of names: `observational` and all environments of the model, in its order. No environment has this name.
  package static let all = "all"

  /// The environments of the names, in their order; `observational` is one without interventions.
  ///
  /// - Parameters:
  ///   - names: Names as the user gave them.
  ///   - environments: Those of the model.
  ///   - place: Where they are defined, for errors.
  /// - Throws: ``SpecificationError`` for an unknown name, with the nearest known one, or a name that is given twice.
  package static func find(
    _ names: [String], among environments: [Environment], place: DocumentPlace
  ) throws(SpecificationError) -> [Environment] {
    let known = [Environment(name: observational, [])] + environments
    var result: [Environment] = []
    for name in names {
      let found = name == all ? known : known.filter { $0.name == name }
      guard !found.isEmpty else { throw unknown(name, environments, place) }
      for environment in found {
        guard !result.contains(where: { $0.name == environment.name }) else {
          var error = place.error(
            "the environment \(environment.name.quoted) is asked for twice", remedy: "name it once")
          error.status = .usage
          throw error
        }
        result.append(environment)
      }
    }
    return result
  }

  private static func unknown(
    _ name: String, _ environments: [Environment], _ place: DocumentPlace
  ) -> SpecificationError {
    let names = [observational] + environments.map(\.name) + [all]
    var error = place.error(
      "the model has no environment \(name.quoted)",
      remedy: environments.isEmpty
        ? "define it under the key 'environments' of a model file" : Suggestion.remedy(for: name, among: names))
    error.status = .usage
    return error
  }
}
