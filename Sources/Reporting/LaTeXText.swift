/// Plain text in LaTeX's text mode: what LaTeX gives a meaning is escaped, and mathematical signs become mathematics.
package enum LaTeXText {
  /// The text for LaTeX: `R² of ρ_1` becomes `$R^2$ of $\rho$\_1`.
  ///
  /// Line breaks become spaces; other letters beyond ASCII stay as they are, which LaTeX has read as UTF-8 since 2018.
  package static func escaped(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var (result, position) = ("", 0)
    while position < scalars.count {
      let scalar = scalars[position]
      let next = position + 1 < scalars.count ? scalars[position + 1] : nil
      position += 1
      if scalar == "R", next == "²" {
        result += "$R^2$"
        position += 1
      } else if scalar == "-", let next, "0"..."9" ~= next, isBeginning(of: scalars, at: position - 1) {
        // A minus before a number; any other hyphen stays one.
        result += "$-$"
      } else if let command = commands[scalar] {
        result += command
      } else if scalar.properties.generalCategory == .control || scalar.properties.isWhitespace {
        result += " "
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether a number may begin here: at the start, or after a space or an opening bracket.
  private static func isBeginning(of scalars: [Unicode.Scalar], at position: Int) -> Bool {
    guard position > 0 else { return true }
    return " ([".unicodeScalars.contains(scalars[position - 1])
  }

  /// Signs with a meaning of their own in LaTeX, and those that are set in mathematics.
  private static let commands: [Unicode.Scalar: String] = {
    var commands: [Unicode.Scalar: String] = [
      "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%", "_": "\\_",
      "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "$<$", ">": "$>$", "|": "$|$",
      "\"": "\\textquotedbl{}",
      "±": "$\\pm$", "−": "$-$", "×": "$\\times$", "∈": "$\\in$", "≤": "$\\leq$", "≥": "$\\geq$", "→": "$\\to$",
      "²": "$^2$", "³": "$^3$", "ᶜ": "$^{\\mathsf{c}}$", "√": "$\\surd$", "∞": "$\\infty$", "·": "$\\cdot$",
      "–": "--", "—": "---", "…": "\\ldots{}", "ĉ": "$\\hat{c}$", "\u{A0}": "~",
    ]
    let greek: [(Unicode.Scalar, String)] = [
      ("α", "alpha"), ("β", "beta"), ("γ", "gamma"), ("δ", "delta"), ("ε", "varepsilon"), ("η", "eta"), ("θ", "theta"),
      ("κ", "kappa"), ("λ", "lambda"), ("μ", "mu"), ("ν", "nu"), ("π", "pi"), ("ρ", "rho"), ("σ", "sigma"),
      ("τ", "tau"),
      ("φ", "varphi"), ("χ", "chi"), ("ψ", "psi"), ("ω", "omega"), ("Σ", "Sigma"), ("Δ", "Delta"), ("Ω", "Omega"),
    ]
    for (letter, name) in greek { commands[letter] = "$\\\(name)$" }
    return commands
  }()
}
