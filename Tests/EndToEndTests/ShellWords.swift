import Foundation

/// Command lines in the text of pages and scripts.
enum ShellWords {
  /// The words behind `strata` in each call of it in a script: comments, pipes and whatever else a shell does around
  /// them are left out, quotes are taken off, and a backslash at the end continues a line.
  static func calls(in script: String) -> [[String]] {
    script.replacing(/\\\n\s*/, with: " ").split(separator: "\n").flatMap { line in
      commands(of: String(line)).compactMap { words in
        // `cd strata` calls nothing.
        words.dropLast().firstIndex(of: "strata").map { Array(words[($0 + 1)...]) }
      }
    }
  }

  /// The simple commands of a line, word by word.
  private static func commands(of line: String) -> [[String]] {
    var (result, words, word): ([[String]], [String], String?) = ([], [], nil)
    var quote: Character?
    func endWord() {
      if let ended = word { words.append(ended) }
      word = nil
    }
    func endCommand() {
      endWord()
      if !words.isEmpty { result.append(words) }
      words = []
    }
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == "#", word == nil {
        break
      } else if character == " " {
        endWord()
      } else if "|&;<>".contains(character) {
        endCommand()
      } else {
        word = (word ?? "") + String(character)
      }
    }
    endCommand()
    return result
  }
}
