import Foundation
import Glibc
import MaskedAutoencoding
import Synchronization
import Testing

/// The second thread of a training: on a busy machine the caller may take back what it has not taken up, so that only
/// where the caller waits for it is it sure to have done something.
@Suite struct HelperThreadTests {
  /// What both halves write: each its own place.
  private final class Record {
    let results = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
    /// The calls of each half so far.
    let calls = UnsafeMutablePointer<Int>.allocate(capacity: 2)
    /// Calls of the second half on a thread that is not the first's.
    let elsewhere = Atomic<Int>(0)
    let caller = pthread_self()

    init() {
      results.initialize(repeating: 0, count: 2)
      calls.initialize(repeating: 0, count: 2)
    }

    deinit {
      results.deallocate()
      calls.deallocate()
    }

    /// What a half is to write for an input.
    static func result(_ index: Int, _ input: UInt64) -> UInt64 { (input &+ UInt64(index)) &* 0x9E37_79B9_7F4A_7C15 }

    func note(_ index: Int, _ input: UInt64) {
      results[index] = Self.result(index, input)
      calls[index] += 1
      if index == 1, pthread_equal(pthread_self(), caller) == 0 { elsewhere.add(1, ordering: .relaxed) }
    }

    /// Waits until the other thread has done something more than `before` times.
    func waitForOther(after before: Int) { wait { elsewhere.load(ordering: .relaxed) > before } }

    func isRight(_ input: UInt64) -> Bool {
      results[0] == Self.result(0, input) && results[1] == Self.result(1, input)
    }
  }

  @Test("Both halves are done once in each of 100,000 calls, the second on another thread where that is waited for")
  func manyCalls() throws {
    let (helper, record) = (HelperThread(), Record())
    var wrong = 0
    // The inputs lie where both threads read them and the caller writes them between two calls.
    let input = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    defer { input.deallocate() }
    for call in 0..<100_000 {
      input.initialize(to: UInt64(call))
      let before = record.elsewhere.load(ordering: .relaxed)
      helper.both { index in
        record.note(index, input.pointee)
        if index == 0, call % 1000 == 0 { record.waitForOther(after: before) }
      }
      try #require(call % 1000 != 0 || record.elsewhere.load(ordering: .relaxed) == before + 1)
      if !record.isRight(UInt64(call)) { wrong += 1 }
    }
    #expect(wrong == 0)
    #expect(record.calls[0] == 100_000 && record.calls[1] == 100_000)
    #expect(record.elsewhere.load(ordering: .relaxed) >= 100)
  }

  @Test("A thread that has gone to sleep is woken: the second for its half, and the first when that is done")
  func sleeps() throws {
    let (helper, record) = (HelperThread(), Record())
    for call in 0..<100 {
      // Much longer than a thread looks out before it sleeps.
      usleep(3000)
      let before = record.elsewhere.load(ordering: .relaxed)
      helper.both { index in
        record.note(index, UInt64(call))
        if index == 0 { record.waitForOther(after: before) } else { usleep(3000) }
      }
      #expect(record.isRight(UInt64(call)))
      try #require(record.elsewhere.load(ordering: .relaxed) == before + 1)
    }
    #expect(record.calls[0] == 100 && record.calls[1] == 100)
  }

  /// Threads of this process that are helpers.
  private static var count: Int {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return tasks.filter { task in
      let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
      return name?.hasPrefix("strata-helper") == true
    }.count
  }

  @Test(
    "A training on two threads has a second one if its batches are halved, and gives it up in the end",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/comm")))
  func ofTraining() async {
    // In a process of its own: other tests train at the same time.
    await #expect(processExitsWith: .success) {
      func helpers(threads: Int, batchSize: Int) -> Int {
        withExtendedLifetime(ThreadsTests.trained(threads: threads, batchSize: batchSize)) { HelperThreadTests.count }
      }
      #expect(helpers(threads: 1, batchSize: 256) == 0)
      #expect(helpers(threads: 2, batchSize: 255) == 0)
      #expect(helpers(threads: 2, batchSize: 256) == 1)
      #expect(HelperThreadTests.count == 0)
    }
  }
}
