internal import Foundation
internal import HierarchicalGraphs
internal import Identifiability
internal import Recovery
internal import Reporting
internal import Specifications
internal import Stochastics
internal import Sweeps

/// The latent graphs of a report, each with a mask and what it makes both sides share.
extension SweepReport {
  /// Graphs beyond this size are a grey cloud, and take long to lay out.
  private static let largestDrawing = 400
  /// Beyond this many observables names make the drawing wider than a page.
  private static let mostNames = 24

  func graphSection(
    _ graph: HierarchicalGraph, names: inout FileNames, output: ReportFolder
  ) throws -> ReportPage.Section {
    let latents = graph.nodes.count - graph.observables.count
    var text = [
      "\(latents) latents and \(graph.observables.count) observables on \(graph.height + 1) levels, \(graph.edges.count) edges, "
        + "regime \(graph.regime.rawValue)."
    ]
    var figures: [ReportPage.Figure] = []
    if let programs {
      if graph.nodes.count > Self.largestDrawing {
        text.append("Not drawn: graphs of more than \(Self.largestDrawing) nodes are not readable.")
      } else {
        for example in examples(graph) {
          let name = names.unique(["graph", graph.name, "patch\(example.cell.patchSize)"])
          let location = content(of: example.mask, in: graph)
          let dot = try GraphDrawing.dot(
            graph, mask: example.mask, shared: .init(content: location.content, ancestors: location.ancestors),
            showsNames: graph.observables.count <= Self.mostNames)
          let svg = try draw(name, output: output) { try programs.draw(dot: dot, name: name, in: $0) }
          figures.append(
            figure(
              name,
              title: "Latent graph \(graph.name) with a mask of patch size \(example.cell.patchSize) and its content",
              caption: Self.caption(graph, example, location), svg: svg))
        }
      }
    }
    return ReportPage.Section(title: "Latent graph \(graph.name)", text: text, figures: figures)
  }

  /// A mask to show, and a cell whose law it was drawn from.
  private typealias Example = (cell: CellSpecification, mask: Mask)

  /// A mask of the smallest and of the largest patches, at the mask ratio nearest to ½.
  private func examples(_ graph: HierarchicalGraph) -> [Example] {
    let cells = tables[0].outcome.cells.map(\.specification).filter { $0.graph.name == graph.name }
    let sizes = Set(cells.map(\.patchSize))
    return Set([sizes.min(), sizes.max()].compactMap { $0 }).sorted().compactMap { size in
      let own = cells.filter { $0.patchSize == size }
      guard let cell = own.min(by: { abs($0.maskRatio - 0.5) < abs($1.maskRatio - 0.5) }) else { return nil }
      var stream = RandomStream(RandomKey(seed: 0).child("report-mask").child(size))
      return (cell, cell.masks.draw(using: &stream))
    }
  }

  private static func caption(_ graph: HierarchicalGraph, _ example: Example, _ location: ContentLocation) -> String {
    let (cell, mask) = example
    let isFixed = if case .fixed = cell.masks.law { true } else { false }
    let origin =
      isFixed
      ? "The plan's mask"
      : "A mask of the plan's law (mask ratio \(cell.maskRatio), patch size \(cell.patchSize), drawn from seed 0)"
    let levels = Set(location.contentLevels).sorted(by: >).map(String.init).joined(separator: ", ")
    let names = location.content.prefix(8).map { graph.nodes[$0].name }.joined(separator: ", ")
    let content =
      location.content.isEmpty
      ? "Both sides share nothing"
      : "The content c (orange, double outline) has \(location.content.count) node\(location.content.count == 1 ? "" : "s") on level \(levels): "
        + "\(names)\(location.content.count > 8 ? ", …" : "")"
    return """
      \(graph.name), roots on top, observables as boxes. \(origin): \(mask.maskedCount) of \(mask.isMasked.count) observables are \
      masked (grey). \(content); the other nodes above both sides, A(m), are tinted. Intrinsic dimension d_c = \
      \(location.contentDimension).
      """
  }
}
