internal import Dispatch
internal import Synchronization

/// Writes to the store in the background while the next cells run: what a worker gives it is done in order, one thing at a time.
///
/// Up to two cells for each worker may be computed and not yet written: as many as there are workers wait here, and a worker
/// whose cell finds no place waits with it. Normally a cell waits for the milliseconds of one commit. Nothing is reported as
/// finished before it is on the disk.
final class ResultWriter: Sendable {
  /// The first error, and what to do when there is one.
  private struct State {
    var failure: (any Error)?
    var onFailure: (@Sendable () -> Void)?
  }

  // A thread of its own: the cooperative pool has one for each core, and cells hold those for minutes.
  private let queue = DispatchQueue(label: "strata.results")
  private let places: DispatchSemaphore
  private let state = Mutex(State())

  /// A writer for some workers.
  init(workers: Int) { places = DispatchSemaphore(value: workers) }

  /// Sets what is done at the first error, at once if there was one: the cells that are running would not be kept either.
  func whenFailing(_ action: @escaping @Sendable () -> Void) {
    let hasFailed = state.withLock { state in
      state.onFailure = action
      return state.failure != nil
    }
    if hasFailed { action() }
  }

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
    guard state.withLock({ $0.failure == nil }) else { return }
    do { try work() } catch {
      let action = state.withLock { state in
        state.failure = error
        return state.onFailure
      }
      action?()
    }
  }

  private func check() throws {
    if let error = state.withLock({ $0.failure }) { throw error }
  }
}
