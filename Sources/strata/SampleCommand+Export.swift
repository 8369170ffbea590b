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
  /// Where to sample; empty for the model as it is and no record of environments.
  let environments: [Environment]
}

/// The arrays of a request: their description, and the values of any part of them.
struct SampleExport: Sendable {
  let schema: ExportSchema
  /// The stored attribute with the environments of the rows, for ``StoredSample``.
  static let environmentNames = "environment/names"

  private let model: GenerativeModel
  /// The model in each environment; itself where there are none.
  private let models: [GenerativeModel]
  private let first: UInt64
  /// The rows of each environment.
  private let samples: Int
  private let key: RandomKey
  private let masks: MaskSampler?
  private let latents: [Int]

  /// - Parameter keepsModel: Whether the model goes into the output; without it, mechanisms need no storage.
  init(_ request: SampleRequest, keepsModel: Bool) throws {
    model = request.model.model
    let graph = model.graph
    do throws(ModelError) {
      var models: [GenerativeModel] = []
      for environment in request.environments { models.append(try model.intervened(by: environment)) }
      self.models = models.isEmpty ? [model] : models
    } catch {
      throw SpecificationError(file: request.source, error.description, remedy: "")
    }
    samples = request.samples.count
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
    if !request.environments.isEmpty { arrays.append(Self.environmentArray(request.environments)) }
    let record: ModelRecord?
    do throws(ModelStorageError) {
      record = keepsModel ? try request.model.record() : nil
    } catch {
      throw SpecificationError(file: request.source, error.description, remedy: "")
    }
    var attributes: [ExportAttribute] = StoredSample.formatAttributes
    attributes += [
      .init("strata_version", .text(StrataVersion.current)), .init("mechanism", .text(model.family.label)),
      .init("sample_seed", .integer(request.seed)), .init("first_sample", .integer(first)),
      .init("samples", .integer(UInt64(request.samples.count))), .init("blas", .text(BLASRuntime.configuration)),
      .init("blas_kernel", .text(BLASRuntime.coreName)), .init("gsl", .text(Statistics.gslVersion)),
      .init("hdf5", .text(DatasetExporter.hdf5Version)),
    ]
    if let seed = request.model.seed { attributes.append(.init("model_seed", .integer(seed))) }
    let interventions = request.model.interventions
    if !interventions.isEmpty {
      attributes.append(.init("interventions", .text(Environment(name: "", interventions).text)))
    }
    var schema = ExportSchema(
      arrays: arrays, rows: samples * models.count, attributes: attributes, model: record)
    // Without them the samples would pass for those of another model.
    schema.hasMetadataBesideCSV = !request.environments.isEmpty || !interventions.isEmpty
    self.schema = schema
  }

  /// The values of a range of rows, in the order of the schema's arrays. Environments follow one another whole: row e·n + i is
  /// sample i in environment e.
  ///
  /// A mask, like a sample, is a function of the seed and its number alone, so that environments share noises and masks.
  var values: @Sendable (Range<Int>) -> [ExportValues] {
    { rows in
      var result: [ExportValues] = []
      var row = rows.lowerBound
      while row < rows.upperBound {
        let (environment, index) = row.quotientAndRemainder(dividingBy: samples)
        let end = min(rows.upperBound, (environment + 1) * samples)
        let values = values(first + UInt64(index)..<first + UInt64(index + end - row), environment: environment)
        result = result.isEmpty ? values : zip(result, values).map { $0.appending($1) }
        row = end
      }
      return result
    }
  }

  private func values(_ numbers: Range<UInt64>, environment: Int) -> [ExportValues] {
    let sample = models[environment].sample(numbers, key: key.child("samples"))
    return schema.arrays.map { array in
      switch array.name {
      case "observed": .float32(sample.observed().storage)
      case "latents": .float32(sample.values(of: latents).storage)
      case "noises": .float32(sample.noises(of: Array(model.graph.nodes.indices)).storage)
      case "environment":
        array.element == .uint8
          ? .uint8(Array(repeating: UInt8(environment), count: numbers.count))
          : .uint16(Array(repeating: UInt16(environment), count: numbers.count))
      default: .uint8(maskValues(numbers))
      }
    }
  }

  /// One line: the samples and the shapes.
  var summary: String {
    let shapes = schema.arrays.map { "\($0.name) (\(schema.rows), \($0.columns.count))" }
    let isSplit = schema.arrays.contains { $0.name == "environment" }
    let places = isSplit ? " in \(models.count) environment\(models.count == 1 ? "" : "s")" : ""
    return "samples \(first) to \(first + UInt64(samples - 1)) of \(model.graph.name)\(places): "
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

  /// The number of each row's environment, with what the numbers mean.
  private static func environmentArray(_ environments: [Environment]) -> ExportArray {
    ExportArray(
      name: "environment", columns: ["index"], nodes: [""], element: environments.count <= 256 ? .uint8 : .uint16,
      attributes: [
        .init("names", .texts(environments.map(\.name))),
        .init("interventions", .text(Environment.text(environments))),
      ])
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
