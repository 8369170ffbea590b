internal import CTraining

/// A second thread for work that comes again thousands of times a second. It looks out for the next piece for some fifty
/// microseconds before it sleeps; what it has not taken up when the first thread is ready, that one does.
package final class HelperThread {
  /// Nil if the system gave no thread: the caller's does all the work then.
  private let helper: OpaquePointer?

  /// Starts the thread, which ends with this object.
  package init() { helper = strata_helper_create() }

  deinit {
    if let helper { strata_helper_destroy(helper) }
  }

  /// Calls `body` with 0 on this thread and, if possible at the same time, with 1 on the other; returns when both are done.
  package func both(_ body: (Int) -> Void) {
    guard let helper else {
      body(0)
      return body(1)
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { pointer in
        let context = UnsafeMutableRawPointer(mutating: pointer)
        strata_helper_start(helper, { $0!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(1) }, context)
        body(0)
        strata_helper_wait(helper)
      }
    }
  }
}
