import Reporting
import Testing

@Suite struct ReportFigureTests {
  typealias Fixtures = ReportFixtures

  @Test("Agreement is the difference of means where both exist, and counts the intervals that hold the prediction")
  func agreement() throws {
    // By hand: pairs (0.5, 0.53), (0.625, 0.585), (−0.125, 0), (0.25, 0.25); intervals [0.4, 0.6], [0.615, 0.635], none,
    // [0.125, 0.5], of which the first and the last hold the prediction.
    let agreement = try #require(Fixtures.table([Fixtures.block(1)]).agreement)
    #expect(agreement.pairs == 4)
    #expect(abs(agreement.largest - 0.125) < 1e-15)
    let squares = 0.03 * 0.03 + 0.04 * 0.04 + 0.125 * 0.125 + 0
    #expect(abs(agreement.rootMeanSquare - (squares / 4).squareRoot()) < 1e-15)
    #expect(agreement.covered == 2)
  }

  @Test("Rows without a level are the content, or what the caption says", arguments: ["content", "leakage"])
  func whole(name: String) throws {
    let caption = RecoveryCaption(
      metric: "R²", target: "t", wholeName: name, evaluation: .perMask, masks: 2, fittingRows: 9, heldOutRows: 9,
      trainingSeeds: 1, generatorSeeds: 1)
    let group = RecoveryTable.Group(
      title: "MAE", role: .recovery, rows: [.init(level: nil, estimates: [.init(mean: 0.5), .init(mean: 0.25)])])
    let block = RecoveryTable.Block(title: "b", maskRatios: [0.25, 0.5], groups: [group])
    let table = RecoveryTable(title: "t", caption: caption, blocks: [block])
    #expect(table.markdown.contains("| \(name) ") && table.latex(name: "l").contains(name))
    let figure = try #require(table.recoveryFigure(of: block))
    #expect(figure.body.contains("set title '\(name == "content" ? "content c" : name)'"))
  }

  @Test("The figure over ratios has a panel for each level, the very numbers, and names of axes with n")
  func ratios() throws {
    let block = Fixtures.block(1)
    let figure = try #require(Fixtures.table([block]).recoveryFigure(of: block))
    #expect(
      figure.data == """
        $d0 << EOD
        0.25 0.5 0.4 0.6
        0.5 0.625 0.615 0.635
        EOD
        $d2 << EOD
        0.25 0.53 NaN NaN
        0.5 0.585 NaN NaN
        0.75 0.6 NaN NaN
        EOD
        $d4 << EOD
        0.25 0.1 -8.9 9.1
        EOD
        $d1 << EOD
        0.25 -0.125 NaN NaN
        0.75 0.25 0.125 0.5
        EOD
        $d3 << EOD
        0.25 0.0 NaN NaN
        0.5 0.1 NaN NaN
        0.75 0.25 NaN NaN
        EOD
        """)
    #expect(
      figure.body.contains("set title 'level 1 (root)'") && figure.body.contains("set title 'level 0 (observed)'"))
    #expect(figure.body.contains("set label 'mask ratio (masked / all patches); n = 3 runs × 24 masks a point'"))
    #expect(figure.body.contains("set label 'R² of z'"))
    #expect(figure.body.contains("$d0 using 1:3:4 with filledcurves"))
    #expect(
      figure.caption.contains("Student t")
        && figure.caption.hasSuffix("Shaded: the trained encoder's interval; those of the others are in the table."))
    // The floor's interval is neither drawn nor does it stretch the axis: −0.125 to 0.635 with 4 % of 0.76 beyond.
    #expect(!figure.body.contains("$d4 using 1:3:4"))
    #expect(figure.body.contains("set yrange [-0.1554:0.6654]"))
  }

  @Test("A p-value is no score and is not drawn")
  func others() throws {
    let block = Fixtures.block(1)
    let figure = try #require(Fixtures.table([block]).recoveryFigure(of: block))
    #expect(!figure.body.contains("p of MAE"))
    let only = RecoveryTable.Block(
      title: "b", maskRatios: [0.5],
      groups: [
        .init(title: "p", rows: [.init(level: 1, estimates: [.init(mean: 0.05)])])
      ])
    #expect(Fixtures.table([only]).recoveryFigure(of: only) == nil)
  }

  @Test("With a single ratio the horizontal axis is the level")
  func singleRatio() throws {
    let block = Fixtures.block(1, ratios: [0.25])
    let figure = try #require(Fixtures.table([block]).recoveryFigure(of: block))
    #expect(figure.body.contains("set xtics ('1 (root)' 0, '0 (observed)' 1)"))
    #expect(figure.body.contains("latent level; n = 3 runs × 24 masks a point"))
    #expect(figure.caption.contains("recovery over the latent levels"))
  }

  /// A table of one ratio and one patch size.
  private func dose(_ label: String, root: RecoveryTable.Estimate?, theory: Double?) -> RecoveryTable.Dose {
    let groups = [
      RecoveryTable.Group(title: "MAE", role: .recovery, rows: [.init(level: 1, estimates: [root])]),
      RecoveryTable.Group(
        title: "theory", role: .theory, rows: [.init(level: 1, estimates: [theory.map { .init(mean: $0) }])]),
    ]
    return .init(
      label: label, table: Fixtures.table([.init(title: "b", patchSize: 1, maskRatios: [0.5], groups: groups)]))
  }

  @Test("The figure over a setting has its values at equal distances, with the very numbers and intervals")
  func doses() throws {
    let doses = [
      dose("1", root: .init(mean: 0.5, halfWidth: 0.25, runs: 3), theory: 0.5),
      dose("2", root: nil, theory: 0.625), dose("8", root: .init(mean: 0.75, halfWidth: 0.125, runs: 3), theory: nil),
    ]
    let figure = try #require(RecoveryTable.doseFigure(doses, axis: "representation width", title: "tree: per-mask"))
    #expect(
      figure.data == """
        $d0 << EOD
        0.0 0.5 0.25 0.75
        2.0 0.75 0.625 0.875
        EOD
        $d1 << EOD
        0.0 0.5 NaN NaN
        1.0 0.625 NaN NaN
        EOD
        """)
    #expect(figure.body.contains("set xrange [-0.3:2.3]") && figure.body.contains("set xtics ('1' 0, '2' 1, '8' 2)"))
    #expect(figure.body.contains("set label 'representation width; n = 3 runs × 24 masks a point'"))
    #expect(figure.body.contains("$d0 using 1:3:4 with filledcurves"))
    #expect(
      figure.caption.hasPrefix("tree: per-mask: recovery over the representation width, a panel for each level. "))
  }

  @Test("Long names of doses are letters that the caption explains; a single dose is no figure")
  func longDoses() throws {
    let (first, second) = (
      dose("additive-noise @ cold", root: .init(mean: 0.5), theory: nil),
      dose("rho-0.5", root: .init(mean: 0.25), theory: nil)
    )
    let figure = try #require(RecoveryTable.doseFigure([first, second], axis: "mechanism", title: "t"))
    #expect(figure.body.contains("set xtics ('a' 0, 'b' 1)"))
    #expect(figure.caption.contains("a: additive-noise @ cold; b: rho-0.5. "))
    #expect(RecoveryTable.doseFigure([first], axis: "mechanism", title: "t") == nil)
    let short = try #require(
      RecoveryTable.doseFigure(
        [dose("rho-0.5", root: .init(mean: 0.5), theory: nil), second], axis: "mechanism", title: "t"))
    #expect(
      short.body.contains("set xtics ('0.5' 0, '0.5' 1)") && short.body.contains("set label 'mechanism (rho-…); n"))
    let nothing = dose("n", root: nil, theory: nil)
    #expect(RecoveryTable.doseFigure([nothing, nothing], axis: "mechanism", title: "t") == nil)
  }

  @Test("A heat map needs two patch sizes and two ratios, and shows every mean in two decimals")
  func heatMap() throws {
    #expect(Fixtures.table([Fixtures.block(1)]).heatMapFigure == nil)
    #expect(Fixtures.table([Fixtures.block(1, ratios: [0.5]), Fixtures.block(4, ratios: [0.5])]).heatMapFigure == nil)
    let figure = try #require(Fixtures.table([Fixtures.block(1), Fixtures.block(4)]).heatMapFigure)
    #expect(
      figure.data.hasPrefix(
        """
        $m0 << EOD
        0 0 0.5 ".50" 1118481
        1 0 0.625 ".62" 1118481
        0 1 0.5 ".50" 1118481
        1 1 0.625 ".62" 1118481
        EOD
        $m1 << EOD
        0 0 -0.125 "−.12" 16777215
        """))
    #expect(figure.body.contains("set ytics ('1' 0, '4' 1)") && figure.body.contains("set cbrange [-0.125:0.625]"))
  }

  @Test("Text from a user's file stays text in the program")
  func quoting() throws {
    let group = RecoveryTable.Group(
      title: "it's'; !rm", role: .recovery, rows: [.init(level: 1, estimates: [.init(mean: 0.5), .init(mean: 0.5)])])
    let block = RecoveryTable.Block(title: "b", maskRatios: [0.25, 0.5], groups: [group])
    let figure = try #require(Fixtures.table([block]).recoveryFigure(of: block))
    #expect(figure.body.contains("title 'it''s''; !rm'"))
  }

  @Test("A program writes SVG, PDF and PNG in one layout")
  func program() throws {
    let block = Fixtures.block(1)
    let figure = try #require(Fixtures.table([block]).recoveryFigure(of: block))
    let program = figure.program(name: "f")
    for file in ["f.svg", "f.pdf", "f.png"] { #expect(program.contains("set output '\(file)'")) }
    #expect(GnuplotFigure.files(name: "f") == ["f.svg", "f.pdf", "f.png"])
    #expect(program.ranges(of: figure.body).count == 3 && program.ranges(of: figure.data).count == 1)
  }
}
