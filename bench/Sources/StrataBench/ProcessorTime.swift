internal import Glibc

/// Processor time of this process, which other work on the machine does not add to: for what runs on one thread.
enum ProcessorTime {
  /// Since the process began.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
