/// The bytes from a proxy are not the replies to what was sent; the connection is of no further use.
///
/// Outcomes of commands without a reply are unknown: observe again rather than repeat them.
package enum FramingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The proxy closed before every reply was complete; `partial` is how the next one began.
    case truncated(answered: Int, sent: Int, partial: String)
    /// One reply exceeds the bound, in bytes.
    case replyTooLong(limit: Int)
    /// Bytes came for which nothing was asked, or one-shot replies cannot be told apart.
    case unexpected(String)

    package var description: String {
        switch self {
        case .truncated(let answered, let sent, let partial):
            "the proxy closed the connection after \(answered) of \(sent) replies"
                + (partial.isEmpty ? "" : ", in the middle of: \(partial)")
        case .replyTooLong(let limit): "a reply is longer than \(limit) bytes"
        case .unexpected(let what): what
        }
    }
}
