import Reporting
import Testing

@Suite struct ReportPageTests {
  static let svg = """
    <?xml version="1.0"?>
    <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
    <svg width="100" height="50" viewBox="0 0 100 50" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
    <!-- a comment --><title>Gnuplot</title><desc>by</desc>
    <path id='p1' stroke="rgb( 34,  34,  34)"/><g color="black"><use xlink:href='#p1' fill="rgb(34,34,34)"/></g>
    <g id="g1" filter="url(#p1)" stroke="rgb(  0, 114, 178)"/>
    </svg>
    """

  @Test("A drawing in a page has identifiers of its own, the page's colour of text, a name, and no address")
  func inline() throws {
    let drawing = try #require(InlineSVG(Self.svg, prefix: "f1", title: "R² & \"more\"")).element
    #expect(drawing.hasPrefix("<svg role=\"img\" aria-label=\"R² &amp; &quot;more&quot;\" viewBox=\"0 0 100 50\""))
    #expect(drawing.contains("id='f1-p1'") && drawing.contains("href='#f1-p1'") && drawing.contains("url(#f1-p1)"))
    #expect(drawing.contains("stroke=\"currentColor\"") && drawing.contains("fill=\"currentColor\""))
    #expect(drawing.contains("rgb(  0, 114, 178)") && !drawing.contains(" color=\"black\""))
    for absent in ["http", "xlink", "<title>", "<desc>", "<!--"] { #expect(!drawing.contains(absent), "\(absent)") }
  }

  @Test("What is no drawing is none", arguments: ["", "<svg></svg>", "<svg viewBox=\"0 0 x\"></svg>", "<p>"])
  func noDrawing(text: String) { #expect(InlineSVG(text, prefix: "f", title: "t") == nil) }

  static let page = ReportPage(
    title: "plan <1> & \"2\"", subtitle: "sub", facts: [.init("widths", "1 & 2")], warnings: ["cell <x> diverged"],
    sections: [
      .init(
        title: "s<1>", text: ["a & b"],
        figures: [.init(name: "f", title: "t", caption: "c < d", svg: svg, files: ["figures/f.svg"])],
        table: ReportFixtures.table([ReportFixtures.block(1), ReportFixtures.block(4)]), files: ["tables/t.md"])
    ])

  @Test("A page escapes what it is given, loads nothing, and is the same each time")
  func page() {
    let html = Self.page.html
    #expect(html == Self.page.html)
    #expect(html.contains("<h1>plan &lt;1&gt; &amp; &quot;2&quot;</h1>"))
    #expect(html.contains("<dt>widths</dt><dd>1 &amp; 2</dd>") && html.contains("cell &lt;x&gt; diverged"))
    #expect(html.contains("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"))
    #expect(html.contains("prefers-color-scheme: dark") && html.contains("<html lang=\"en\">"))
    #expect(html.contains("<a href=\"figures/f.svg\">SVG</a>") && html.contains("<a href=\"tables/t.md\">MD</a>"))
    for absent in ["http://", "https://", "src=", "@import", "<link"] { #expect(!html.contains(absent), "\(absent)") }
  }

  @Test("A table has a caption, headings with scopes, and the numbers to sort by in full precision")
  func table() {
    let html = Self.page.html
    #expect(
      html.contains(
        "<caption>tree_1 &amp; &lt;chain&gt;, ρ = 0.85: R² of z by level (rows) and mask ratio r (columns)</caption>"))
    #expect(html.contains("<th scope=\"col\"><button type=\"button\">r = 0.25</button></th>"))
    #expect(
      html.contains(
        "<tr class=\"recovery\"><td data-value=\"1.0\">1</td><th scope=\"row\">MAE</th><td data-value=\"1.0\">1 (root)</td>"
          + "<td data-value=\"0.5\">0.500 ± 0.100</td><td data-value=\"0.625\">0.625 ± 0.010</td><td>nan</td></tr>"))
  }

  @Test("A LaTeX table has caption, label and rules of booktabs, and the figures of the Markdown table")
  func latex() throws {
    let table = ReportFixtures.table([ReportFixtures.block(1), ReportFixtures.block(4)])
    let text = table.latex(name: "t_1")
    #expect(LaTeXCheck.complaints(file: text) == [])
    #expect(
      text.contains(
        "\\caption{tree\\_1 \\& $<$chain$>$, $\\rho$ = 0.85. Rows: latent levels; columns: mask ratios. $R^2$ (ridge-linear probe)"
      ))
    #expect(text.contains("\\label{tab:t_1}"))
    #expect(
      text.contains(
        """
        \\begin{tabular}{llrrr}
        \\toprule
        \\multicolumn{5}{l}{patch size 4} \\\\
        \\midrule
        estimator & level & 0.25 & 0.5 & 0.75 \\\\
        \\midrule
        MAE & 1 (root) & 0.500 $\\pm$ 0.100 & 0.625 $\\pm$ 0.010 & nan \\\\
         & 0 (observed) & $-$0.125 & -- & 0.250 [0.125, 0.500] (2 of 3) \\\\
        \\midrule
        theory & 1 (root) & 0.530 & 0.585 & 0.600 \\\\
        """))
    #expect(text.ranges(of: "\\begin{tabular}").count == 2 && text.ranges(of: "\\bottomrule").count == 2)
  }

  @Test("The check of LaTeX files sees an environment left open and a row of too many cells")
  func checkCanFail() {
    #expect(!LaTeXCheck.complaints(file: "\\begin{table}\n").isEmpty)
    #expect(!LaTeXCheck.complaints(file: "\\begin{tabular}{lr}\na & b & c \\\\\n\\end{tabular}").isEmpty)
    #expect(!LaTeXCheck.complaints(file: "\\begin{tabular}{lr}\na & b_1 \\\\\n\\end{tabular}").isEmpty)
  }
}
