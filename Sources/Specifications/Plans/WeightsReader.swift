internal import Datasets
internal import GenerativeModels
internal import LinearAlgebra

extension NamedWeights {
  private static let places = ["file", "files", "matrices", "tensors"]

  /// Reads where the weights are and the weights themselves.
  ///
  /// - Throws: ``SpecificationError`` about the document, or about a file that it names.
  init(_ map: DocumentMapping, context: ReadingContext) throws(SpecificationError) {
    let kinds = MechanismRegistry.builtIn.kinds.filter { !["constant", "shift-scale"].contains($0) }
    let kind = try map.optional("kind")?.choice(of: kinds, called: "a kind of mechanism") ?? "linear"
    let given = Self.places.filter { map.optional($0) != nil }
    guard given.count == 1 else {
      throw map.node.error(
        given.isEmpty
          ? "the weights are missing" : "weights come from one place, not from \(given.joined(separator: " and "))",
        remedy:
          "give 'file' (safetensors, a matrix for each node, or tensors node.name for a 'kind'), 'files' (node: an .npy file, or .npy files by tensor), 'matrices' (node: rows), or 'tensors' (node: tensors by name)"
      )
    }
    if kind != "linear", map.optional("matrices") != nil {
      throw map.error(
        at: "matrices", "one matrix for each node makes linear maps",
        remedy: "give 'file', 'files' or 'tensors' for the kind \(kind)")
    }
    if let node = map.optional("file") {
      self = try Self.file(node, kind: kind, context: context)
    } else if let node = map.optional("tensors") {
      var tensors: [String: [StoredParameters.Tensor]] = [:]
      for (name, parts) in try node.anyMapping.entries {
        var list: [StoredParameters.Tensor] = []
        for (part, value) in try parts.anyMapping.entries { list.append(try value.tensor(named: part)) }
        tensors[name] = list
      }
      self.init(kind: kind, tensors, source: "the document")
    } else if let files = map.optional("files"), kind != "linear" {
      self = try Self.arrays(files, kind: kind, context: context)
    } else {
      self = try Self.matrices(map, context: context)
    }
  }

  private static func file(
    _ node: DocumentNode, kind: String, context: ReadingContext
  ) throws(SpecificationError) -> NamedWeights {
    let path = context.resolved(try node.nonEmptyString)
    let tensors: [StoredParameters.Tensor]
    do {
      tensors = try Safetensors.readDouble(path).map { .init($0.name, shape: $0.shape, values: $0.values) }
    } catch {
      throw node.error(error.description, remedy: "")
    }
    do {
      return try NamedWeights(kind: kind, named: tensors, source: path)
    } catch {
      throw node.error(error.description, remedy: "")
    }
  }

  /// Tensors by node and name, each an `.npy` file or the numbers themselves: `{x0: {weights_0: w0.npy, slope: 0.2}}`.
  private static func arrays(
    _ files: DocumentNode, kind: String, context: ReadingContext
  ) throws(SpecificationError) -> NamedWeights {
    var tensors: [String: [StoredParameters.Tensor]] = [:]
    for (name, parts) in try files.anyMapping.entries {
      guard parts.isMapping else {
        throw parts.error(
          "one file for a node makes a linear map",
          remedy: "name a file for each tensor of the \(kind), like {weights: weights.npy}")
      }
      var list: [StoredParameters.Tensor] = []
      for (part, node) in try parts.anyMapping.entries {
        if node.isList || (try? node.double) != nil {
          list.append(try node.tensor(named: part))
          continue
        }
        let path = context.resolved(try node.nonEmptyString)
        do {
          let array = try NumPyFile.readTensor(path)
          list.append(.init(part, shape: array.shape, values: array.values))
        } catch {
          throw node.error(error.description, remedy: "")
        }
      }
      tensors[name] = list
    }
    return NamedWeights(kind: kind, tensors, source: "the document")
  }

  private static func matrices(
    _ map: DocumentMapping, context: ReadingContext
  ) throws(SpecificationError) -> NamedWeights {
    var (matrices, sources): ([String: Matrix<Double>], [String: String]) = ([:], [:])
    for (name, node) in try map.optional("files")?.anyMapping.entries ?? [] {
      let path = context.resolved(try node.nonEmptyString)
      do {
        matrices[name] = try NumPyFile.readDouble(path)
      } catch {
        throw node.error(error.description, remedy: "")
      }
      sources[name] = path
    }
    for (name, node) in try map.optional("matrices")?.anyMapping.entries ?? [] {
      matrices[name] = Matrix(try node.matrixRows)
    }
    return NamedWeights(matrices, source: "the document", nodeSources: sources)
  }
}

extension DocumentNode {
  /// A number, a list of numbers, or a list of rows.
  fileprivate func tensor(named name: String) throws(SpecificationError) -> StoredParameters.Tensor {
    guard isList else { return .init(name, try double) }
    if let first = try list.first, first.isList { return .init(name, Matrix(try matrixRows)) }
    return .init(name, try numbers)
  }
}
