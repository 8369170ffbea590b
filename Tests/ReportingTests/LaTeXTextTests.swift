import Reporting
import Testing

@Suite struct LaTeXTextTests {
  @Test(
    "What LaTeX gives a meaning is escaped, and signs of mathematics are set as such",
    arguments: [
      ("plain words-with-hyphens, 3/4", "plain words-with-hyphens, 3/4"),
      ("R² of ρ_1", "$R^2$ of $\\rho$\\_1"),
      ("50 % & #2 {a} $x$", "50 \\% \\& \\#2 \\{a\\} \\$x\\$"),
      ("a\\b~c^d", "a\\textbackslash{}b\\textasciitilde{}c\\textasciicircum{}d"),
      ("<odd> | \"q\"", "$<$odd$>$ $|$ \\textquotedbl{}q\\textquotedbl{}"),
      ("-0.002 ± 0.011", "$-$0.002 $\\pm$ 0.011"),
      ("0.6 [-0.1, 0.7]", "0.6 [$-$0.1, 0.7]"),
      ("scenario-1b", "scenario-1b"),
      ("P(level ∈ c) of s_mᶜ, x²", "P(level $\\in$ c) of s\\_m$^{\\mathsf{c}}$, x$^2$"),
      ("– and …", "-- and \\ldots{}"),
      ("two\nlines\u{7}", "two lines "),
      ("Zürich", "Zürich"),
    ])
  func escapes(text: String, expected: String) { #expect(LaTeXText.escaped(text) == expected) }

  @Test("Any sign of ASCII gives balanced braces and dollars, and no sign of LaTeX's that stands alone")
  func balanced() {
    for code in 32..<127 as Range<UInt8> {
      let text = LaTeXText.escaped("a\(Character(Unicode.Scalar(code)))b")
      #expect(LaTeXCheck.complaints(text).isEmpty, "\(text)")
    }
  }

  @Test("The check sees what is wrong", arguments: ["a & b", "50 % more", "x_1", "a^b", "{open", "$odd", "#1", "~"])
  func checkCanFail(text: String) { #expect(!LaTeXCheck.complaints(text).isEmpty) }
}

/// A check of text in LaTeX without LaTeX: a small reading of its syntax that does not share the escaper's tables.
enum LaTeXCheck {
  /// What is wrong with a text outside of tabulars: signs with a meaning that stand unescaped, braces and dollars without a
  /// partner.
  static func complaints(_ text: String) -> [String] {
    var (result, depth, isMath, isEscaped): ([String], Int, Bool, Bool) = ([], 0, false, false)
    for character in text {
      if isEscaped {
        isEscaped = false
        continue
      }
      switch character {
      case "\\": isEscaped = true
      case "{": depth += 1
      case "}":
        depth -= 1
        if depth < 0 { result.append("a brace too many") }
      case "$": isMath.toggle()
      case "&", "%", "#", "~": result.append("a bare \(character)")
      case "_", "^": if !isMath { result.append("a bare \(character)") }
      default:
        if !character.isASCII, character.isSymbol { result.append("a sign of mathematics as text: \(character)") }
      }
    }
    if depth != 0 { result.append("braces") }
    if isMath { result.append("dollars") }
    if isEscaped { result.append("a backslash at the end") }
    return result
  }

  /// What is wrong with a whole file of a table: as above, environments that are not closed in order, and rows of another
  /// number of cells than their tabular has columns.
  static func complaints(file text: String) -> [String] {
    var (result, open, columns): ([String], [String], Int) = ([], [], 0)
    for line in text.split(separator: "\n").map(String.init) where !line.hasPrefix("%") {
      if let name = line.firstMatch(of: /^\\begin\{(\w+)\}/)?.1 {
        open.append(String(name))
        if let layout = line.firstMatch(of: /^\\begin\{tabular\}\{([lr]+)\}$/)?.1 { columns = layout.count }
      } else if let name = line.firstMatch(of: /^\\end\{(\w+)\}$/)?.1 {
        if open.popLast() != String(name) { result.append("\\end{\(name)} closes another environment") }
      } else if line.hasSuffix("\\\\") {
        let cells = line.dropLast(2).replacing("\\&", with: "").split(separator: "&", omittingEmptySubsequences: false)
        let span = line.firstMatch(of: /^\\multicolumn\{(\d+)\}/).flatMap { Int($0.1) } ?? cells.count
        if span != columns { result.append("\(span) cells in \(columns) columns: \(line)") }
        result += line.dropLast(2).replacing("\\&", with: "").replacing("&", with: "").split(separator: "\n").flatMap {
          complaints(String($0))
        }
      } else if !line.hasPrefix("\\label") {
        result += complaints(line)
      }
    }
    if !open.isEmpty { result.append("open at the end: \(open)") }
    return result
  }
}
