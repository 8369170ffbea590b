import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// `strata sample --environment` as a user runs it.
@Suite struct SampleEnvironmentTests {
  /// On the ρ-tree of depth 2 with ρ = 0.8.
  static let model = """
    graph: tree:depth=2,branching=2
    mechanism: rho:0.8
    environments:
      set: {z1_0: {do: -1.5}}
      mapped: {z1_1: {shift: 2, scale: 0.5}}
      heavy: {z2_0: {noise: {law: student-t, degrees_of_freedom: 9}}}
    """

  /// Nodes in the order of `latents` and `observed`, and who changes in which environment.
  static let nodes = ["z2_0", "z1_0", "z1_1", "x0", "x1", "x2", "x3"]
  static let changed: [String: Set<String>] = [
    "observational": [], "set": ["z1_0", "x0", "x1"], "mapped": ["z1_1", "x2", "x3"], "heavy": Set(nodes),
  ]

  private func inFolder(_ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      try Data(Self.model.utf8).write(to: folder.appending(path: "model.yaml"))
      try body(folder)
    }
  }

  /// (latents, observed) side by side, shape (rows, 7), and the other arrays, of any format.
  private func read(_ name: String, in folder: URL) throws -> (
    values: Matrix<Double>, noises: Matrix<Double>, masks: Matrix<Double>, environment: Matrix<Double>
  ) {
    let path = folder.appending(path: name).path
    if name.hasSuffix(".csv") {
      let table = try CSVFile.read(path)
      func columns(_ array: String) -> Matrix<Double> {
        table.values.columns(at: table.columns.indices.filter { table.columns[$0].hasPrefix("\(array).") }).float.double
      }
      return (
        .concatenatingColumns([columns("latents"), columns("observed")]), columns("noises"), columns("masks"),
        columns("environment")
      )
    }
    func array(_ array: String) throws -> Matrix<Double> {
      try MatrixFile.read(name.hasSuffix("/") ? "\(path)/\(array).npy" : "\(path):\(array)")
    }
    return (
      .concatenatingColumns([try array("latents"), try array("observed")]), try array("noises"), try array("masks"),
      try array("environment")
    )
  }

  @Test(
    "In every format environments follow one another, share noises and masks bit by bit, and differ in descendants only",
    arguments: ["a.h5", "a.npz", "a/", "a.csv"])
  func counterfactuals(name: String) throws {
    try inFolder { folder in
      let n = 700
      let output = try StrataBinary.run(
        ["sample", "model.yaml", "-n", "\(n)", "--masks", "0.5", "--environment", "all", "-o", name], in: folder)
      #expect(output.standardError == "" && output.exitCode == 0)
      #expect(
        output.standardOutput
          == "\(name): samples 0 to 699 of tree-depth2-branching2 in 4 environments: observed (2800, 4), "
          + "latents (2800, 3), noises (2800, 7), masks (2800, 4), environment (2800, 1)\n")
      let all = try read(name, in: folder)
      let order = ["observational", "set", "mapped", "heavy"]
      for (e, environment) in order.enumerated() {
        let rows = e * n..<(e + 1) * n
        #expect(all.environment.rows(rows).storage.allSatisfy { $0 == Double(e) })
        #expect(all.masks.rows(rows) == all.masks.rows(0..<n))
        for (column, node) in Self.nodes.enumerated() {
          let isSame = all.values.rows(rows).column(column) == all.values.rows(0..<n).column(column)
          #expect(isSame == !Self.changed[environment]!.contains(node), "\(node) in \(environment)")
        }
        let isReplaced = environment == "heavy"
        for noise in 0..<7 {
          let isSame = all.noises.rows(rows).column(noise) == all.noises.rows(0..<n).column(noise)
          #expect(isSame == !(isReplaced && noise == 0))
        }
      }
      // The unchanged rows are those that a file without environments holds.
      _ = try StrataBinary.run(["sample", "model.yaml", "-n", "\(n)", "--masks", "0.5", "-o", "plain.h5"], in: folder)
      let plain = try MatrixFile.read(folder.appending(path: "plain.h5:observed").path)
      #expect(all.values.columns(3..<7).rows(0..<n) == plain)
    }
  }

  @Test("A stored model goes on in the environments that its file held, in others, and in none it does not know")
  func continues() throws {
    try inFolder { folder in
      func sample(_ arguments: [String]) throws -> StrataBinary.Output {
        try StrataBinary.run(["sample"] + arguments + ["--masks", "0.5"], in: folder)
      }
      let names = ["--environment", "heavy", "--environment", "set"]
      _ = try sample(["model.yaml", "-n", "500", "--seed", "3", "-o", "all.h5"] + names)
      _ = try sample(["model.yaml", "-n", "300", "--seed", "3", "-o", "first.h5"] + names)
      #expect(try sample(["--model", "first.h5", "-n", "200", "-o", "rest.h5"]).exitCode == 0)
      let (all, first) = (try read("all.h5", in: folder), try read("first.h5", in: folder))
      let rest = try read("rest.h5", in: folder)
      for e in 0..<2 {
        #expect(all.values.rows(e * 500..<e * 500 + 300) == first.values.rows(e * 300..<e * 300 + 300))
        #expect(all.values.rows(e * 500 + 300..<e * 500 + 500) == rest.values.rows(e * 200..<e * 200 + 200))
      }
      // Also an environment that no row of the file was drawn in.
      _ = try sample(["model.yaml", "-n", "100", "--seed", "3", "--environment", "mapped", "-o", "mapped.h5"])
      _ = try sample(["--model", "rest.h5", "-n", "100", "--first", "0", "--environment", "mapped", "-o", "again.h5"])
      #expect(try read("mapped.h5", in: folder).values == (try read("again.h5", in: folder)).values)
      let output = try sample(["--model", "first.h5", "-n", "5", "--environment", "st", "-o", "x.h5"])
      #expect(
        output.standardError
          == "Error: first.h5: the model has no environment 'st'; did you mean 'set'? use one of observational, set, "
          + "mapped, heavy, all\n")
      #expect(output.exitCode == 64)
    }
  }

  @Test("CSV has its environments' names beside it, and no such file without environments")
  func metadata() throws {
    try inFolder { folder in
      let arguments = ["sample", "model.yaml", "-n", "5", "-o", "a.csv"]
      _ = try StrataBinary.run(arguments + ["--environment", "observational", "--environment", "heavy"], in: folder)
      let file = folder.appending(path: "a.csv.metadata.json")
      let facts = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      let arrays = try #require(facts["arrays"] as? [String: [String: Any]])
      #expect(arrays["environment"]?["names"] as? [String] == ["observational", "heavy"])
      #expect(
        arrays["environment"]?["interventions"] as? String
          == #"{"observational": {}, "heavy": {"z2_0": {"noise": {"law": "student-t", "degrees_of_freedom": 9.0}}}}"#)
      try FileManager.default.removeItem(at: folder.appending(path: "a.csv"))
      let refused = try StrataBinary.run(arguments + ["--environment", "set"], in: folder)
      #expect(refused.standardError == "Error: a.csv.metadata.json: the file exists; add --force to replace it\n")
      #expect(refused.exitCode == 73)
      _ = try StrataBinary.run(arguments, in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.csv", "model.yaml"])
    }
  }

  /// Mean and covariance of all nodes in the order of `nodes`, by hand: z2 = m + s·ε, children 0.8·parent + 0.6·ε.
  private static func population(_ environment: String) -> (mean: [Double], covariance: Matrix<Double>) {
    let parents = [nil, 0, 0, 1, 1, 2, 2] as [Int?]
    var mean = [Double](repeating: 0, count: 7)
    var loadings = Matrix<Double>(rows: 7, columns: 7)
    for v in 0..<7 {
      var (weight, noise, shift) = (0.8, parents[v] == nil ? 1 : 0.6, 0.0)
      if environment == "set", v == 1 { (weight, noise, shift) = (0, 0, -1.5) }
      if environment == "mapped", v == 2 { (weight, noise, shift) = (0.4, 0.3, 2) }
      loadings[v, v] = noise
      mean[v] = shift
      guard let parent = parents[v] else { continue }
      mean[v] += weight * mean[parent]
      for j in 0..<7 { loadings[v, j] += weight * loadings[parent, j] }
    }
    return (mean, loadings.multiplied(by: loadings, transposeOther: true))
  }

  @Test("Means and covariances of every environment are the population's within five standard errors")
  func moments() throws {
    try inFolder { folder in
      let n = 40_000
      _ = try StrataBinary.run(
        ["sample", "model.yaml", "-n", "\(n)", "--masks", "0.5", "--environment", "all", "-o", "a.h5"], in: folder)
      let values = try read("a.h5", in: folder).values
      for (e, environment) in ["observational", "set", "mapped", "heavy"].enumerated() {
        let (mean, covariance) = Self.population(environment)
        let rows = values.rows(e * n..<(e + 1) * n)
        let means = (0..<7).map { j in rows.column(j).reduce(0, +) / Double(n) }
        // Fourth moments of t with 9 degrees of freedom are 4.2 instead of 3; the factor covers them.
        let tails = environment == "heavy" ? (4.2 / 2).squareRoot() : 1
        for i in 0..<7 {
          #expect(abs(means[i] - mean[i]) <= 5 * (covariance[i, i] / Double(n)).squareRoot() + 1e-6)
          for j in 0...i {
            let products = zip(rows.column(i), rows.column(j)).map { ($0 - means[i]) * ($1 - means[j]) }
            let error =
              ((covariance[i, i] * covariance[j, j] + covariance[i, j] * covariance[i, j]) / Double(n)).squareRoot()
            #expect(
              abs(products.reduce(0, +) / Double(n) - covariance[i, j]) <= 5 * tails * error + 1e-9,
              "\(Self.nodes[i]), \(Self.nodes[j]) in \(environment)")
          }
        }
      }
    }
  }

  @Test(
    "A wrong environment is one line with its place, its remedy and its exit code, and nothing is written",
    arguments: [
      (
        ["--environment", "sett"],
        "Error: model.yaml:3:1: .environments: the model has no environment 'sett'; did you mean 'set'? use one of "
          + "observational, set, mapped, heavy, all\n", 64, ""
      ),
      (
        ["--environment", "set", "--environment", "all"],
        "Error: model.yaml:3:1: .environments: the environment 'set' is asked for twice; name it once\n", 64, ""
      ),
      (
        [],
        "Error: model.yaml:7:10: .environments.more.z9: graph 'tree-depth2-branching2' has no node 'z9'; use one of z2_0, "
          + "z1_0, z1_1, x0, x1, x2, x3\n", 65, "\n  more: {z9: {do: 1}}"
      ),
      (
        [],
        "Error: model.yaml:7:19: .environments.more.x0.do: there are 2 numbers for the 1 components of 'x0' in graph "
          + "'tree-depth2-branching2'; give one number, or one for each component\n", 65,
        "\n  more: {x0: {do: [1, 2]}}"
      ),
      (
        [], "Error: model.yaml:7:3: .environments.all: 'all' stands for all environments; choose another name\n", 65,
        "\n  all: {x0: {do: 1}}"
      ),
      (
        [],
        "Error: model.yaml:7:18: .environments.observational: the environment 'observational' is the model as it is; "
          + "write 'observational: {}', or another name\n", 65, "\n  observational: {x0: {do: 1}}"
      ),
    ] as [([String], String, Int32, String)])
  func errors(arguments: [String], message: String, status: Int32, more: String) throws {
    try withTemporaryDirectory { folder in
      try Data((Self.model + more).utf8).write(to: folder.appending(path: "model.yaml"))
      let output = try StrataBinary.run(["sample", "model.yaml", "-n", "5", "-o", "a.h5"] + arguments, in: folder)
      #expect(output.standardError == message)
      #expect(output.exitCode == status && output.standardOutput == "")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.yaml"])
    }
  }
}
