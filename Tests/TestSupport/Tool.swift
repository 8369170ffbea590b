import Foundation

/// A program of the path other than Strata's own.
public enum Tool {
  /// Runs a program and reads what it prints.
  ///
  /// - Parameter arguments: Its name, and what it is given; assignments to environment variables may come first.
  /// - Returns: Its exit code, and standard output and standard error together; nil if nothing could be started. A program
  ///   that the path does not have is exit code 127.
  public static func run(_ arguments: [String]) -> (status: Int32, text: String)? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
