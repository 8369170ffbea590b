internal import Datasets
internal import Foundation
internal import Reporting
internal import Specifications

/// The folder of a report under construction: made under a temporary name beside its place and renamed when it is whole. A
/// report that stands there is replaced; a folder with anything else in it is not.
struct ReportFolder {
  /// The page.
  static let page = "report.html"
  private static let folders = ["tables", "figures"]

  private let path: String
  private let output: TemporaryOutput

  /// - Throws: `SpecificationError` or `DatasetError` (cannotCreate) if the place is taken or may not be written.
  init(_ path: String) throws {
    self.path = path
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw SpecificationError(
        file: path, "the folder '\(parent)' does not exist", remedy: "create it first", status: .cannotCreate)
    }
    if case .other(let name) = Self.content(path) {
      throw SpecificationError(
        file: path, "this folder holds '\(name)', which is no part of a report, and is left alone",
        remedy: "choose another place for --out, or empty it", status: .cannotCreate)
    }
    output = try TemporaryOutput.folder(for: path, replacesExport: true, content: Self.content)
  }

  /// Where the files lie in the meantime.
  var url: URL { URL(fileURLWithPath: output.temporaryPath) }

  /// Makes one of the two folders inside, if it is not there. Never the folder around it: on a signal that is removed, and
  /// must not come back.
  func makeFolder(_ name: String) throws {
    precondition(Self.folders.contains(name), "a report has no folder \(name)")
    let folder = url.appendingPathComponent(name)
    guard !FileManager.default.fileExists(atPath: folder.path) else { return }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    } catch { throw failure(error) }
  }

  /// Writes a file and syncs it.
  func write(_ text: String, as name: String) throws {
    do { try OutputFile.write(text, to: "\(output.temporaryPath)/\(name)") } catch { throw failure(error) }
  }

  /// Syncs a file that another program has written.
  func synchronize(_ name: String) throws { try output.synchronize("\(output.temporaryPath)/\(name)") }

  /// Puts the folder in its place.
  func publish() throws {
    for folder in Self.folders where FileManager.default.fileExists(atPath: url.appendingPathComponent(folder).path) {
      try synchronize(folder)
    }
    try output.publish()
  }

  /// Removes what was written.
  func discard() { output.discard() }

  /// An error about the report, not about the temporary name that the user never gave.
  private func failure(_ error: any Error) -> any Error {
    guard var error = error as? SpecificationError else {
      return SpecificationError(
        file: path, "writing failed: \((error as NSError).localizedDescription)", remedy: "check the disk",
        status: .inputOutput)
    }
    error.file = path
    return error
  }

  /// What stands in a report's place: a report is a page with our mark and the files that it links to, and nothing else.
  @Sendable static func content(_ path: String) -> ExportFolder.Content {
    let names = UnfinishedOutputs.entries(path).sorted()
    guard !names.isEmpty else { return .nothing }
    guard
      let page = FileManager.default.contents(atPath: "\(path)/\(page)").map({ String(decoding: $0, as: UTF8.self) }),
      page.contains(ReportPage.mark)
    else { return .other(names[0]) }
    for name in names where name != Self.page {
      guard folders.contains(name) else { return .other(name) }
      for file in UnfinishedOutputs.entries("\(path)/\(name)").sorted()
      where !page.contains("href=\"\(name)/\(file)\"") { return .other("\(name)/\(file)") }
    }
    return .export
  }
}
