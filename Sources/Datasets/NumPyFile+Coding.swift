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
    let header = try NumPyHeader(bytes, file: file)
    return switch header.element {
    case .float32: header.matrix(of: bytes, Float.self).double
    case .float64: header.matrix(of: bytes, Double.self)
    case .byte, .uint16: header.integerMatrix(of: bytes)
    }
  }

  /// The matrix of a file's bytes, in single precision.
  package static func decodeFloat(_ bytes: [UInt8], file: String) throws(DatasetError) -> Matrix<Float> {
    let header = try NumPyHeader(bytes, file: file)
    return switch header.element {
    case .float32: header.matrix(of: bytes, Float.self)
    case .float64: header.matrix(of: bytes, Double.self).float
    case .byte, .uint16: header.integerMatrix(of: bytes).float
    }
  }
}

/// What the head of a file says, checked against its length.
private struct NumPyHeader {
  enum Element: Int {
    case byte = 1
    case uint16 = 2
    case float32 = 4
    case float64 = 8
  }

  let element: Element
  let isFortranOrdered: Bool
  let rows: Int
  let columns: Int
  let dataStart: Int

  init(_ bytes: [UInt8], file: String) throws(DatasetError) {
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
    guard let type = fields["descr"], let order = fields["fortran_order"], let shapeText = fields["shape"] else {
      throw malformed("the header has no descr, fortran_order and shape")
    }
    switch type {
    case "'<f4'", "\"<f4\"": element = .float32
    case "'<f8'", "\"<f8\"": element = .float64
    case "'|u1'", "\"|u1\"", "'|b1'", "\"|b1\"": element = .byte
    case "'<u2'", "\"<u2\"": element = .uint16
    default:
      throw .unsupportedType(
        file: file, type: type, remedy: "convert the array with .astype('<f4') or .astype('<f8')")
    }
    switch order {
    case "True": isFortranOrdered = true
    case "False": isFortranOrdered = false
    default: throw malformed("fortran_order is \(order)")
    }
    guard let shape = Self.tuple(shapeText), let count = elementCount(shape) else {
      throw malformed("shape is \(shapeText)")
    }
    guard shape.count == 2 else { throw .unsupportedShape(file: file, shape: shape) }
    (rows, columns) = (shape[0], shape[1])
    let (size, overflow) = count.multipliedReportingOverflow(by: element.rawValue)
    guard !overflow, size <= Int.max - dataStart else { throw malformed("shape is \(shapeText)") }
    guard bytes.count >= dataStart + size else {
      throw .truncated(file: file, bytes: bytes.count, expected: dataStart + size)
    }
    guard bytes.count == dataStart + size else {
      throw malformed("\(bytes.count - dataStart - size) bytes follow the array")
    }
  }

  func matrix<Scalar: LinearAlgebraScalar>(of bytes: [UInt8], _ type: Scalar.Type) -> Matrix<Scalar> {
    let values = bytes.numbers(type, at: dataStart, count: rows * columns)
    guard isFortranOrdered else { return Matrix(rows: rows, columns: columns, storage: values) }
    return Matrix(rows: columns, columns: rows, storage: values).transposed()
  }

  /// Flags and small integers as numbers.
  func integerMatrix(of bytes: [UInt8]) -> Matrix<Double> {
    let size = element.rawValue
    let values = (0..<rows * columns).map { i in
      Double(bytes.unsignedInteger(at: dataStart + i * size, bytes: size))
    }
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
