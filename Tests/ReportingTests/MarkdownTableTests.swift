import Reporting
import Testing

@Suite struct MarkdownTableTests {
  @Test("columns line up; numbers stand on the right, text on the left")
  func alignment() {
    var table = MarkdownTable(headings: ["node", "R²", "note"])
    table.append(["z1", "0.605 ± 0.004", "root"])
    table.append(["ε", "–", ""])
    table.append(["z10", "-0.01", "3 seeds only"])
    #expect(
      table.text == """
        | node |            R² | note         |
        |:-----|--------------:|:-------------|
        | z1   | 0.605 ± 0.004 | root         |
        | ε    |             – |              |
        | z10  |         -0.01 | 3 seeds only |

        """)
  }

  @Test("alignment can be chosen")
  func chosen() {
    var table = MarkdownTable(headings: ["a", "b"], alignments: [.right, .left])
    table.append(["text", "1"])
    #expect(
      table.text == """
        |    a | b   |
        |-----:|:----|
        | text | 1   |

        """)
  }

  @Test("pipes and backslashes are escaped and a line break cannot end a row")
  func escaping() {
    var table = MarkdownTable(headings: ["p(x|z)"])
    table.append([#"a\|b"#])
    table.append(["two\nlines\r\nthree"])
    #expect(
      table.text == #"""
        | p(x\|z)         |
        |:----------------|
        | a\\\|b          |
        | two lines three |

        """#)
  }

  @Test("a table without rows has its headings, and narrow columns keep a rule of three dashes")
  func empty() {
    #expect(
      MarkdownTable(headings: ["", "x"]).text == """
        |     | x   |
        |:----|:----|

        """)
  }

  @Test(
    "a column is numeric only if all its filled cells are", arguments: ["nan", "inf", "+1", "−2", ".5", "12 %", ""])
  func numeric(cell: String) {
    var table = MarkdownTable(headings: ["x"])
    table.append(["1"])
    table.append([cell])
    #expect(table.text.contains("----:|"))
    table.append(["word"])
    #expect(!table.text.contains("----:|"))
  }

  @Test("a row of the wrong length is a caller's bug")
  func wrongLength() async {
    await #expect(processExitsWith: .failure) {
      var table = MarkdownTable(headings: ["a", "b"])
      table.append(["1"])
    }
  }
}
