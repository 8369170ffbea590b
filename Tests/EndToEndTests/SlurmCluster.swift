import Foundation

/// A real Slurm on this host: a controller and three nodes of one processor, with keys, sockets, state and logs in
/// one folder and on ports that were free. It needs root and Debian's `slurmctld slurmd slurm-client munge`, and
/// neither services nor a certain name of the host.
final class SlurmCluster {
  static let nodes = ["n1", "n2", "n3"]

  /// What is missing here; nil if a cluster can be started.
  static var obstacle: String? {
    let tools = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "sinfo", "scancel"]
    let missing = tools.filter { find($0) == nil }
    if !missing.isEmpty { return "no \(missing.joined(separator: ", ")); scripts/setup --tests installs them" }
    return geteuid() == 0 ? nil : "Slurm's daemons need root here"
  }

  /// Slurm's commands find the cluster by this.
  var environment: [String: String] { ["SLURM_CONF": folder.appending(path: "slurm.conf").path] }

  private let folder: URL
  private var daemons: [String: Daemon] = [:]

  /// Starts it and waits until all nodes are idle.
  ///
  /// - Throws: `SlurmFailure` with the daemons' logs; then nothing of it runs any more.
  init(in folder: URL) throws {
    self.folder = folder
    for name in ["state", "log"] + Self.nodes.map({ "spool/\($0)" }) {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    let key = folder.appending(path: "munge.key")
    // A secret of this host for a minute, not a source of anything that is tested.
    try Data((0..<128).map { _ in UInt8.random(in: 0...255) }).write(to: key)
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: key.path)
    try Data(configuration(ports: Self.freePorts(4)).utf8).write(to: folder.appending(path: "slurm.conf"))
    do {
      let own = ["key-file": "munge.key", "pid-file": "munge.pid", "log-file": "log/munge", "seed-file": "munge.seed"]
      try start(
        "munged", "munged",
        ["--foreground", "--force", "--socket=\(socket)"]
          + own.map { "--\($0.key)=\(folder.appending(path: $0.value).path)" })
      guard wait(30, until: { FileManager.default.fileExists(atPath: socket) }) else { throw failure("munged") }
      try startController()
      for node in Self.nodes { try start(node, "slurmd", ["-D", "-N", node]) }
      let isUp = wait(60, every: 0.3) {
        output("sinfo", ["-h", "-N", "-o", "%N %T"]).split(separator: "\n").count { $0.hasSuffix(" idle") } == 3
      }
      guard isUp else { throw failure("three idle nodes") }
    } catch {
      stop()
      throw error
    }
  }

  /// Starts the controller, which goes on where an earlier one was ended.
  func startController() throws { try start("slurmctld", "slurmctld", ["-D"]) }

  /// Ends the controller as its service does. (Killed, it would forget what was submitted in the last seconds: it
  /// writes its state down only so often.)
  func endController() { daemons.removeValue(forKey: "slurmctld")?.terminate() }

  /// Kills a daemon, such as a node's; what it was running stays.
  func kill(_ daemon: String) { daemons.removeValue(forKey: daemon)?.kill() }

  /// Ends the daemons and whatever they and their jobs have started; bounded, and done twice it does nothing.
  ///
  /// - Returns: Processes that would not end.
  @discardableResult func stop() -> [pid_t] {
    // First those who would start more.
    for name in daemons.keys where name != "munged" { kill(name) }
    wait(20, every: 0.05) {
      let rest = processes { _ in true }.filter { $0 != daemons["munged"]?.identifier }
      for process in rest { Foundation.kill(process, SIGKILL) }
      return rest.isEmpty
    }
    kill("munged")
    return processes { _ in true }
  }

  /// Processes of this cluster's jobs with some words among their arguments, such as `--shard`.
  func processes(with words: String...) -> [pid_t] {
    processes { arguments in words.allSatisfy(arguments.contains) }
  }

  /// Processes that know this cluster by their environment, all of its daemons among them.
  private func processes(_ matches: ([String]) -> Bool) -> [pid_t] {
    let variable = "SLURM_CONF=" + environment["SLURM_CONF"]!
    let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    return numbers.filter { number in
      func words(_ file: String) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(number)/\(file)") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      }
      return words("environ").contains(variable) && matches(words("cmdline"))
    }
  }

  /// What a command of Slurm prints; it is ended after ten seconds, and nothing is printed where it fails.
  func output(_ command: String, _ arguments: [String]) -> String {
    let file = folder.appending(path: "output-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let process = try? Daemon(
      "/usr/bin/timeout", ["-s", "KILL", "10", Self.find(command) ?? command] + arguments, environment: environment,
      log: file.path)
    guard let process, wait(20, until: { !process.isRunning }) else { return "" }
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }

  /// Waits until something is so; false after so many seconds.
  @discardableResult func wait(
    _ seconds: Double, every interval: Double = 0.02, until isReady: () throws -> Bool
  ) rethrows -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while try !isReady() {
      if Date() > end { return false }
      usleep(UInt32(interval * 1e6))
    }
    return true
  }

  private var socket: String { folder.appending(path: "munge.socket").path }

  private func start(_ name: String, _ tool: String, _ arguments: [String]) throws {
    daemons[name] = try Daemon(
      Self.find(tool) ?? tool, arguments, environment: environment, log: folder.appending(path: "log/\(name).out").path)
  }

  private func failure(_ what: String) -> SlurmFailure {
    let log = folder.appending(path: "log")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: log.path).sorted()) ?? []
    return SlurmFailure(
      description: "no \(what)\n"
        + names.map { "\($0): \((try? String(contentsOf: log.appending(path: $0), encoding: .utf8)) ?? "")" }
        .joined(separator: "\n"))
  }

  private static func find(_ tool: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return (folders + ["/usr/sbin", "/usr/bin"]).map { "\($0)/\(tool)" }.first { access($0, X_OK) == 0 }
  }

  /// Ports that nobody listened on a moment ago, all different.
  private static func freePorts(_ count: Int) -> [Int] {
    let sockets = (0..<count).map { _ in Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    defer { for socket in sockets { close(socket) } }
    return sockets.map { socket in
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(socket, $0, length)
          _ = getsockname(socket, $0, &length)
        }
      }
      return Int(UInt16(bigEndian: address.sin_port))
    }
  }

  /// The daemons listen on all addresses, since to listen on one they look up the host's name, which not every host has;
  /// whoever lacks the key is refused. cred_expire and SlurmdTimeout are the delays of a requeued task and of a lost node: short, so that tests need not
  /// wait for minutes.
  private func configuration(ports: [Int]) -> String {
    let place = folder.path
    let nodes = zip(Self.nodes, ports.dropFirst()).map {
      "NodeName=\($0) NodeHostname=localhost NodeAddr=127.0.0.1 Port=\($1) CPUs=1 RealMemory=1000 State=UNKNOWN\n"
    }
    return """
      ClusterName=strata
      SlurmctldHost=localhost(127.0.0.1)
      SlurmctldPort=\(ports[0])
      SlurmUser=root
      SlurmdUser=root
      AuthType=auth/munge
      CredType=cred/munge
      AuthInfo=socket=\(socket),cred_expire=5
      StateSaveLocation=\(place)/state
      SlurmdSpoolDir=\(place)/spool/%n
      SlurmctldPidFile=\(place)/slurmctld.pid
      SlurmdPidFile=\(place)/slurmd.%n.pid
      SlurmctldLogFile=\(place)/log/slurmctld.log
      SlurmdLogFile=\(place)/log/slurmd.%n.log
      ProctrackType=proctrack/linuxproc
      TaskPlugin=task/none
      SelectType=select/cons_tres
      SelectTypeParameters=CR_Core
      SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=1
      JobAcctGatherType=jobacct_gather/none
      AccountingStorageType=accounting_storage/none
      MpiDefault=none
      SwitchType=switch/none
      MailProg=/bin/true
      ReturnToService=2
      SlurmctldTimeout=30
      SlurmdTimeout=6
      MinJobAge=3600
      KillWait=2
      JobRequeue=1
      \(nodes.joined())PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP

      """
  }
}

/// A cluster that does not start, with its logs.
struct SlurmFailure: Error, CustomStringConvertible {
  let description: String
}
