import Desired
import Model

/// A word where a command should stand, and the one that was probably meant.
package struct UnknownCommand: CustomStringConvertible {
    private let word: String
    private let guess: String?

    package init(_ word: String, among names: [String]) {
        self.word = word
        guess = Spelling.nearest(to: word, among: names)
    }

    /// As all errors are printed.
    package var description: String {
        "error: there is no command \(VisibleText.quoted(word))"
            + (guess.map { "; did you mean \($0)?" } ?? "") + "\n       `apus --help` lists them"
    }
}
