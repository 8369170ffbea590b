internal import ArgumentParser
internal import HierarchicalGraphs
internal import Identifiability
internal import Reporting
internal import Specifications

/// `strata theory locate`.
struct TheoryLocateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "locate",
    abstract: "Prints what the masked and the visible observables share: the content of one mask.",
    discussion: """
      ancestors: A(m), the nodes above both a masked and a visible observable; content: the sinks of A(m), c of Theorem 1; \
      content dimension: the dimensions of the noises of A(m); masked and visible specific: nodes whose noises only one \
      side has. rank: that of the generic linear-Gaussian cross-covariance, with a minimum trek-separating pair. \
      vertex cut: a minimum set of latents between the two sides.

      Example:
        strata theory locate tree:depth=3,branching=2 --mask x0,x1
      """)

  @Argument(help: "A graph file or built-in family.")
  var graph: String

  @Option(help: observableNamesHelp("The masked observables"))
  var mask: [String]

  @Flag(
    exclusivity: .exclusive,
    help: "Of several minimum separators and cuts, which to print: the one nearest to the masked or visible side.")
  var side: Side = .maskedSide

  @Option(help: "Break ties between minimum vertex cuts towards high or low levels.")
  var cutLevels = CutLevels.high

  @Flag(help: "Print JSON.")
  var json = false

  enum Side: EnumerableFlag { case maskedSide, visibleSide }
  enum CutLevels: String, ExpressibleByArgument, CaseIterable { case high, low }

  func run() throws {
    try reporting {
      let loaded = try GraphCommand.load(graph)
      let names = try observableNames(mask)
      let mask = try Mask(masking: names, in: loaded)
      if mask.maskedCount == 0 || mask.maskedCount == mask.isMasked.count {
        printNote("the mask hides \(mask.maskedCount == 0 ? "nothing" : "everything"), so nothing is shared")
      }
      let nearest: SeparatorSide = side == .maskedSide ? .masked : .visible
      let location = content(of: mask, in: loaded)
      if location.includesObservables(of: loaded) {
        printNote("an edge between observables crosses the mask's border, so Theorem 1 does not hold")
      }
      let answer = Answer(
        graph: loaded, location: location, separation: TrekSeparator(loaded).separate(mask, nearest: nearest),
        cut: loaded.latentVertexCut(mask, preferring: cutLevels == .high ? .high : .low, nearest: nearest))
      print(json ? answer.json : answer.table, terminator: json ? "\n" : "")
    }
  }

  /// All that is printed.
  private struct Answer {
    let graph: HierarchicalGraph
    let location: ContentLocation
    let separation: TrekSeparation
    let cut: LatentVertexCut?

    var json: String {
      func list(_ nodes: [Int]) -> String {
        "[" + nodes.map { graph.nodes[$0].name.jsonQuoted }.joined(separator: ", ") + "]"
      }
      func numbers(_ values: [Int]) -> String { "[" + values.map(String.init).joined(separator: ", ") + "]" }
      return """
        {
          "ancestors": \(list(location.ancestors)),
          "content": \(list(location.content)),
          "content_levels": \(numbers(location.contentLevels)),
          "content_dimension": \(location.contentDimension),
          "masked_specific": \(list(location.maskedSpecific)),
          "visible_specific": \(list(location.visibleSpecific)),
          "rank": \(separation.rank),
          "separator_left": \(list(separation.left)),
          "separator_right": \(list(separation.right)),
          "separator_noise": \(list(separation.noise)),
          "vertex_cut": \(cut.map { list($0.latents) } ?? "null"),
          "vertex_cut_levels": \(cut.map { numbers($0.levels) } ?? "null"),
          "vertex_cut_dimension": \(cut.map { String($0.dimension) } ?? "null")
        }
        """
    }

    var table: String {
      var table = MarkdownTable(headings: ["", "size", "nodes"], alignments: [.left, .right, .left])
      func add(_ name: String, _ size: Int?, _ nodes: [Int]?, levels: Bool = false) {
        let shown = nodes?.prefix(12).map { v in
          graph.nodes[v].name.escapingControlCharacters + (levels ? " (level \(graph.levels[v]))" : "")
        }
        let text = shown.map { $0.joined(separator: ", ") } ?? "none: an edge joins a masked and a visible observable"
        table.append([
          name, size.map(String.init) ?? NumberFormat.missing, text + ((nodes?.count ?? 0) > 12 ? ", …" : ""),
        ])
      }
      add("ancestors A", location.ancestors.count, location.ancestors)
      add("content c", location.content.count, location.content, levels: true)
      add("content dimension", location.contentDimension, [])
      add("masked specific", location.maskedSpecific.count, location.maskedSpecific)
      add("visible specific", location.visibleSpecific.count, location.visibleSpecific)
      add("rank", separation.rank, [])
      add("separator, left", separation.left.count, separation.left)
      add("separator, right", separation.right.count, separation.right)
      if !separation.noise.isEmpty { add("separator, noise", separation.noise.count, separation.noise) }
      add("vertex cut", cut?.dimension, cut?.latents, levels: true)
      return table.text
    }
  }
}
