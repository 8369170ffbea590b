import Foundation
import TestSupport
import Testing

@Suite struct EvaluateTests {
  /// 40 rows of two latents, and a representation that is an invertible linear map of them.
  private func write(_ directory: URL) throws {
    var (z, c) = ("", "a,b\n")
    var state: UInt64 = 7
    for _ in 0..<40 {
      let pair = (0..<2).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
      }
      c += "\(pair[0]),\(pair[1])\n"
      z += "\(2 * pair[0] + pair[1]),\(pair[0] - pair[1])\n"
    }
    try Data(z.utf8).write(to: directory.appending(path: "z.csv"))
    try Data(c.utf8).write(to: directory.appending(path: "c.csv"))
    try Data(#"{"high": [1], "low": [0]}"#.utf8).write(to: directory.appending(path: "groups.json"))
  }

  private static let files = ["evaluate", "--representation", "z.csv", "--targets", "c.csv"]

  @Test("Latents are predicted perfectly from an invertible linear map of them, group by group")
  func table() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let output = try StrataBinary.run(
        Self.files + [
          "--groups", "groups.json", "--metrics", "r2-linear,cca-mean", "--train-rows", "30",
        ], in: directory)
      #expect(
        output.standardOutput == """
          | group | estimator      | metric    | value |   p | fit rows | score rows |
          |:------|:---------------|:----------|------:|----:|---------:|-----------:|
          | low   | representation | r2-linear | 1.000 |   – |       30 |         10 |
          | low   | representation | cca-mean  | 1.000 |   – |       30 |         10 |
          | high  | representation | r2-linear | 1.000 |   – |       30 |         10 |
          | high  | representation | cca-mean  | 1.000 |   – |       30 |         10 |

          Protocol strata, 40 rows, 30 to fit on, seed 0. One representation: no interval over training seeds.

          """)
      #expect(output.exitCode == 0 && output.standardError == "")
    }
  }

  @Test("A partial R² of all columns together is no number but a reason; of one column given the other it is one")
  func undefinedPartial() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let partial = Self.files + ["--metrics", "r2-linear-partial"]
      let all = try StrataBinary.run(partial, in: directory)
      #expect(
        all.standardOutput == """
          | group | estimator      | metric            | value |   p | fit rows | score rows |
          |:------|:---------------|:------------------|------:|----:|---------:|-----------:|
          | all   | representation | r2-linear-partial |     – |   – |       20 |         20 |

          Protocol strata, 40 rows, 20 to fit on, seed 0. One representation: no interval over training seeds. r2-linear-partial of all has no number: there is no target column outside the group that it could be given.

          """)
      #expect(all.exitCode == 0 && all.standardError == "")
      let csv = try StrataBinary.run(partial + ["--csv"], in: directory).standardOutput
      #expect(
        csv.split(separator: "\n")[1].hasSuffix(",there is no target column outside the group that it could be given"))
      let each = try StrataBinary.run(partial + ["--groups", "groups.json"], in: directory).standardOutput
      #expect(each.contains("| 1.000 |") && !each.contains("no number"))
    }
  }

  @Test("JSON parses, holds every metric, and is the same bytes for the same seed")
  func json() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let arguments = Self.files + ["--metrics", "all", "--permutations", "9", "--json"]
      let output = try StrataBinary.run(arguments, in: directory)
      let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
      let scores = try #require(object?["scores"] as? [[String: Any]])
      // 29 metrics of one number, and two canonical correlations.
      #expect(Set(scores.compactMap { $0["metric"] as? String }).count == 31)
      for score in scores {
        let isOwn = score["estimator"] as? String == "representation"
        // All columns are one group: there is no other that a partial R² could be given.
        let isUndefined = try #require(score["metric"] as? String).hasSuffix("partial")
        #expect((score["p_value"] != nil) == (isOwn && !isUndefined))
        #expect((score["permutations"] as? Int == 9) == (isOwn && !isUndefined))
        #expect((score["value"] as? String == "nan") == isUndefined && (score["undefined"] != nil) == isUndefined)
      }
      #expect(scores.count { $0["estimator"] as? String == "shuffled" } == 31 - 4)
      #expect(object?["train_rows"] as? Int == 20)
      #expect(try StrataBinary.run(arguments, in: directory).standardOutput == output.standardOutput)
    }
  }

  @Test("A peer's protocol prints the peer's numbers under its name")
  func peer() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let output = try StrataBinary.run(Self.files + ["--protocol", "cl-ica", "--csv"], in: directory)
      let lines = output.standardOutput.split(separator: "\n")
      #expect(
        lines.first.map(String.init)
          == "protocol,group,estimator,metric,value,p_value,fit_rows,score_rows,normalised,masks,trace_error,"
          + "permutations,cells,interval,low,high,probes,undefined")
      #expect(
        lines.dropFirst().map { $0.split(separator: ",").prefix(4).joined(separator: ",") } == [
          "cl-ica,all,representation,r2-linear", "cl-ica,all,representation,mcc-pearson",
          "cl-ica,all,representation,mcc-spearman",
        ])
    }
  }

  @Test(
    "Every protocol states the rows that it fits and scores on, in every form",
    arguments: [
      ("cl-ica", "40 rows, all fitted on and all scored (in-sample)", 40, 40),
      ("multiview-crl", "40 rows, split at random for each target: 30 to fit on and 10 to score", 30, 10),
      ("ssl-identifiability", "40 rows, 13 to fit on", 13, 27),
    ])
  func protocolRows(name: String, caption: String, fit: Int, score: Int) throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      func run(_ form: String) throws -> String {
        try StrataBinary.run(Self.files + ["--protocol", name, form], in: directory).standardOutput
      }
      let table = try run("--markdown")
      #expect(
        table.hasSuffix("Protocol \(name), \(caption), seed 0. One representation: no interval over training seeds.\n"))
      #expect(table.split(separator: "\n")[2].split(separator: " ").suffix(4) == ["\(fit)", "|", "\(score)", "|"])
      for line in try run("--csv").split(separator: "\n").dropFirst() {
        #expect(line.split(separator: ",", omittingEmptySubsequences: false)[6...7] == ["\(fit)", "\(score)"])
      }
      let object = try JSONSerialization.jsonObject(with: Data(try run("--json").utf8)) as? [String: Any]
      #expect(object?["train_rows"] as? Int == fit)
      let scores = try #require(object?["scores"] as? [[String: Any]])
      #expect(scores.allSatisfy { $0["fit_rows"] as? Int == fit && $0["score_rows"] as? Int == score })
    }
  }

  @Test("An option that a peer's protocol has no use for is a usage error, not silence")
  func unusedOptions() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let options = [
        ["--metrics", "r2-linear"], ["--permutations", "9"], ["--pair-rows", "20"], ["--input", "c.csv"],
        ["--untrained", "c.csv"], ["--content", "c.csv"], ["--posterior", "c.csv"], ["--train-rows", "20"],
        ["--kernel-rows", "20"], ["--landmarks", "20"], ["--cca-ridge", "0.1"],
      ]
      for option in options {
        let output = try StrataBinary.run(Self.files + ["--protocol", "cl-ica"] + option, in: directory)
        #expect(
          output.standardError.hasPrefix(
            "Error: \(option[0]) does not apply to --protocol cl-ica, which has its own metrics and rows; leave one out"
          ))
        #expect(output.exitCode == 64 && output.standardOutput == "")
      }
      let used = Self.files + ["--protocol", "ssl-identifiability", "--train-rows", "25", "--csv"]
      #expect(try StrataBinary.run(used, in: directory).standardOutput.contains(",25,15,"))
    }
  }

  @Test("The Nyström probe states what its approximation loses")
  func traceError() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let output = try StrataBinary.run(
        Self.files + ["--metrics", "r2-linear,r2-nystroem", "--permutations", "3", "--json"], in: directory)
      let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
      for score in try #require(object?["scores"] as? [[String: Any]]) {
        // Beside the representation and beside its floor, the shuffles.
        let isStated = score["metric"] as? String == "r2-nystroem"
        // All 20 training rows are landmarks: nothing is lost but rounding.
        if isStated { #expect(try #require(score["trace_error"] as? Double) < 1e-6) }
        #expect((score["trace_error"] != nil) == isStated)
      }
      let table = try StrataBinary.run(Self.files + ["--metrics", "r2-nystroem"], in: directory).standardOutput
      #expect(
        table.hasPrefix(
          "| group | estimator      | metric      | value |   p | trace error | fit rows | score rows |\n"))
    }
  }

  @Test("Fewer landmarks lose more, and fewer rows of kernel ridge are the rows that it states")
  func kernelOptions() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      func lines(_ options: [String]) throws -> [[String]] {
        let output = try StrataBinary.run(
          Self.files + ["--groups", "groups.json", "--csv"] + options
            + ["--metrics", "r2-nystroem,r2-nystroem-reverse,r2-kernel,r2-kernel-partial"], in: directory)
        #expect(output.exitCode == 0)
        return output.standardOutput.split(separator: "\n").dropFirst().map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
      }
      let (all, few) = (try lines([]), try lines(["--landmarks", "3", "--kernel-rows", "10"]))
      #expect(all.map { $0[6] } == [String](repeating: "20", count: 8))
      #expect(few.map { $0[6] } == ["20", "20", "10", "10", "20", "20", "10", "10"])
      for (a, b) in zip(all, few).prefix(2) {
        let (least, most) = (try #require(Double(a[10])), try #require(Double(b[10])))
        #expect(least < 1e-6 && most > 1e-4)
      }
      #expect(zip(all, few).allSatisfy { $0[4] != $1[4] })
    }
  }

  @Test("Every canonical correlation has a row, its floor and its p-value, under the ridge that is asked for")
  func canonical() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let output = try StrataBinary.run(
        Self.files + ["--metrics", "cca-each", "--cca-ridge", "0", "--permutations", "19"], in: directory)
      let lines = output.standardOutput.split(separator: "\n").map(String.init)
      #expect(lines[2].hasPrefix("| all   | representation | cca-each-1 |  1.000 | 0.050 |"))
      #expect(lines[3].hasPrefix("| all   | shuffled       | cca-each-1 |"))
      #expect(lines[4].hasPrefix("| all   | representation | cca-each-2 |  1.000 | 0.050 |"))
      #expect(
        lines.last
          == "Protocol strata, 40 rows, 20 to fit on, seed 0. One representation: no interval over training seeds. p-values from 19 permutations of the rows of the targets."
      )
      // A heavy ridge turns the directions away from those of an exactly linear map.
      let heavy = try StrataBinary.run(
        Self.files + ["--metrics", "cca-each,cca-mean", "--cca-ridge", "10", "--csv"], in: directory
      ).standardOutput
      let values = heavy.split(separator: "\n").dropFirst().compactMap { Double($0.split(separator: ",")[4]) }
      #expect(values.count == 3 && abs(values[2] - (values[0] + values[1]) / 2) < 1e-12 && values[2] < 0.9999)
      for (option, reason) in [
        (["--cca-ridge=-1"], "--cca-ridge is -1.0; give a finite number from 0 on"),
        (["--landmarks", "0"], "--landmarks is 0; give at least 1"),
        (["--kernel-rows", "3"], "--kernel-rows is 3; give at least 4"),
      ] {
        let refused = try StrataBinary.run(Self.files + option, in: directory)
        #expect(refused.exitCode == 64 && refused.standardError.hasPrefix("Error: \(reason)"))
      }
    }
  }

  @Test("Every metric, in-sample ones too, is scored on every floor and ceiling and normalised between two of them")
  func references() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let output = try StrataBinary.run(
        Self.files + [
          "--metrics", "all", "--untrained", "z.csv", "--input", "c.csv", "--content", "c.csv", "--posterior", "c.csv",
          "--json",
        ], in: directory)
      let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
      let scores = try #require(object?["scores"] as? [[String: Any]])
      let metrics = Set(scores.compactMap { $0["metric"] as? String })
      #expect(metrics.count == 31)
      for metric in metrics {
        let own = scores.filter { $0["metric"] as? String == metric }
        // Of all columns together.
        guard !metric.hasSuffix("partial") else {
          #expect(own.count == 1)
          continue
        }
        #expect(
          own.compactMap { $0["estimator"] as? String }
            == ["representation", "input", "input-pca", "untrained", "content", "posterior"])
        let values = own.compactMap { $0["value"] as? Double }
        // The untrained encoder is the trained one here, and three ceilings are one matrix.
        try #require(values.count == 6)
        #expect(values[0] == values[3] && values[1] == values[4] && values[1] == values[5])
        let normalised = own.map { $0["normalised"] as? Double }
        #expect(normalised == [values[1] - values[3] > 1e-3 ? 0 : nil, nil, nil, nil, nil, nil])
      }
    }
  }

  @Test("multiview-crl splits in a given order, which it states; an order that is none is refused with its place")
  func rowOrder() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let order = (0..<40).map { (7 * $0 + 3) % 40 }
      func put(_ lines: [String]) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: directory.appending(path: "order.csv"))
      }
      func run(_ options: [String]) throws -> StrataBinary.Output {
        try StrataBinary.run(
          Self.files + ["--protocol", "multiview-crl", "--row-order", "order.csv"] + options, in: directory)
      }
      func values(_ options: [String]) throws -> [Substring] {
        try run(["--csv"] + options).standardOutput.split(separator: "\n").dropFirst()
          .map { $0.split(separator: ",")[4] }
      }
      try put(order.map(String.init))
      let one = try values([])
      #expect(one.count == 3)
      // The seed has only the network's initial weights left.
      let other = try values(["--seed", "5"])
      #expect(one[..<2] == other[..<2] && one[2] != other[2])
      #expect(
        try run([]).standardOutput.contains(
          "Protocol multiview-crl, 40 rows, split in the given order for each target: 30 to fit on and 10 to score, seed 0."
        ))
      try put(order.map { "\($0),\($0)" })
      #expect(try values([]) == one)
      try put(order.map { "\($0),\(39 - $0)" })
      #expect(try values([]) != one)
      for (lines, reason) in [
        (
          order.map { "\($0),\($0 == 38 ? 3 : $0)" },
          "row 5, column 1 names row 3 of its batch a second time; give every row once"
        ),
        (
          order.map { $0 == 38 ? "40" : "\($0)" },
          "row 5, column 0 is 40.0; rows 0 to 39 are one batch, whose rows are counted from 0 to 39"
        ),
        (
          ["1,2", "3,4"],
          "its shape is (2, 2), and the targets' (40, 2); give (40, 2), or (40, 1) for one order for all targets"
        ),
      ] {
        try put(lines)
        let refused = try run([])
        #expect(refused.standardError == "Error: order.csv: no order of rows: \(reason)\n")
        #expect(refused.exitCode == 65 && refused.standardOutput == "")
      }
      let stray = try StrataBinary.run(Self.files + ["--row-order", "order.csv"], in: directory)
      #expect(
        stray.standardError.hasPrefix(
          "Error: --row-order belongs to --protocol multiview-crl, and the protocol is strata; leave one out"))
      #expect(stray.exitCode == 64)
    }
  }

  @Test("A matrix without columns and a group that stands twice are refused")
  func degenerateFiles() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (40, 0), }"
      let padded = header + String(repeating: " ", count: 117 - header.count) + "\n"
      try (Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(padded.utf8))
        .write(to: directory.appending(path: "empty.npy"))
      let arguments = ["evaluate", "--representation", "empty.npy", "--targets", "c.csv"]
      let empty = try StrataBinary.run(arguments, in: directory)
      #expect(
        empty.standardError
          == "Error: empty.npy: a matrix without columns, so there is nothing to score; give one of at least one column\n"
      )
      #expect(empty.exitCode == 65 && empty.standardOutput == "")
      try Data("{\"low\": [0],\n \"low\": [1]}".utf8).write(to: directory.appending(path: "groups.json"))
      let twice = try StrataBinary.run(Self.files + ["--groups", "groups.json"], in: directory)
      #expect(
        twice.standardError
          == "Error: groups.json:2:2: JSON syntax: the key 'low' stands twice in one object; keep one of them\n")
      #expect(twice.exitCode == 65 && twice.standardOutput == "")
    }
  }

  @Test("Mismatched rows, an unknown metric and bad groups are one line each and an exit code of sysexits.h")
  func errors() throws {
    try withTemporaryDirectory { directory in
      try write(directory)
      try Data("1,2\n3,4\n".utf8).write(to: directory.appending(path: "short.csv"))
      let rows = try StrataBinary.run(
        ["evaluate", "--representation", "z.csv", "--targets", "short.csv"], in: directory)
      #expect(
        rows.standardError == """
          Error: row counts of z.csv and short.csv differ: 40 and 2; pass matrices of the same samples and the same variables

          """)
      #expect(rows.exitCode == 65 && rows.standardOutput == "")
      let metric = try StrataBinary.run(Self.files + ["--metrics", "r2-liner"], in: directory)
      #expect(metric.standardError.hasPrefix("Error: unknown metric 'r2-liner'; did you mean 'r2-linear'? Known: "))
      #expect(metric.exitCode == 64)
      try Data(#"{"low": [0, 5]}"#.utf8).write(to: directory.appending(path: "groups.json"))
      let groups = try StrataBinary.run(Self.files + ["--groups", "groups.json"], in: directory)
      #expect(
        groups.standardError.hasPrefix(
          "Error: groups.json: group 'low' names column 5 and c.csv has columns 0 to 1"))
      #expect(groups.exitCode == 65)
      // Two rows cannot be fitted on and scored on, whatever the option says.
      for (proto, needed) in [("strata", 4), ("ssl-identifiability", 6), ("cl-ica", 4)] {
        let few = try StrataBinary.run(
          ["evaluate", "--representation", "short.csv", "--targets", "short.csv", "--protocol", proto], in: directory)
        #expect(
          few.standardError == "Error: the rows of short.csv: 2 given, at least \(needed) needed; sample more\n"
            && few.exitCode == 65)
      }
      try Data("1,nan\n3,4\n".utf8).write(to: directory.appending(path: "short.csv"))
      let value = try StrataBinary.run(
        ["evaluate", "--representation", "short.csv", "--targets", "c.csv"], in: directory)
      #expect(value.standardError.contains("short.csv") && value.standardError.contains("row 0, column 1"))
      #expect(value.exitCode == 65)
    }
  }
}
