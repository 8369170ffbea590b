public import LinearAlgebra

/// A folder of `.npy` matrices and texts beside them, written whole or not at all.
public enum MatrixFolder {
  /// Writes a new folder, or fills an empty one.
  ///
  /// - Parameters:
  ///   - path: The folder; its parent must exist.
  ///   - matrices: By file name without `.npy`; float64, C order.
  ///   - texts: By file name.
  /// - Throws: ``DatasetError/cannotWrite(file:reason:)``, also for a folder that is not empty;
  ///   ``DatasetError/diskFull(file:)``. Nothing is left behind then.
  public static func write(
    _ matrices: [(name: String, values: Matrix<Double>)], texts: [(name: String, text: String)], to path: String
  ) throws(DatasetError) {
    let output = try TemporaryOutput.folder(for: path)
    do throws(DatasetError) {
      for (name, values) in matrices { try NumPyFile.write(values, to: "\(output.temporaryPath)/\(name).npy") }
      for (name, text) in texts {
        do {
          try AtomicFile.write(text, to: "\(output.temporaryPath)/\(name)")
        } catch {
          throw .writing(path, code: error.code)
        }
      }
      try output.publish()
    } catch {
      output.discard()
      throw error
    }
  }
}
