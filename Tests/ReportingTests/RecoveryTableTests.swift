import Reporting
import Testing

@Suite struct RecoveryTableTests {
  typealias Estimate = RecoveryTable.Estimate

  static func caption(trainingSeeds: Int, generatorSeeds: Int, evaluation: RecoveryCaption.Evaluation = .perMask)
    -> RecoveryCaption
  {
    RecoveryCaption(
      metric: "R² (ridge-linear probe)", target: "z", evaluation: evaluation, masks: 24, fittingRows: 4096,
      heldOutRows: 2048, trainingSeeds: trainingSeeds, generatorSeeds: generatorSeeds)
  }

  @Test("levels are rows with the root on top, mask ratios are columns, patch sizes are blocks")
  func wholeTable() {
    let trained = RecoveryTable.Group(
      title: "MAE",
      rows: [
        .init(level: 0, estimates: [nil, Estimate(mean: -0.0021, halfWidth: 0.0102, runs: 6)]),
        .init(
          level: 2,
          estimates: [
            Estimate(mean: 0.41, halfWidth: 0.012, runs: 6), Estimate(mean: 0.605, halfWidth: 0.004, runs: 5),
          ]),
        .init(
          level: 1,
          estimates: [
            Estimate(mean: 0.5, halfWidth: 0.02, runs: 6), Estimate(mean: .nan, halfWidth: nil, runs: 6),
          ]),
      ])
    let theory = RecoveryTable.Group(
      title: "theory", rows: [.init(level: 2, estimates: [Estimate(mean: 0.41), Estimate(mean: 0.6051)])])
    let ceiling = RecoveryTable.Group(
      title: "ceiling: raw input",
      rows: [.init(level: 2, estimates: [Estimate(mean: 0.7, runs: 6), Estimate(mean: 0.65, runs: 6)])])
    let table = RecoveryTable(
      title: "binary tree, ρ = 0.85", caption: Self.caption(trainingSeeds: 3, generatorSeeds: 2),
      blocks: [
        .init(title: "patch size 1", maskRatios: [0.05, 0.5], groups: [trained, theory, ceiling]),
        .init(title: "patch size 4", maskRatios: [0.5], groups: [.init(title: "MAE", rows: [])]),
      ])
    #expect(
      table.markdown == """
        ## binary tree, ρ = 0.85

        Rows: latent levels; columns: mask ratios. R² (ridge-linear probe) of z, per-mask evaluation: a probe for each \
        of 24 masks, fitted on 4096 samples and scored on 2048 others, averaged.
        Mean ± half-width of the 95 % interval (Student t, over 2 generator seeds and over 3 training seeds, crossed; \
        6 runs).

        ### patch size 1

        | estimator          | level        |          0.05 |                    0.5 |
        |:-------------------|:-------------|--------------:|-----------------------:|
        | MAE                | 2 (root)     | 0.410 ± 0.012 | 0.605 ± 0.004 (5 of 6) |
        |                    | 1            | 0.500 ± 0.020 |                    nan |
        |                    | 0 (observed) |             – |         -0.002 ± 0.011 |
        | theory             | 2 (root)     |         0.410 |                  0.605 |
        | ceiling: raw input | 2 (root)     |         0.700 |                  0.650 |

        ### patch size 4

        | estimator | level | 0.5 |
        |:----------|:------|----:|

        """)
  }

  @Test("one seed has no interval and the caption says so")
  func oneSeed() {
    let table = RecoveryTable(
      title: "chain", caption: Self.caption(trainingSeeds: 1, generatorSeeds: 1, evaluation: .full),
      blocks: [
        .init(
          title: "patch size 1", maskRatios: [0.5],
          groups: [.init(title: "MAE", rows: [.init(level: 1, estimates: [Estimate(mean: 0.25, runs: 1)])])])
      ])
    #expect(
      table.markdown == """
        ## chain

        Rows: latent levels; columns: mask ratios. R² (ridge-linear probe) of z, full evaluation: one probe on the \
        unmasked input, fitted on 4096 samples and scored on 2048 others.
        One run (1 training seed, 1 generator seed): no interval.

        ### patch size 1

        | estimator | level    |   0.5 |
        |:----------|:---------|------:|
        | MAE       | 1 (root) | 0.250 |

        """)
  }

  @Test("the caption tells the evaluation modes apart and counts in words that agree")
  func captions() {
    #expect(
      Self.caption(trainingSeeds: 2, generatorSeeds: 1, evaluation: .pooled).text == """
        Rows: latent levels; columns: mask ratios. R² (ridge-linear probe) of z, pooled evaluation: one probe over \
        randomly masked samples, fitted on 4096 samples and scored on 2048 others.
        Mean ± half-width of the 95 % interval (Student t, 1 degree of freedom) over 2 training seeds, 1 generator seed.
        """)
    #expect(
      Self.caption(trainingSeeds: 1, generatorSeeds: 4).text.hasSuffix(
        "(Student t, 3 degrees of freedom) over 1 training seed, 4 generator seeds."))
  }

  @Test("ten generators have bootstrap intervals in brackets, and the caption says kind, resamples and seed")
  func bootstrap() {
    let caption = RecoveryCaption(
      metric: "R² (ridge-linear probe)", target: "z", evaluation: .full, masks: 1, fittingRows: 40, heldOutRows: 30,
      trainingSeeds: 1, generatorSeeds: 10, interval: .bootstrap(resamples: 2000, seed: 7), permutations: 99,
      showsNormalised: true)
    let table = RecoveryTable(
      title: "chain", caption: caption,
      blocks: [
        .init(
          title: "patch size 1", maskRatios: [0.5],
          groups: [
            .init(
              title: "MAE",
              rows: [.init(level: 1, estimates: [Estimate(mean: 0.25, bounds: 0.2419...0.2661, runs: 10)])])
          ])
      ])
    #expect(
      table.markdown == """
        ## chain

        Rows: latent levels; columns: mask ratios. R² (ridge-linear probe) of z, full evaluation: one probe on the \
        unmasked input, fitted on 40 samples and scored on 30 others.
        Mean and 95 % interval (hierarchical bootstrap over 10 generator seeds and 1 training seed, 2000 resamples from \
        seed 7; 10 runs); ± half-width of Student's t where too few are left.
        Normalised: (score − untrained) / (raw input − untrained) of each run, 0 at the floor and 1 at the ceiling; none \
        where these differ by less than 0.001.
        p: (1 + number of scores of permuted targets at or above the score) / (1 + 99 permutations), never below 0.010; \
        the largest over the runs.

        ### patch size 1

        | estimator | level    |                  0.5 |
        |:----------|:---------|---------------------:|
        | MAE       | 1 (root) | 0.250 [0.241, 0.267] |

        """)
  }

  @Test("a row that does not match the mask ratios is a caller's bug")
  func wrongLength() async {
    await #expect(processExitsWith: .failure) {
      _ = RecoveryTable.Block(
        title: "patch size 1", maskRatios: [0.5],
        groups: [.init(title: "MAE", rows: [.init(level: 1, estimates: [])])])
    }
  }
}
