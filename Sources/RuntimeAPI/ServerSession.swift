package import Model

/// The server's end of one Runtime API connection, without I/O: bytes in, actions out.
///
/// Pull `next()` until nil. After `.execute` nothing more comes until `finish` gave the reply, so
/// commands of one connection run one after the other while further input queues up to a bound.
package struct ServerSession: Sendable {
    /// What the owner of the connection does next.
    package enum Action: Hashable, Sendable {
        /// Run it (its level is already checked) and pass the reply to `finish`.
        case execute(RuntimeCommand, payload: String?)
        /// Send these bytes.
        case reply([UInt8])
        /// Close once everything sent is flushed; nothing follows.
        case close
    }

    /// Bounds of one session.
    package struct Limits: Hashable, Sendable {
        /// `tune.bufsize`: one line with its payload, in bytes.
        package var command = 16_384
        /// Arguments of one command.
        package var arguments = 64
        /// `stats timeout`: how long a client may stay silent.
        package var idleTimeout = Milliseconds(10_000)

        package init() {}
    }

    /// How long the client may stay silent; `set timeout cli` changes it.
    package private(set) var idleTimeout: Milliseconds
    package private(set) var level: AccessLevel

    package init(level: AccessLevel, limits: Limits = Limits()) {
        self.level = level
        idleTimeout = limits.idleTimeout
    }

    /// More input is welcome; when false, stop reading until `next()` has been pulled dry.
    package var wantsInput: Bool { true }

    /// Takes what the client sent.
    package mutating func receive(_ bytes: some Collection<UInt8>) {}

    /// The client closed its side: what it sent is still answered.
    package mutating func receiveEnd() {}

    /// The next thing to do, nil until more input or a reply comes.
    package mutating func next() -> Action? { nil }

    /// Frames the reply to the command handed out last.
    package mutating func finish(_ reply: RuntimeReply) -> [UInt8] { [] }
}
