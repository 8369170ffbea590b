internal import Datasets
internal import FoundationEssentials
internal import Glibc
internal import Specifications

extension KeptModel {
  /// Puts the models that one sweep's folder keeps into another: a hard link where the file system has them, else a copy.
  /// A model that is there stays, as its scores do.
  ///
  /// Both are whole or not there, and doing it twice does nothing.
  ///
  /// - Throws: `SpecificationError` if the folder cannot be written or a model cannot be read.
  static func takeOver(from source: String, to destination: String) throws(SpecificationError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: source + "/models")) ?? []
    let models = names.filter { $0.hasSuffix(".safetensors") }.sorted()
    guard !models.isEmpty else { return }
    try SweepDirectory(destination + "/models").create()
    for name in models {
      let (from, to) = ("\(source)/models/\(name)", "\(destination)/models/\(name)")
      if link(from, to) == 0 || errno == EEXIST { continue }
      guard let data = FileManager.default.contents(atPath: from) else {
        throw SpecificationError(
          file: from, "this model cannot be read", remedy: "mend its permissions, then merge again", status: .noInput)
      }
      do { try AtomicFile.write([UInt8](data), to: to) } catch { throw SpecificationError(error) }
    }
  }
}
