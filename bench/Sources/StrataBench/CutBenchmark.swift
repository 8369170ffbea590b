internal import Foundation
internal import HierarchicalGraphs
internal import Identifiability

/// `StrataBench cut FILE REPETITIONS`: minimum cuts on a graph that bench/peers/cut_graph.py wrote, one JSON line for
/// each solver, as bench/peers/cut.py prints them for the peers.
///
/// What is timed is everything from the graph and the mask to the answer: the flow network, the flow, the nodes of the cut.
enum CutBenchmark {
  static func run(path: String, repetitions: Int) throws {
    let (graph, mask) = try read(path)
    time("Strata latentVertexCut", graph, repetitions) {
      graph.latentVertexCut(mask, preferring: .high)?.dimension ?? -1
    }
    time("Strata TrekSeparator", graph, repetitions) { TrekSeparator(graph).separate(mask).rank }
  }

  private static func time(_ name: String, _ graph: HierarchicalGraph, _ repetitions: Int, _ solve: () -> Int) {
    var (seconds, value) = ([Double](), 0)
    for _ in 0..<repetitions { seconds.append(ContinuousClock().measure { value = solve() } / .seconds(1)) }
    print(
      """
      {"name": "\(name)", "version": "", "nodes": \(graph.nodes.count), "edges": \(graph.edgeCount), \
      "seconds": \(seconds), "value": \(value)}
      """)
  }

  private static func read(_ path: String) throws -> (HierarchicalGraph, Mask) {
    let data = try Data(contentsOf: URL(filePath: path))
    let numbers = data.withUnsafeBytes { bytes in bytes.bindMemory(to: Int32.self).map { Int($0) } }
    let (nodes, edges, leaves) = (numbers[0], numbers[1], numbers[2])
    let graph = try HierarchicalGraph(
      name: "cut", nodes: (0..<nodes).map { NodeDeclaration("n\($0)", isObserved: $0 < leaves) },
      indexedEdges: (0..<edges).map { (from: numbers[3 + 2 * $0], to: numbers[4 + 2 * $0]) })
    return (graph, Mask(numbers[(3 + 2 * edges)...].map { $0 == 1 }))
  }
}
