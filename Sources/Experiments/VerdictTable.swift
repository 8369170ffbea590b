internal import Reporting
internal import Specifications

/// A claim with what was measured of it.
public struct ClaimVerdict: Sendable {
  /// The claim.
  public let claim: Claim
  /// What was measured.
  public let measurement: Measurement
  /// What that says.
  public let verdict: Verdict

  /// Decides a claim.
  public init(_ claim: Claim, _ measurement: Measurement) {
    (self.claim, self.measurement) = (claim, measurement)
    verdict = claim.expectation.verdict(on: measurement)
  }

  /// `0.974 [0.971, 0.978]`, with the cells that were lost.
  public var text: String {
    let format = NumberFormat()
    let lost = measurement.lost > 0 ? " (\(measurement.lost) lost)" : ""
    guard let interval = measurement.interval, measurement.value.isFinite else {
      return format.string(measurement.value) + lost
    }
    return format.string(mean: measurement.value, bounds: interval) + lost
  }
}

/// The verdicts of one form of an experiment, and the files that they are written as.
public struct VerdictTable: Sendable {
  /// The experiment.
  public let experiment: Experiment
  /// The form that was run.
  public let form: ExperimentForm
  /// One for each claim of the form, in the order of the experiment.
  public let verdicts: [ClaimVerdict]

  /// What was measured over doses.
  public let curves: [MeasuredCurve]

  /// Seconds that the cells of all sweeps took, added up: what one worker would need.
  public let cellSeconds: Double

  /// The command that makes these verdicts.
  public var command: String {
    let offset = experiment.seedOffset == 0 ? "" : " --seed-offset \(experiment.seedOffset)"
    return "strata reproduce \(experiment.name)\(form == .quick ? " --quick" : "")\(offset)"
  }

  /// A heading and the table.
  public var markdown: String {
    var table = MarkdownTable(
      headings: ["claim", "source", "prediction", "measured [95 %]", "n", "agrees if", "verdict"],
      alignments: [.left, .left, .left, .left, .left, .left, .left])
    for item in verdicts {
      table.append([
        item.claim.statement, item.claim.source, item.claim.prediction, item.text,
        "\(item.measurement.count) \(item.measurement.unit)", item.claim.expectation.text, item.verdict.rawValue,
      ])
    }
    return "## \(experiment.name): \(experiment.title)\n\nCommand: `\(command)`.\n\n\(table.text)"
  }

  /// A row for each claim.
  public var csv: String {
    var writer = CSVWriter(header: [
      "experiment", "form", "id", "claim", "source", "prediction", "agrees_if", "value", "low", "high", "n", "unit",
      "lost", "verdict",
    ])
    for item in verdicts {
      let (claim, measurement) = (item.claim, item.measurement)
      writer.append([
        .text(experiment.name), .text(form.rawValue), .text(claim.id), .text(claim.statement), .text(claim.source),
        .text(claim.prediction), .text(claim.expectation.text), .number(measurement.value),
        .init(measurement.interval?.lowerBound), .init(measurement.interval?.upperBound), .integer(measurement.count),
        .text(measurement.unit), .integer(measurement.lost), .text(item.verdict.rawValue),
      ])
    }
    return writer.text
  }

  /// What is committed as `expected/full.json` and `expected/quick.json`: see ``ExpectedVerdicts``.
  public var json: String {
    func number(_ value: Double?) -> String { value.map { $0.isFinite ? "\($0)" : "null" } ?? "null" }
    let items = verdicts.map { item in
      let (claim, measurement) = (item.claim, item.measurement)
      let members = [
        ("id", claim.id.jsonQuoted), ("claim", claim.statement.jsonQuoted), ("source", claim.source.jsonQuoted),
        ("prediction", claim.prediction.jsonQuoted), ("agrees_if", claim.expectation.text.jsonQuoted),
        ("measured", item.text.jsonQuoted), ("value", number(measurement.value)),
        ("low", number(measurement.interval?.lowerBound)), ("high", number(measurement.interval?.upperBound)),
        ("n", "\(measurement.count)"), ("unit", measurement.unit.jsonQuoted), ("lost", "\(measurement.lost)"),
        ("tolerance", number(claim.tolerance)), ("headline", "\(claim.isHeadline)"),
        ("verdict", item.verdict.rawValue.jsonQuoted),
      ]
      return "    {" + members.map { "\($0.jsonQuoted): \($1)" }.joined(separator: ", ") + "}"
    }
    return """
      {
        "experiment": \(experiment.name.jsonQuoted),
        "title": \(experiment.title.jsonQuoted),
        "command": \(command.jsonQuoted),
        "cell_seconds": \(Int(cellSeconds.rounded())),
        "verdicts": [
      \(items.joined(separator: ",\n"))
        ]
      }

      """
  }

  /// Every cell's value for every claim that is measured on results: what a surprising verdict is looked into with.
  static func measurements(_ claims: [(claim: String, values: [CellValue])]) -> String {
    var writer = CSVWriter(header: [
      "claim", "sweep", "graph", "mechanism", "mask_ratio", "patch_size", "width", "generator_seed", "training_seed",
      "value",
    ])
    for (claim, values) in claims {
      for item in values {
        let setting = item.setting
        writer.append([
          .text(claim), .text(setting.folder), .text(setting.graph), .text(setting.mechanism),
          .number(setting.maskRatio), .integer(setting.patchSize), .integer(setting.width), .text("\(item.generator)"),
          .text("\(item.training)"), .number(item.value),
        ])
      }
    }
    return writer.text
  }
}
