internal import Datasets
internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Specifications
internal import Stochastics
internal import Sweeps

/// What `strata sample` was asked for.
struct SampleRequest {
  /// The model's name for errors.
  let source: String
  let model: StoredModel
  let seed: UInt64
  let samples: Range<UInt64>
  let masks: MaskChoice?
}

/// The arrays of a request: their description, and the values of any part of them.
struct SampleExport: Sendable {
  let schema: ExportSchema
  private let model: GenerativeModel
  private let first: UInt64
  private let key: RandomKey
  private let masks: MaskSampler?
  private let latents: [Int]

  /// - Parameter keepsModel: Whether the model goes into the output; without it, mechanisms need no storage.
  init(_ request: SampleRequest, keepsModel: Bool) throws {
    model = request.model.model
    let graph = model.graph
    first = request.samples.lowerBound
    key = RandomKey(seed: request.seed)
    let distribution = try request.masks.map { choice in
      try MaskDistribution(.exactCount(ratio: choice.ratio), grid: graph.grid, patchSize: choice.patchSize)
    }
    masks = distribution.map { MaskSampler($0, for: graph) }
    let latents = graph.nodes.indices.filter { !graph.nodes[$0].isObserved }
    self.latents = latents
    var arrays = [Self.array("observed", graph.observables, of: graph, \.dimension)]
    if !latents.isEmpty { arrays.append(Self.array("latents", latents, of: graph, \.dimension)) }
    if graph.nodes.contains(where: { $0.noiseDimension > 0 }) {
      arrays.append(Self.array("noises", Array(graph.nodes.indices), of: graph, \.noiseDimension))
    }
    if let choice = request.masks {
      var array = Self.array("masks", graph.observables, of: graph, \.dimension)
      array.element = .uint8
      array.attributes = [
        .init("law", .text("exact-count")), .init("mask_ratio", .number(choice.ratio)),
        .init("patch_size", .integer(UInt64(choice.patchSize))),
      ]
      arrays.append(array)
    }
    let record: ModelRecord?
    do throws(ModelStorageError) {
      record = keepsModel ? try request.model.record() : nil
    } catch {
      throw SpecificationError(file: request.source, error.description, remedy: "")
    }
    var attributes: [ExportAttribute] = [
      .init("format", .text("strata-sample")), .init("format_version", .integer(1)),
      .init("strata_version", .text(StrataVersion.current)), .init("mechanism", .text(model.family.label)),
      .init("sample_seed", .integer(request.seed)), .init("first_sample", .integer(first)),
      .init("samples", .integer(UInt64(request.samples.count))), .init("blas", .text(BLASRuntime.configuration)),
      .init("blas_kernel", .text(BLASRuntime.coreName)),
    ]
    if let seed = request.model.seed { attributes.append(.init("model_seed", .integer(seed))) }
    schema = ExportSchema(arrays: arrays, rows: request.samples.count, attributes: attributes, model: record)
  }

  /// The values of a range of rows, in the order of the schema's arrays.
  ///
  /// A mask, like a sample, is a function of the seed and its number alone.
  var values: @Sendable (Range<Int>) -> [ExportValues] {
    { rows in
      let numbers = first + UInt64(rows.lowerBound)..<first + UInt64(rows.upperBound)
      let sample = model.sample(numbers, key: key.child("samples"))
      return schema.arrays.map { array in
        switch array.name {
        case "observed": .float32(sample.observed().storage)
        case "latents": .float32(sample.values(of: latents).storage)
        case "noises": .float32(sample.noises(of: Array(model.graph.nodes.indices)).storage)
        default: .uint8(maskValues(numbers))
        }
      }
    }
  }

  /// One line: the samples and the shapes.
  var summary: String {
    let shapes = schema.arrays.map { "\($0.name) (\(schema.rows), \($0.columns.count))" }
    return "samples \(first) to \(first + UInt64(schema.rows - 1)) of \(model.graph.name): "
      + shapes.joined(separator: ", ")
  }

  private func maskValues(_ numbers: Range<UInt64>) -> [UInt8] {
    guard let masks else { return [] }
    let key = key.child("masks")
    var row = [Float](repeating: 0, count: masks.columnCount)
    var result: [UInt8] = []
    result.reserveCapacity(numbers.count * row.count)
    for number in numbers {
      var stream = RandomStream(key.child(number))
      row.withUnsafeMutableBufferPointer { masks.fill(row: $0, using: &stream) }
      for value in row { result.append(UInt8(value)) }
    }
    return result
  }

  /// Columns are named after their node, with the number of the component where there are several.
  private static func array(
    _ name: String, _ nodes: [Int], of graph: HierarchicalGraph, _ width: KeyPath<Node, Int>
  ) -> ExportArray {
    var (columns, owners): ([String], [String]) = ([], [])
    for index in nodes {
      let node = graph.nodes[index]
      for component in 0..<node[keyPath: width] {
        columns.append(node[keyPath: width] == 1 ? node.name : "\(node.name)[\(component)]")
        owners.append(node.name)
      }
    }
    return ExportArray(name: name, columns: columns, nodes: owners)
  }
}
