package import LinearAlgebra

extension NumPyFile {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The bytes of a float32 file.
  package static func encode(_ matrix: Matrix<Float>) -> [UInt8] { encode(matrix, type: "<f4") }

  /// The bytes of a float64 file.
  package static func encode(_ matrix: Matrix<Double>) -> [UInt8] { encode(matrix, type: "<f8") }

  private static func encode<Scalar>(_ matrix: Matrix<Scalar>, type: String) -> [UInt8] {
    var bytes = header(type: type, shape: [matrix.rows, matrix.columns])
    bytes.append(numbers: matrix.storage)
    return bytes
  }

  /// Everything before the elements of a C-ordered array.
  static func header(type: String, shape: [Int]) -> [UInt8] {
    let tuple = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
    // Spaces and a line feed up to a multiple of 64 bytes, so that the data is aligned. Two extents of at most 19 digits
    // always fit version 1.
    let length = (10 + header.count + 1 + 63) / 64 * 64 - 10
    header += [UInt8](repeating: UInt8(ascii: " "), count: length - header.count - 1) + [UInt8(ascii: "\n")]
    var bytes = magic + [1, 0]
    bytes.append(length, bytes: 2)
    return bytes + header
  }

  /// The matrix of a file's bytes, in double precision.
  package static func decodeDouble(_ bytes: [UInt8], file: String) throws(DatasetError) -> Matrix<Double> {
    let header = try NumPyHeader(bytes, file: file, axes: 2)
    return header.matrix(header.doubles(of: bytes))
  }

  /// The matrix of a file's bytes, in single precision.
  package static func decodeFloat(_ bytes: [UInt8], file: String) throws(DatasetError) -> Matrix<Float> {
    let header = try NumPyHeader(bytes, file: file, axes: 2)
    guard header.type == .float(4) else { return header.matrix(header.doubles(of: bytes)).float }
    return header.matrix(bytes.numbers(Float.self, at: header.dataStart, count: header.count))
  }

  /// An array of any number of axes, in double precision and in C order.
  static func decodeTensor(_ bytes: [UInt8], file: String) throws(DatasetError) -> (shape: [Int], values: [Double]) {
    let header = try NumPyHeader(bytes, file: file, axes: nil)
    return (header.shape, header.inCOrder(header.doubles(of: bytes)))
  }

  /// The elements of an array of one axis, in double precision.
  static func decodeVector(_ bytes: [UInt8], file: String) throws(DatasetError) -> [Double] {
    try NumPyHeader(bytes, file: file, axes: 1).doubles(of: bytes)
  }
}

/// What the head of a file says, checked against its length.
private struct NumPyHeader {
  /// Elements and their bytes.
  enum ElementType: Equatable {
    case float(Int)
    case signed(Int)
    case unsigned(Int)

    /// - Parameter descr: As the header says it, without quotes; nil for what is not read.
    init?(descr: String) {
      switch descr {
      case "<f4": self = .float(4)
      case "<f8": self = .float(8)
      case "|b1", "|u1": self = .unsigned(1)
      case "|i1": self = .signed(1)
      case "<u2", "<u4", "<u8": self = .unsigned(Int(descr.suffix(1)) ?? 0)
      case "<i2", "<i4", "<i8": self = .signed(Int(descr.suffix(1)) ?? 0)
      default: return nil
      }
    }

    var size: Int {
      switch self {
      case .float(let size), .signed(let size), .unsigned(let size): size
      }
    }
  }

  let type: ElementType
  let isFortranOrdered: Bool
  let shape: [Int]
  let count: Int
  let dataStart: Int

  /// - Parameter axes: How many axes the array must have; nil for any number.
  init(_ bytes: [UInt8], file: String, axes: Int?) throws(DatasetError) {
    func malformed(_ reason: String) -> DatasetError { .malformed(file: file, format: ".npy", reason: reason) }
    guard bytes.count >= 10 else { throw .truncated(file: file, bytes: bytes.count, expected: 10) }
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else { throw malformed("it does not begin with \\x93NUMPY") }
    guard (1...3).contains(bytes[6]) else { throw malformed("its version is \(bytes[6]).\(bytes[7])") }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    guard bytes.count >= 8 + lengthBytes else {
      throw .truncated(file: file, bytes: bytes.count, expected: 8 + lengthBytes)
    }
    dataStart = 8 + lengthBytes + Int(bytes.unsignedInteger(at: 8, bytes: lengthBytes))
    guard bytes.count >= dataStart else { throw .truncated(file: file, bytes: bytes.count, expected: dataStart) }
    let fields = Self.fields(String(decoding: bytes[(8 + lengthBytes)..<dataStart], as: UTF8.self))
    guard let descr = fields["descr"], let order = fields["fortran_order"], let shapeText = fields["shape"] else {
      throw malformed("the header has no descr, fortran_order and shape")
    }
    guard let element = ElementType(descr: descr.filter { $0 != "'" && $0 != "\"" }) else {
      throw .unsupportedType(
        file: file, type: descr, remedy: "convert the array with .astype('<f4') or .astype('<f8')")
    }
    type = element
    switch order {
    case "True": isFortranOrdered = true
    case "False": isFortranOrdered = false
    default: throw malformed("fortran_order is \(order)")
    }
    guard let shape = Self.tuple(shapeText), let count = elementCount(shape) else {
      throw malformed("shape is \(shapeText)")
    }
    guard axes == nil || shape.count == axes else { throw .unsupportedShape(file: file, shape: shape) }
    (self.shape, self.count) = (shape, count)
    let (size, overflow) = count.multipliedReportingOverflow(by: type.size)
    guard !overflow, size <= Int.max - dataStart else { throw malformed("shape is \(shapeText)") }
    guard bytes.count >= dataStart + size else {
      throw .truncated(file: file, bytes: bytes.count, expected: dataStart + size)
    }
    guard bytes.count == dataStart + size else {
      throw malformed("\(bytes.count - dataStart - size) bytes follow the array")
    }
  }

  /// The elements in the order of the file, in double precision; integers beyond 2⁵³ are rounded.
  func doubles(of bytes: [UInt8]) -> [Double] {
    switch type {
    case .float(4): return bytes.numbers(Float.self, at: dataStart, count: count).map(Double.init)
    case .float: return bytes.numbers(Double.self, at: dataStart, count: count)
    case .unsigned(let size):
      return (0..<count).map { Double(bytes.unsignedInteger(at: dataStart + $0 * size, bytes: size)) }
    case .signed(let size):
      return (0..<count).map { i in
        let raw = bytes.unsignedInteger(at: dataStart + i * size, bytes: size)
        // The sign bit moves to the top and back.
        return Double(Int64(bitPattern: raw << (64 - 8 * size)) >> (64 - 8 * size))
      }
    }
  }

  /// Elements in the order of the file, with the last axis running fastest.
  func inCOrder(_ values: [Double]) -> [Double] {
    guard isFortranOrdered, shape.count > 1 else { return values }
    // In the file the first axis has stride 1.
    let strides = shape.reduce(into: [1]) { $0.append($0[$0.count - 1] * $1) }
    return (0..<count).map { index in
      var (rest, position) = (index, 0)
      for axis in shape.indices.reversed() {
        position += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return values[position]
    }
  }

  /// The elements of two axes as a matrix.
  func matrix<Scalar: LinearAlgebraScalar>(_ values: [Scalar]) -> Matrix<Scalar> {
    let (rows, columns) = (shape[0], shape[1])
    guard isFortranOrdered else { return Matrix(rows: rows, columns: columns, storage: values) }
    return Matrix(rows: columns, columns: rows, storage: values).transposed()
  }

  /// The entries of a Python dictionary literal whose keys are plain strings, values as written. Commas and colons count
  /// outside brackets and quotes only.
  private static func fields(_ text: String) -> [String: String] {
    guard let open = text.firstIndex(of: "{"), let close = text.lastIndex(of: "}"), open < close else { return [:] }
    var (fields, key, current): ([String: String], String, String) = ([:], "", "")
    var (depth, quote): (Int, Character?) = (0, nil)
    for character in text[text.index(after: open)..<close] + "," {
      switch character {
      case "'", "\"": quote = quote == nil ? character : quote == character ? nil : quote
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case ":" where quote == nil && depth == 0:
        (key, current) = (current, "")
        continue
      case "," where quote == nil && depth == 0:
        let name = key.filter { !" '\"".contains($0) }
        if !name.isEmpty { fields[name] = current.filter { !$0.isWhitespace } }
        (key, current) = ("", "")
        continue
      default: break
      }
      current.append(character)
    }
    return fields
  }

  /// The integers of a Python tuple; nil if it is none.
  private static func tuple(_ text: String) -> [Int]? {
    guard text.first == "(", text.last == ")" else { return nil }
    let parts = text.dropFirst().dropLast().split(separator: ",").map { $0.filter { $0 != " " } }
    let numbers = parts.filter { !$0.isEmpty }.map { Int($0) }
    return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
  }
}
