internal import Foundation
internal import Reporting
internal import Specifications

/// The programs that draw a report's figures.
struct FigurePrograms {
  private let gnuplot: ExternalProgram
  private let dot: ExternalProgram

  /// - Throws: `SpecificationError` (unavailable) if one of them is not installed.
  init() throws(SpecificationError) {
    gnuplot = try ExternalProgram(
      "gnuplot",
      remedy:
        "install Debian's packages gnuplot-nox and fonts-inter (apt-get install gnuplot-nox fonts-inter), or give --no-figures"
    )
    dot = try ExternalProgram.dot(otherwise: "give --no-figures")
  }

  private static let remedy = "give --no-figures, and report this"

  /// Draws a figure in all its formats.
  ///
  /// - Parameters:
  ///   - figure: The figure.
  ///   - name: The file name without extension.
  ///   - folder: Where the files shall lie.
  /// - Returns: The SVG's text.
  func draw(_ figure: GnuplotFigure, name: String, in folder: URL) throws -> String {
    try withScratchFolder { scratch in
      let program = scratch.appendingPathComponent("figure.gp")
      try Data(figure.program(name: name).utf8).write(to: program)
      // -d: no start-up files of the user's, which would change the figure.
      try gnuplot.run(["-d", program.path], in: folder, remedy: Self.remedy)
    }
    return try finish(name, in: folder, program: gnuplot)
  }

  /// Draws a graph in DOT in all formats; as ``draw(_:name:in:)-(GnuplotFigure,_,_)``.
  func draw(dot text: String, name: String, in folder: URL) throws -> String {
    try withScratchFolder { scratch in
      let graph = scratch.appendingPathComponent("graph.dot")
      try Data(text.utf8).write(to: graph)
      for (format, options) in [("svg", ["-Gbgcolor=transparent"]), ("pdf", []), ("png", ["-Gdpi=200"])] {
        try dot.run(
          ["-T\(format)"] + options + ["-o", "\(name).\(format)", graph.path], in: folder, remedy: Self.remedy)
      }
    }
    return try finish(name, in: folder, program: dot)
  }

  /// Makes the bytes of a PDF independent of when it was drawn, and reads the SVG.
  private func finish(_ name: String, in folder: URL, program: ExternalProgram) throws -> String {
    let pdf = folder.appendingPathComponent("\(name).pdf")
    guard let bytes = try? Data(contentsOf: pdf), !bytes.isEmpty,
      let svg = try? Data(contentsOf: folder.appendingPathComponent("\(name).svg")), !svg.isEmpty
    else { throw program.failure("it wrote no file", remedy: Self.remedy) }
    try Self.withoutDate(bytes).write(to: pdf)
    return String(decoding: svg, as: UTF8.self)
  }

  /// A PDF whose creation date is the beginning of 1970: Cairo writes the time of day there, and a report holds nothing that
  /// its results do not. The date has the same length, so that the file's table of offsets stays right.
  static func withoutDate(_ pdf: Data) -> Data {
    let key = Data("/CreationDate (D:".utf8)
    var result = pdf
    guard let found = result.range(of: key) else { return pdf }
    for (offset, digit) in "19700101000000".utf8.enumerated() {
      let position = found.upperBound + offset
      guard position < result.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(result[position]) else {
        return pdf
      }
      result[position] = digit
    }
    return result
  }
}
