/// What a list of rules came to.
package enum Verdict: BitwiseCopyable, Equatable {
    /// No rule decided: go on.
    case proceed
    /// Go on without the rest of the list.
    case allow
    /// Answer with a reply of the book, by number.
    case reply(Int32)
    /// Refuse with a reply of the book; counted as denied.
    case deny(Int32)
    /// Answer with a redirect, by the number of its action.
    case redirect(Int32)
    /// Close the connection without an answer.
    case reject
    /// Refuse with a reply of the book, after `timeout tarpit`.
    case tarpit(Int32)
    /// Forget the connection without a word, not even of TCP's.
    case drop
    /// Judge again when more of the body is there, for this many milliseconds.
    case wait(UInt32)
    /// A rule could not be carried out: 500 or 502.
    case failed

    /// The message goes on its way.
    package var passes: Bool { self == .proceed || self == .allow }
}

/// Which message a list of rules looks at and changes.
package enum RuleSide: BitwiseCopyable { case connection, request, response }
