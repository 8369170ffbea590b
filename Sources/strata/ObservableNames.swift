internal import ArgumentParser
internal import Foundation

/// What the help says of an option that ``observableNames(_:option:)`` reads.
func observableNamesHelp(_ what: String) -> ArgumentHelp {
  ArgumentHelp(
    "\(what), with commas between; a name with a comma in it stands in double quotes. May be repeated.",
    valueName: "names")
}

/// The observables that the values of a repeatable option like `--mask` name: commas between, spaces around a name do not
/// count. A name in double quotes is taken as it stands, commas and spaces included; two double quotes in it are one, as
/// in CSV.
///
/// - Throws: `ValidationError` for a quote that is not closed, or that closes in the middle of a name.
func observableNames(_ lists: [String], option: String = "--mask") throws(ValidationError) -> [String] {
  var names: [String] = []
  for list in lists {
    var rest = Substring(list)
    while true {
      rest = rest.drop(while: \.isWhitespace)
      let isQuoted = rest.first == "\""
      let name = isQuoted ? quotedName(&rest) : plainName(&rest)
      rest = rest.drop(while: \.isWhitespace)
      guard let name, rest.isEmpty || rest.first == "," else {
        throw ValidationError(
          "\(option) \(list): a double quote is out of place; write a name that holds a comma or a double quote as "
            + "\"a,b\", with each double quote in it doubled")
      }
      if isQuoted || !name.isEmpty { names.append(name) }
      if rest.isEmpty { break }
      rest.removeFirst()
    }
  }
  return names
}

/// Takes the text up to the next comma.
private func plainName(_ rest: inout Substring) -> String? {
  let text = rest.prefix { $0 != "," }
  rest = rest[text.endIndex...]
  return text.trimmingCharacters(in: .whitespaces)
}

/// Takes a quoted text; nil if its quote is not closed.
private func quotedName(_ rest: inout Substring) -> String? {
  var name = ""
  rest.removeFirst()
  while let character = rest.popFirst() {
    guard character == "\"" else {
      name.append(character)
      continue
    }
    guard rest.first == "\"" else { return name }
    name.append(rest.removeFirst())
  }
  return nil
}
