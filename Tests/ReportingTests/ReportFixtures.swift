import Reporting

/// A table of two levels, two patch sizes and three ratios whose numbers can be worked out by hand.
enum ReportFixtures {
  typealias Estimate = RecoveryTable.Estimate

  static let caption = RecoveryCaption(
    metric: "R² (ridge-linear probe)", target: "z (values)", evaluation: .perMask, masks: 24, fittingRows: 400,
    heldOutRows: 300, trainingSeeds: 3, generatorSeeds: 1)

  static func group(
    _ title: String, _ role: RecoveryTable.Role, _ root: [Estimate?], _ leaf: [Estimate?]
  ) -> RecoveryTable.Group {
    .init(title: title, role: role, rows: [.init(level: 1, estimates: root), .init(level: 0, estimates: leaf)])
  }

  static func block(_ patch: Int, ratios: [Double] = [0.25, 0.5, 0.75]) -> RecoveryTable.Block {
    func take(_ values: [Estimate?]) -> [Estimate?] { Array(values.prefix(ratios.count)) }
    return .init(
      title: "patch size \(patch)", patchSize: patch, maskRatios: ratios,
      groups: [
        group(
          "MAE", .recovery,
          take([
            Estimate(mean: 0.5, halfWidth: 0.1, runs: 3), Estimate(mean: 0.625, halfWidth: 0.01, runs: 3),
            Estimate(mean: .nan, runs: 3),
          ]), take([Estimate(mean: -0.125, runs: 3), nil, Estimate(mean: 0.25, bounds: 0.125...0.5, runs: 2)])),
        group(
          "theory", .theory, take([Estimate(mean: 0.53), Estimate(mean: 0.585), Estimate(mean: 0.6)]),
          take([Estimate(mean: 0), Estimate(mean: 0.1), Estimate(mean: 0.25)])),
        group(
          "floor: untrained", .floor, take([Estimate(mean: 0.1, halfWidth: 9, runs: 3), nil, nil]),
          take([nil, nil, nil])),
        group("p of MAE", .other, take([Estimate(mean: 0.05), nil, nil]), take([nil, nil, nil])),
      ])
  }

  static func table(_ blocks: [RecoveryTable.Block], title: String = "tree_1 & <chain>, ρ = 0.85") -> RecoveryTable {
    RecoveryTable(title: title, caption: caption, blocks: blocks)
  }
}
