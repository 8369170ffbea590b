internal import FoundationEssentials
internal import Glibc
internal import LinearAlgebra
internal import Stochastics

/// Where results come from: a row of the table `runs`. Nothing that a cell computes depends on it.
struct Provenance: Sendable {
  let plan: String
  let shard: String?
  let workers: Int
  let isIsolated: Bool
  let host = Host.name
  let process = Int(getpid())
  let startedAt = Date().timeIntervalSince1970
  let version = StrataVersion.current
  let gitRevision = GitRevision.ofExecutable
  let compiler = StrataVersion.compiler
  let blas = BLASRuntime.configuration
  let blasKernel = BLASRuntime.coreName
  let gsl = Statistics.gslVersion
  let cpu = ResolvedPlan.cpu
}

/// The commit that is checked out where the executable lies.
enum GitRevision {
  /// 40 hexadecimal digits; nil where the executable does not lie in a checkout.
  static var ofExecutable: String? {
    guard var folder = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) else {
      return nil
    }
    while let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
      folder = String(folder[..<slash])
      if let revision = revision(ofCheckout: folder) { return revision }
    }
    return nil
  }

  /// The commit that a folder with `.git` is at: gitrepository-layout(5).
  static func revision(ofCheckout folder: String) -> String? {
    var git = folder + "/.git"
    // In a linked work tree it is a file that says where the real one is.
    if let link = firstLine(git), link.hasPrefix("gitdir: ") { git = String(link.dropFirst(8)) }
    guard let head = firstLine(git + "/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return isHash(head) ? head : nil }
    let reference = String(head.dropFirst(5))
    let common = firstLine(git + "/commondir").map { $0.hasPrefix("/") ? $0 : "\(git)/\($0)" } ?? git
    if let hash = firstLine("\(common)/\(reference)"), isHash(hash) { return hash }
    guard let packed = FileManager.default.contents(atPath: common + "/packed-refs") else { return nil }
    let line = String(decoding: packed, as: UTF8.self).split(separator: "\n").first { $0.hasSuffix(" \(reference)") }
    return line.map { String($0.prefix(40)) }.flatMap { isHash($0) ? $0 : nil }
  }

  private static func firstLine(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init)
  }

  private static func isHash(_ text: String) -> Bool { text.count == 40 && text.allSatisfy(\.isHexDigit) }
}

/// The memory of this process.
enum ProcessMemory {
  /// The largest resident size so far, in bytes; nil where /proc does not tell.
  static var peak: Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1024 }
  }

  /// Begins ``peak`` anew at the present size: proc(5), clear_refs.
  static func resetPeak() {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, "5", 1)
    close(descriptor)
  }

  /// The resident size of a process in bytes; nil if it has ended.
  static func resident(of process: pid_t) -> Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/statm") else { return nil }
    let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * Int(getpagesize()) } : nil
  }
}
