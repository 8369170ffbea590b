extension RecoveryTable {
  /// The table as HTML, one row for each patch size, estimator and level: its headings are buttons that a page's script sorts
  /// by, and every cell states in `data-value` the number that it is sorted by, in full precision.
  ///
  /// - Parameter id: The identifier of the table in the page.
  func html(id: String) -> String {
    let ratios = blocks.first?.maskRatios ?? []
    let hasSizes = blocks.contains { $0.patchSize != nil }
    let names = (hasSizes ? ["patch size"] : []) + ["estimator", "level"] + ratios.map { "r = \($0)" }
    let head = names.map {
      "<th scope=\"col\"\($0 == "estimator" ? " class=\"name\"" : "")><button type=\"button\">\(HTMLText.escaped($0))</button></th>"
    }
    var rows: [String] = []
    for block in blocks {
      let top = block.groups.flatMap(\.rows).compactMap(\.level).max()
      for group in block.groups {
        for row in group.rows.sorted(by: { $0.level ?? -1 > $1.level ?? -1 }) {
          var cells = hasSizes ? [Self.cell("\(block.patchSize ?? 0)", value: Double(block.patchSize ?? 0))] : []
          cells.append("<th scope=\"row\">\(HTMLText.escaped(group.title))</th>")
          cells.append(Self.cell(label(of: row.level, top: top), value: Double(row.level ?? -1)))
          cells += row.estimates.map { Self.cell(text(of: $0), value: $0?.mean) }
          rows.append("<tr class=\"\(Self.className(group.role))\">\(cells.joined())</tr>")
        }
      }
    }
    let caption = "\(title): \(self.caption.axisTitle) by level (rows) and mask ratio r (columns)"
    return """
      <table id="\(id)">
      <caption>\(HTMLText.escaped(caption))</caption>
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      """
  }

  private static func cell(_ text: String, value: Double?) -> String {
    let number = value.flatMap { $0.isFinite ? " data-value=\"\($0)\"" : nil } ?? ""
    return "<td\(number)>\(HTMLText.escaped(text))</td>"
  }

  private static func className(_ role: Role) -> String {
    switch role {
    case .recovery: "recovery"
    case .theory: "theory"
    case .ceiling: "ceiling"
    case .floor: "floor"
    case .other: "other"
    }
  }
}
