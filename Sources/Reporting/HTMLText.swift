/// Text in HTML.
enum HTMLText {
  /// The text as it stands in an element or in an attribute in double quotes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // HTML has no control characters but white space.
      case _ where scalar.properties.generalCategory == .control && !scalar.properties.isWhitespace:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
