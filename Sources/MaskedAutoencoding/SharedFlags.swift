internal import LinearAlgebra

/// The first layers of both sides for columns that are always masked together.
///
/// Such columns have equal mask flags, so that their weights on the flags act by their sum alone: the networks read one flag a
/// group, and meet its summed weights. Function and gradient are those of one flag a column, but for rounding; the products
/// of the first layers are smaller.
final class SharedFlags<Scalar: NetworkScalar> {
  /// The group of each column.
  let groupOfColumn: [Int]
  /// A column of each group: where its flag is read.
  let columns: [Int]
  /// The weights of the encoder's first layer, (D + groups, outputs), row-major.
  private let encoder: AlignedBuffer<Scalar>
  /// Those of the decoder's, (k + groups, outputs).
  private let decoder: AlignedBuffer<Scalar>

  /// - Parameter groupOfColumn: Any numbers, equal for the columns of a group.
  init(_ groupOfColumn: [Int], _ layout: ParameterLayout) {
    var numbers: [Int: Int] = [:]
    var columns: [Int] = []
    self.groupOfColumn = groupOfColumn.enumerated().map { column, group in
      if let number = numbers[group] { return number }
      numbers[group] = columns.count
      columns.append(column)
      return columns.count - 1
    }
    self.columns = columns
    let saved = groupOfColumn.count - columns.count
    encoder = AlignedBuffer(count: (layout.encoder[0].inputs - saved) * layout.encoder[0].outputs)
    decoder = AlignedBuffer(count: (layout.decoder[0].inputs - saved) * layout.decoder[0].outputs)
  }

  /// The first layer's weights of one side, as ``update(_:_:_:)`` left them.
  func weights(_ side: Side) -> UnsafeMutablePointer<Scalar> { side == .encoder ? encoder.pointer : decoder.pointer }

  /// Adds up the weights of the flags of every group on one side: after every change of its parameters.
  func update(_ side: Side, _ parameters: UnsafePointer<Scalar>, _ layout: ParameterLayout) {
    let (layer, target) = (layout.layers(side)[0], weights(side))
    let width = layer.outputs
    let values = layer.inputs - groupOfColumn.count
    let (source, sums) = (parameters + layer.weight, target + values * width)
    target.update(from: source, count: values * width)
    for (column, group) in groupOfColumn.enumerated() {
      let (weights, sum) = (source + (values + column) * width, sums + group * width)
      if columns[group] == column {
        sum.update(from: weights, count: width)
      } else {
        for index in 0..<width { sum[index] += weights[index] }
      }
    }
  }

  /// Gives every column of a group the gradient of the group's weights: of `rows`, one for each column, the first ones hold
  /// those of the groups.
  func spread(_ rows: UnsafeMutablePointer<Scalar>, width: Int) {
    // From the last one down: no group has a larger number than any of its columns, so that what is read is still a group's.
    for (column, group) in groupOfColumn.enumerated().reversed() where group != column {
      (rows + column * width).update(from: rows + group * width, count: width)
    }
  }
}
