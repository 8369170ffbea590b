import Reporting
import Testing

@Suite struct CSVWriterTests {
  @Test("fields are separated by commas and lines end in a line feed")
  func plain() {
    var file = CSVWriter(header: ["cell", "mask_ratio", "node", "value"])
    file.append([.integer(3), .number(0.05), .text("z1"), .number(0.6049999999999999)])
    file.append([.integer(-4), .number(1), .missing, .number(.nan)])
    #expect(file.text == "cell,mask_ratio,node,value\n3,0.05,z1,0.6049999999999999\n-4,1.0,,nan\n")
  }

  @Test(
    "text is quoted where RFC 4180 asks for it",
    arguments: [
      ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("two\nlines", "\"two\nlines\""),
      ("two\r\nlines", "\"two\r\nlines\""), (" padded", "\" padded\""), ("padded ", "\"padded \""), ("ε ± ²", "ε ± ²"),
      ("\"\u{301}", "\"\"\"\u{301}\""),
    ])
  func quoting(text: String, expected: String) {
    #expect(CSVWriter.line([.text(text), .integer(1)]) == expected + ",1\n")
  }

  @Test("a row with one empty field is not an empty line")
  func singleEmptyField() {
    #expect(CSVWriter.line([.missing]) == "\"\"\n")
  }

  @Test(
    "numbers read back as the same number",
    arguments: [0.1, 1.0 / 3, Double.leastNonzeroMagnitude, -0.0, 1e300, 0.1 + 0.2, 1e-5, 123_456_789.123])
  func roundTrip(value: Double) throws {
    let text = CSVWriter.line([.number(value)]).dropLast()
    #expect(try #require(Double(text)).bitPattern == value.bitPattern)
  }

  @Test("numbers that are not finite are words that readers of CSV know")
  func notFinite() {
    #expect(CSVWriter.line([.number(.nan), .number(.infinity), .number(-.infinity)]) == "nan,inf,-inf\n")
  }

  @Test("a row of the wrong length is a caller's bug")
  func wrongLength() async {
    await #expect(processExitsWith: .failure) {
      var file = CSVWriter(header: ["a", "b"])
      file.append([.missing])
    }
  }
}
