internal import Datasets
internal import FoundationEssentials
internal import Glibc
internal import LinearAlgebra
public import Specifications
internal import Stochastics
internal import Synchronization

/// The other side of a sweep with isolated cells: a process that is told cells on standard input and answers with
/// their results on standard output, until its input ends. Then it ends too, in the middle of a cell: whoever asked is gone.
public enum CellWorker {
  /// Serves until the input ends.
  ///
  /// - Parameter plugins: Mechanisms and noises of your own that the plan may name.
  /// - Throws: `SpecificationError` if the first line is no setup, or an answer cannot be written.
  public static func serve(plugins: Plugins = Plugins()) throws -> Never {
    BLASRuntime.useOneThread()
    Statistics.disableGSLAbort()
    BLASRuntime.keepFreedMemory()
    let lines = InputLines()
    let setup = try CellResultCoding.decode(CellMessages.Setup.self, from: Data(lines.next().utf8))
    let plan = try SweepPlan.parse(setup.plan, file: "the plan of this sweep", plugins: plugins)
    let cells = try plan.cells()
    var namer = CellNamer(cells)
    let checkpoints = CellCheckpoints(
      plan: plan, directory: setup.directory, interval: plan.checkpointInterval, keepsModels: plan.keepsModels)
    while true {
      let words = lines.next().split(separator: " ")
      ProcessMemory.resetPeak()
      let cell = words.first.flatMap { Int($0) }.flatMap { cells.indices.contains($0) ? namer.cell(at: $0) : nil }
      let name = words.last.map(String.init) ?? ""
      let reply = answer(cell?.name == name ? cell : nil, name: name, plan: plan, checkpoints: checkpoints)
      var line = try CellResultCoding.encode(reply)
      line.append(UInt8(ascii: "\n"))
      try write(line)
    }
  }

  private static func answer(
    _ cell: PlannedCell?, name: String, plan: SweepPlan, checkpoints: CellCheckpoints
  ) -> CellMessages.Reply {
    var reply = CellMessages.Reply()
    do {
      guard let cell else {
        throw SpecificationError(
          file: nil, "the resolved plan lacks cell \(name)", remedy: "report this as a bug", status: .software)
      }
      let generators = try Generators(cells: [cell.specification], plan: plan)
      switch try CellsInProcess(generators: generators, checkpoints: checkpoints).run(cell) {
      case .done(let result, let memory): (reply.result, reply.peakMemory) = (result, memory)
      case .failed(let reason, let memory): (reply.failure, reply.peakMemory) = (reason, memory)
      }
    } catch {
      reply.end = "\(error)"
      let status = (error as? SpecificationError)?.status ?? .inputOutput
      reply.status = status.rawValue
    }
    return reply
  }

  private static func write(_ data: Data) throws {
    let bytes = [UInt8](data)
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { UnfinishedOutputs.discardAll { _exit(0) } }
      done += max(count, 0)
    }
  }
}

/// The lines of standard input, read by a thread of their own, which ends the process at the end of the input.
private final class InputLines: Sendable {
  private let waiting = Mutex<[String]>([])
  private let arrivals = Semaphore()

  init() {
    let reader = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<InputLines>.fromOpaque(argument!).takeRetainedValue().read()
        return nil
      }, reader.toOpaque())
    precondition(code == 0, "a thread could not be made: \(String(cString: strerror(code)))")
    pthread_detach(thread)
  }

  /// The next line, when it has come.
  func next() -> String {
    arrivals.wait()
    return waiting.withLock { $0.removeFirst() }
  }

  /// Reads until the end, which an error is as well: a socket whose other side was killed is reset, and `readLine()` would
  /// try again for ever.
  private func read() {
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = Glibc.read(0, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      pending += buffer[..<count]
      while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        waiting.withLock { $0.append(line) }
        arrivals.signal()
      }
    }
    UnfinishedOutputs.discardAll { _exit(0) }
  }
}

/// A counting semaphore of POSIX.
private final class Semaphore: @unchecked Sendable {
  // sem_t must not move.
  private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(handle, 0, 0) }

  deinit {
    sem_destroy(handle)
    handle.deallocate()
  }

  func wait() { while sem_wait(handle) != 0 {} }
  func signal() { sem_post(handle) }
}
