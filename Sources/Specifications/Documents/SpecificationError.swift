/// Exit codes of the program, after BSD's sysexits.h, so that scripts can tell what kind of thing went wrong.
public enum ExitStatus: Int32, Sendable {
  /// EX_USAGE: the command line is wrong.
  case usage = 64
  /// EX_DATAERR: a file's content is wrong.
  case invalidData = 65
  /// EX_NOINPUT: a file is missing, unreadable, or a directory.
  case noInput = 66
  /// EX_UNAVAILABLE: a program that is needed is not installed.
  case unavailable = 69
  /// EX_SOFTWARE: a bug of this program.
  case software = 70
  /// EX_CANTCREAT: an output file cannot be created.
  case cannotCreate = 73
  /// EX_IOERR: reading or writing failed midway.
  case inputOutput = 74
  /// EX_TEMPFAIL: something is in the way, or part of the work is left; the same or a named command mends it.
  case temporaryFailure = 75
}

/// What is wrong in something the user wrote: where, what, and how to mend it.
public struct SpecificationError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file as the user named it; `nil` when the text did not come from a file (an option's value).
  public var file: String?
  /// The line, from 1; `nil` when the whole file is meant.
  public var line: Int?
  /// The column, from 1, in Unicode scalars.
  public var column: Int?
  /// The key, like `.mask_ratios[1]`; `nil` for the whole document.
  public var keyPath: String?
  /// What is wrong, naming the value.
  public var message: String
  /// What the user should do.
  public var remedy: String
  /// The exit code that this error calls for.
  public var status: ExitStatus

  /// An error; by default about the content of a whole file.
  public init(
    file: String?, line: Int? = nil, column: Int? = nil, keyPath: String? = nil, _ message: String, remedy: String,
    status: ExitStatus = .invalidData
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.keyPath = keyPath
    self.message = message
    self.remedy = remedy
    self.status = status
  }

  /// One line, whatever the texts contain: `plan.yaml:12:5: .mask_ratios[1]: 1.2 is not …; give …`.
  public var description: String {
    var place = file ?? ""
    if let line { place += ":\(line)" }
    if let line, line > 0, let column { place += ":\(column)" }
    let parts = [place, keyPath ?? "", remedy.isEmpty ? message : "\(message); \(remedy)"]
    return parts.filter { !$0.isEmpty }.joined(separator: ": ").escapingControlCharacters
  }
}

extension String {
  /// The text with line breaks and other control characters written as escapes, so that it stays on one line.
  package var escapingControlCharacters: String {
    guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
    return unicodeScalars.map { scalar in
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case _ where scalar.properties.generalCategory == .control: "\\u{\(String(scalar.value, radix: 16))}"
      default: String(scalar)
      }
    }.joined()
  }

  /// The text in single quotes, on one line, cut at 60 characters: for quoting a user's value back.
  package var quoted: String {
    let line = escapingControlCharacters
    return line.count > 60 ? "'\(line.prefix(57))…'" : "'\(line)'"
  }
}
