/// A drawing of gnuplot or Graphviz as a part of an HTML page.
///
/// A page holds many drawings: their identifiers get a prefix each, since both programs number them from 1 in every file. It
/// may be dark: what was drawn in ``FigureStyle/ink``, or in Graphviz's colour of outlines, takes the colour of the page's text. Scripts and links are neither made
/// by these programs from what Strata gives them nor let through.
package struct InlineSVG {
  /// The `svg` element.
  package let element: String
  /// - Parameters:
  ///   - text: A whole SVG file.
  ///   - prefix: For identifiers; letters, digits and hyphens.
  ///   - title: What is read aloud in place of the drawing.
  /// - Returns: `nil` if the text has no `svg` element with a view box.
  package init?(_ text: String, prefix: String, title: String) {
    guard let start = text.firstRange(of: "<svg"), let end = text.range(ofLast: "</svg>"),
      let open = text[start.lowerBound...].firstIndex(of: ">"), open < end,
      let viewBox = Self.attribute("viewBox", in: text[start.lowerBound..<open])
    else { return nil }
    let box = viewBox.split(whereSeparator: { " ,\n".contains($0) }).compactMap { Double($0) }
    guard box.count == 4, box[2] > 0, box[3] > 0 else { return nil }
    // Drawings are made in points.
    let width = box[2] * 4 / 3
    var body = String(text[text.index(after: open)..<end])
    body = Self.removing(body, from: "<!--", through: "-->")
    body = Self.removing(body, from: "<title>", through: "</title>")
    body = Self.removing(body, from: "<desc>", through: "</desc>")
    for quote in ["\"", "'"] {
      body.replace(" id=\(quote)", with: " id=\(quote)\(prefix)-")
      body.replace("href=\(quote)#", with: "href=\(quote)#\(prefix)-")
    }
    body.replace("url(#", with: "url(#\(prefix)-")
    body.replace("xlink:href", with: "href")
    for ink in ["rgb( 34,  34,  34)", "rgb(34,34,34)", FigureStyle.ink, "#333333"] {
      body.replace(ink, with: "currentColor")
    }
    // gnuplot sets the current colour of every group to black or white, which would hide the page's.
    for color in ["black", "white"] { body.replace(" color=\"\(color)\"", with: "") }
    body.replace("stroke=\"black\"", with: "stroke=\"currentColor\"")
    let name = HTMLText.escaped(title)
    // As wide as the page, but no smaller than can be read (a box of its own scrolls then) and no larger than need be.
    let style = "min-width:\(Int(min(width, 600).rounded()))px;max-width:\(Int((width * 1.5).rounded()))px"
    element =
      "<svg role=\"img\" aria-label=\"\(name)\" viewBox=\"\(HTMLText.escaped(viewBox))\" style=\"\(style)\">\(body)</svg>"
  }

  private static func attribute(_ name: String, in tag: Substring) -> String? {
    guard let start = tag.firstRange(of: "\(name)=\"")?.upperBound, let end = tag[start...].firstIndex(of: "\"") else {
      return nil
    }
    return String(tag[start..<end])
  }

  /// The text without every part from one mark through the next.
  private static func removing(_ text: String, from begin: String, through end: String) -> String {
    var (result, rest) = ("", text[...])
    while let start = rest.firstRange(of: begin), let stop = rest[start.upperBound...].firstRange(of: end) {
      result += rest[..<start.lowerBound]
      rest = rest[stop.upperBound...]
    }
    return result + rest
  }
}

extension String {
  /// Where the last occurrence of a text begins.
  fileprivate func range(ofLast text: String) -> Index? { ranges(of: text).last?.lowerBound }
}
