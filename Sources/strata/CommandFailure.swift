internal import ArgumentParser
internal import Datasets
internal import Foundation
internal import GenerativeModels
internal import HierarchicalGraphs
internal import Recovery
internal import Specifications
internal import Sweeps

/// Runs the body of a command and turns its errors into one line on standard error and an exit code of sysexits.h.
///
/// - Throws: `ExitCode` for errors about specifications and graphs, after printing them; argument errors unchanged, which
///   ArgumentParser prints with the usage (64).
func reporting<T>(_ body: () throws -> T) throws -> T {
  do { return try body() } catch { throw failure(of: error) }
}

/// As ``reporting(_:)-(()->T)``, for commands that wait.
func reporting<T>(isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T) async throws -> T {
  do { return try await body() } catch { throw failure(of: error) }
}

/// Prints a note on standard error that does not stop the command.
func printNote(_ text: String) { printLine("Note: \(text)") }

private func failure(of error: any Error) -> any Error {
  switch error {
  case is ExitCode, is ValidationError, is CleanExit: return error
  case let error as SpecificationError:
    printLine("Error: \(error)")
    return ExitCode(error.status.rawValue)
  case let error as DatasetError:
    printLine("Error: \(error)")
    return ExitCode(SpecificationError(error).status.rawValue)
  case is GraphError, is ModelError, is RecoveryError, is NonFiniteValues:
    printLine("Error: \(error)")
    return ExitCode(ExitStatus.invalidData.rawValue)
  default:
    printLine("Error: \(error)")
    return ExitCode(ExitStatus.software.rawValue)
  }
}

private func printLine(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
