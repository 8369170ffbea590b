internal import Dispatch
internal import Synchronization

/// Writes to the store in the background while the next cells run: what a worker gives it is done in order, one thing at a time.
///
/// A worker never gets further ahead than the cell behind the one that is being written, so a kill at any moment costs at most
/// the milliseconds of work that were not yet on the disk. Nothing is reported as finished before it is.
final class ResultWriter: Sendable {
  // A thread of its own: the cooperative pool has one for each core, and cells hold those for minutes.
  private let queue = DispatchQueue(label: "strata.results")
  private let places: DispatchSemaphore
  private let failure = Mutex<(any Error)?>(nil)

  /// A writer for some workers.
  init(workers: Int) { places = DispatchSemaphore(value: workers) }

  /// Does something soon that takes no place: a note in the store.
  ///
  /// - Throws: what earlier work threw.
  func note(_ work: @escaping @Sendable () throws -> Void) throws {
    try check()
    queue.async { self.perform(work) }
  }

  /// Does something soon; waits first while as many as there are workers are still to be done.
  ///
  /// - Throws: what earlier work threw.
  func write(_ work: @escaping @Sendable () throws -> Void) throws {
    places.wait()
    do { try check() } catch {
      places.signal()
      throw error
    }
    queue.async {
      self.perform(work)
      self.places.signal()
    }
  }

  /// Waits until everything is done.
  ///
  /// - Throws: the first error of any work.
  func finish() throws {
    queue.sync {}
    try check()
  }

  /// Behind an error nothing more is done: the next would meet a full disk too.
  private func perform(_ work: () throws -> Void) {
    guard failure.withLock({ $0 == nil }) else { return }
    do { try work() } catch { failure.withLock { $0 = error } }
  }

  private func check() throws {
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
