/// Text and numbers in gnuplot's language.
enum GnuplotText {
  /// A string literal in single quotes, in which gnuplot knows no escapes but the doubled quote.
  ///
  /// The terminals are `noenhanced`, so no sign has a meaning as markup; control characters become spaces.
  static func quoted(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      if scalar == "'" {
        result += "''"
      } else if scalar.properties.generalCategory == .control {
        result += " "
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }

  /// A number with four decimals and no more zeros than needed: positions on a page, ranges of axes.
  static func number(_ value: Double) -> String {
    var text = NumberFormat(decimals: 4).string(value)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A named block of inline data, one row a line; numbers that are not finite are `NaN`, which is not drawn.
  static func dataBlock(_ name: String, _ rows: [[Double]]) -> String {
    let lines = rows.map { row in row.map { $0.isFinite ? "\($0)" : "NaN" }.joined(separator: " ") }
    return (["$\(name) << EOD"] + lines + ["EOD"]).joined(separator: "\n")
  }
}
