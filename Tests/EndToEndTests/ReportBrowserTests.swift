import Foundation
import TestSupport
import Testing

/// A report in a browser: nothing goes wrong in it, its figures can be seen, and its tables sort.
@Suite struct ReportBrowserTests {
  /// What the script finds out.
  struct Findings: Decodable {
    struct Figure: Decodable {
      var width: Double
      var height: Double
      var name: String
      var marks: Int
    }
    var figures: [Figure]
    /// Widths of the page and of the window.
    var pageWidth: Double
    var windowWidth: Double
    /// The numbers of one column: as written, after one click, two and three.
    var orders: [[Double?]]
    /// `aria-sort` after each click; an empty text where there is none.
    var sorts: [String]
    /// Tables without a caption.
    var uncaptioned: Int
    /// Background and text of the page, and the text of the first drawing that gnuplot made.
    var colors: [String]
  }

  /// Looks at the page as a reader would, clicks on a heading, and writes the findings into the page.
  private static let script = """
    <script>
    window.addEventListener('load', () => {
      const table = document.querySelector('table');
      const heading = [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent.startsWith('r = '));
      const column = () => [...table.tBodies[0].rows].map(row =>
        'value' in row.cells[heading].dataset ? Number(row.cells[heading].dataset.value) : null);
      const orders = [column()], sorts = [];
      for (let click = 0; click < 3; click++) {
        table.tHead.rows[0].cells[heading].querySelector('button').click();
        orders.push(column());
        sorts.push(table.tHead.rows[0].cells[heading].getAttribute('aria-sort') || '');
      }
      const findings = {
        figures: [...document.querySelectorAll('figure svg')].map(svg => {
          const box = svg.getBoundingClientRect();
          return { width: box.width, height: box.height, name: svg.getAttribute('aria-label'),
            marks: [...svg.querySelectorAll('path, polygon, ellipse, use')].filter(mark => mark.getBBox().height > 0).length };
        }),
        pageWidth: document.documentElement.scrollWidth, windowWidth: window.innerWidth, orders, sorts,
        uncaptioned: [...document.querySelectorAll('table')].filter(table => !table.caption).length,
        colors: [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
          ...[...document.querySelectorAll('figure svg text')].filter(text => text.textContent.startsWith('mask ratio'))
            .slice(0, 1).map(text => getComputedStyle(text).fill)],
      };
      const result = document.createElement('pre');
      result.id = 'findings';
      result.textContent = JSON.stringify(findings);
      document.body.append(result);
    });
    </script>
    """

  /// Opens a copy of a page with the script in it.
  private func look(_ html: String, in folder: URL, width: Int, isDark: Bool = false) throws -> (
    findings: Findings, console: [String]
  ) {
    let copy = folder.appending(path: "copy.html")
    try Data(html.replacing("</body>", with: Self.script + "</body>").utf8).write(to: copy)
    let page = try HeadlessBrowser.open(copy, width: width, isDark: isDark)
    let text = try #require(page.document.firstMatch(of: #/<pre id="findings">(.*?)</pre>/#)).1
    let json = text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    return (try JSONDecoder().decode(Findings.self, from: Data(json.utf8)), page.console)
  }

  @Test("Figures are visible, tables sort by a click, nothing is loaded or complained about", arguments: [1200, 500])
  func report(width: Int) throws {
    try ReportTests.withSweep { folder in
      #expect(try ReportTests.report(["out"], in: folder).exitCode == 0)
      let html = try String(contentsOf: folder.appending(path: "out/report/report.html"), encoding: .utf8)
      let (findings, console) = try look(html, in: folder, width: width)
      // The page's own policy forbids it to load anything, and the console says so if it tries.
      #expect(console == [] && html.contains("content=\"default-src 'none'; "))
      #expect(findings.uncaptioned == 0)
      #expect(findings.figures.count == 9)
      for figure in findings.figures {
        #expect(figure.width >= 200 && figure.height >= 80, "\(figure.name): \(figure.width) × \(figure.height)")
        #expect(figure.marks >= 5 && !figure.name.isEmpty, "\(figure.name): \(figure.marks) marks")
      }
      // Wide drawings and tables scroll in their own boxes.
      #expect(findings.windowWidth == Double(width) && findings.pageWidth <= findings.windowWidth)

      #expect(findings.orders.count == 4 && findings.sorts == ["ascending", "descending", ""])
      let original = findings.orders[0]
      let numbers = original.compactMap { $0 }
      #expect(numbers.count > 20 && numbers != numbers.sorted())
      #expect(findings.orders[1].compactMap { $0 } == numbers.sorted())
      #expect(findings.orders[2].compactMap { $0 } == numbers.sorted(by: >))
      #expect(findings.orders[3] == original)
      let missing = original.count { $0 == nil }
      for order in findings.orders[1...2] { #expect(order.suffix(missing).allSatisfy { $0 == nil }) }
    }
  }

  @Test("A reader who prefers dark pages gets one, and the drawings' text goes with it")
  func dark() throws {
    try ReportTests.withSweep { folder in
      #expect(try ReportTests.report(["out"], in: folder).exitCode == 0)
      let html = try String(contentsOf: folder.appending(path: "out/report/report.html"), encoding: .utf8)
      let light = try look(html, in: folder, width: 1200).findings.colors
      let dark = try look(html, in: folder, width: 1200, isDark: true).findings.colors
      #expect(light == ["rgb(255, 255, 255)", "rgb(28, 30, 33)", "rgb(28, 30, 33)"])
      #expect(dark == ["rgb(21, 23, 26)", "rgb(231, 233, 236)", "rgb(231, 233, 236)"])
    }
  }

  @Test("What goes wrong in a page is noticed: an error of a script, an address, a figure without size")
  func canFail() throws {
    try withTemporaryDirectory { folder in
      let page = """
        <!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
        style-src 'unsafe-inline'; script-src 'unsafe-inline'"></head><body><img src="https://example.org/x.png"><figure><svg aria-label="x" style="display:none"></svg></figure>
        <table><thead><tr><th>r = 1<button>x</button></th></tr></thead><tbody><tr><td data-value="1">1</td></tr></tbody></table>
        <script>undefinedFunction()</script></body></html>
        """
      let (findings, console) = try look(page, in: folder, width: 1200)
      #expect(console.contains { $0.contains("undefinedFunction is not defined") })
      #expect(console.contains { $0.contains("example.org") && $0.contains("Content Security Policy") })
      #expect(findings.figures[0].width == 0 && findings.figures[0].marks == 0 && findings.uncaptioned == 1)
    }
  }
}
