/// The client's end of one Runtime API connection, without I/O: pairs every command with its reply.
///
/// Send the bytes of `open()` first, then those of `send`, which may pipeline any number of commands;
/// feed what arrives to `receive`. After an error the connection is of no further use.
package struct ClientExchange: Sendable {
    /// How the proxy marks the end of a reply.
    package enum Mode: Hashable, Sendable {
        /// One line a connection; the proxy closes after it (any version).
        case oneShot
        /// `prompt`: replies end in `\n> ` (2.6–3.1).
        case prompt
        /// `prompt i`: replies end in an empty line (3.2, apus-proxy).
        case interactive
    }

    package let mode: Mode

    /// `replyLimit` bounds one reply, in bytes.
    package init(mode: Mode, replyLimit: Int = 256 << 20) { self.mode = mode }

    /// The bytes that put a new connection into this mode, severity numbers included; their replies are swallowed.
    package mutating func open() -> [UInt8] { [] }

    /// The bytes of these commands; a payload must not hold an empty line.
    package mutating func send(_ commands: [(RuntimeCommand, payload: String?)]) -> [UInt8] { [] }

    /// Commands sent but not yet answered.
    package var pending: Int { 0 }

    /// Replies completed by these bytes, in the order of the commands.
    package mutating func receive(_ bytes: some Collection<UInt8>) throws(FramingError) -> [RuntimeReply] { [] }

    /// The proxy closed: the replies that this completes (one-shot), or `truncated`.
    package mutating func receiveEnd() throws(FramingError) -> [RuntimeReply] { [] }
}
