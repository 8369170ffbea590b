/// A data set as an HDF5 file: a group for each array with `values`, `columns` and `nodes`, the model in the group `model`.
final class HDF5BlockWriter: BlockWriter {
  private let output: TemporaryOutput
  private let writer: HDF5Writer
  private var datasets: [Int] = []
  let coding: @Sendable ([ExportValues], Int) -> [[UInt8]]

  init(_ schema: ExportSchema, path: String) throws(DatasetError) {
    let chunkRows = schema.blockRows
    let columns = schema.arrays.map(\.columns.count)
    coding = { values, rows in
      zip(values, columns).map { values, columns in
        var bytes = values.bytes
        // Chunks at the edge are stored whole.
        bytes += [UInt8](repeating: 0, count: (chunkRows - rows) * columns * values.element.size)
        return HDF5ChunkCoding.encode(bytes, elementSize: values.element.size)
      }
    }
    output = try TemporaryOutput.file(for: path)
    do {
      writer = try HDF5Writer(temporaryPath: output.temporaryPath, name: path)
    } catch {
      output.discard()
      throw error
    }
    do {
      try begin(schema)
    } catch {
      abandon()
      throw error
    }
  }

  private func begin(_ schema: ExportSchema) throws(DatasetError) {
    for attribute in schema.attributes + ExportFacts(schema).attributes { try writer.setAttribute(attribute, of: "/") }
    if let model = schema.model {
      try writer.setAttribute(ExportAttribute("graph", .text(model.graph)), of: "/")
      try writer.makeGroup("model")
      try writer.setAttribute(ExportAttribute("description", .text(model.description)), of: "model")
      try writer.setAttribute(ExportAttribute("checksum", .integer(UInt64(model.checksum))), of: "model")
      try writer.writeNumbers(model.parameters, to: "model/parameters")
      try writer.writeBytes(MetadataText.json(schema), to: MetadataText.hdf5Path)
    }
    for array in schema.arrays {
      try writer.makeGroup(array.name)
      for attribute in array.attributes { try writer.setAttribute(attribute, of: array.name) }
      try writer.writeTexts(array.columns, to: "\(array.name)/columns")
      try writer.writeTexts(array.nodes, to: "\(array.name)/nodes")
      datasets.append(
        try writer.makeMatrix(
          "\(array.name)/values", element: array.element, rows: schema.rows, columns: array.columns.count,
          chunkRows: schema.blockRows))
    }
  }

  func append(_ block: [[UInt8]], rows: Range<Int>) throws(DatasetError) {
    for (dataset, bytes) in zip(datasets, block) {
      try writer.writeChunk(bytes, of: dataset, row: rows.lowerBound)
    }
  }

  func finish() throws(DatasetError) {
    try writer.close()
    try output.publish()
  }

  func abandon() {
    writer.abandon()
    output.discard()
  }
}
