/// A report as one HTML file that needs nothing else: styles, script and drawings are in it, and its own security policy
/// forbids it to load anything.
///
/// It follows the reader's choice of a light or dark page, and wide drawings and tables scroll in boxes of their own, so that
/// it fits a telephone.
public struct ReportPage: Sendable, Equatable {
  /// A name and what stands beside it at the top of the page.
  public struct Fact: Sendable, Equatable {
    /// E.g. `training seeds`.
    public let name: String
    /// E.g. `1, 2`.
    public let value: String

    /// A fact from its parts.
    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// A drawing with its caption.
  public struct Figure: Sendable, Equatable {
    /// The name of its files without extension.
    public let name: String
    /// What it is in a few words, which is read aloud in its place.
    public let title: String
    /// What it shows, in full.
    public let caption: String
    /// A whole SVG file.
    public let svg: String
    /// The paths of its files beside the page.
    public let files: [String]

    /// A figure from its parts.
    public init(name: String, title: String, caption: String, svg: String, files: [String]) {
      (self.name, self.title, self.caption, self.svg, self.files) = (name, title, caption, svg, files)
    }
  }

  /// A part of the page: text, drawings, and a table.
  public struct Section: Sendable, Equatable {
    /// The heading.
    public let title: String
    /// Paragraphs under the heading.
    public let text: [String]
    /// The drawings.
    public let figures: [Figure]
    /// The table, if there is one.
    public let table: RecoveryTable?
    /// The paths of the table's files beside the page.
    public let files: [String]

    /// A section from its parts.
    public init(
      title: String, text: [String] = [], figures: [Figure] = [], table: RecoveryTable? = nil, files: [String] = []
    ) {
      (self.title, self.text, self.figures, self.table, self.files) = (title, text, figures, table, files)
    }
  }

  /// The heading of the page.
  public let title: String
  /// The line under it.
  public let subtitle: String
  /// What was run, where, and how far.
  public let facts: [Fact]
  /// What a reader must know before anything else: missing and diverged cells.
  public let warnings: [String]
  /// The parts.
  public let sections: [Section]

  /// A page from its parts.
  public init(title: String, subtitle: String, facts: [Fact], warnings: [String], sections: [Section]) {
    (self.title, self.subtitle, self.facts, self.warnings, self.sections) = (title, subtitle, facts, warnings, sections)
  }

  /// What tells a page of Strata from any other, in its head.
  public static let mark = "<meta name=\"generator\" content=\"strata report\">"

  /// The file. Equal pages give equal bytes.
  public var html: String {
    let facts = self.facts.map { fact in
      "<div><dt>\(HTMLText.escaped(fact.name))</dt><dd>\(HTMLText.escaped(fact.value))</dd></div>"
    }
    let links = sections.enumerated().map { index, section in
      "<li><a href=\"#section-\(index + 1)\">\(HTMLText.escaped(section.title))</a></li>"
    }
    let warnings = self.warnings.map { "<p class=\"warning\" role=\"note\">\(HTMLText.escaped($0))</p>" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      \(Self.mark)
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <title>\(HTMLText.escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <header>
      <h1>\(HTMLText.escaped(title))</h1>
      <p>\(HTMLText.escaped(subtitle))</p>
      <dl>
      \(facts.joined(separator: "\n"))
      </dl>
      \(warnings.joined(separator: "\n"))
      </header>
      <nav aria-label="Contents"><ol>\(links.joined())</ol></nav>
      <main>
      \(sections.enumerated().map(html).joined(separator: "\n"))
      </main>
      <script>
      \(Self.script)
      </script>
      </body>
      </html>

      """
  }

  private func html(_ index: Int, _ section: Section) -> String {
    var parts = ["<section id=\"section-\(index + 1)\">", "<h2>\(HTMLText.escaped(section.title))</h2>"]
    parts += section.text.map { "<p>\(HTMLText.escaped($0))</p>" }
    for (number, figure) in section.figures.enumerated() {
      let prefix = "f\(index + 1)-\(number + 1)"
      let drawing = InlineSVG(figure.svg, prefix: prefix, title: figure.title)
      parts.append(
        """
        <figure id="\(prefix)">
        <div class="scroll" tabindex="0" role="group" aria-label="\(HTMLText.escaped(figure.title))">\
        \(drawing?.element ?? "<p>This drawing cannot be shown here; see its files.</p>")</div>
        <figcaption>\(HTMLText.escaped(figure.caption)) \(Self.links(figure.files))</figcaption>
        </figure>
        """)
    }
    if let table = section.table {
      parts.append(
        """
        <div class="scroll table" tabindex="0" role="group" aria-label="Table: \(HTMLText.escaped(table.title))">
        \(table.html(id: "table-\(index + 1)"))
        </div>
        """)
    }
    if !section.files.isEmpty { parts.append("<p class=\"files\">Table: \(Self.links(section.files))</p>") }
    return (parts + ["</section>"]).joined(separator: "\n")
  }

  /// Links to files by their extensions.
  private static func links(_ files: [String]) -> String {
    let links = files.map { file in
      let kind = file.split(separator: ".").last.map(String.init) ?? file
      return "<a href=\"\(HTMLText.escaped(file))\">\(HTMLText.escaped(kind.uppercased()))</a>"
    }
    return "<span class=\"links\">\(links.joined(separator: " "))</span>"
  }
}
