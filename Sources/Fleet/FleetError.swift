package import Model

/// What went wrong between us and one proxy: what was tried, where, and what to do about it.
package struct FleetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened.
    package enum Cause: Hashable, Sendable {
        /// No socket at the address.
        case absent
        /// The connection was refused: the proxy does not run or does not listen there.
        case refused
        /// The socket's mode or owner keeps us out.
        case permissionDenied
        /// Connected, but the proxy was silent for this long.
        case hanging(Duration)
        /// The connection ended before every reply was complete: what was sent may or may not have run.
        case cut(answered: Int, sent: Int)
        /// The proxy talks, but not the Runtime API.
        case unreadable(String)
        /// The socket's `level` does not allow what was tried.
        case wrongLevel(command: String)
        /// The proxy's own words on a command that it refused.
        case rejected(command: String, words: String)
        /// The key or the chain that the proxy was to be given could not be had; nothing was sent.
        case withheld(String)
        /// Another process answers than the one the plan was made for.
        case restarted(was: Incarnation, now: Incarnation)
        /// An old worker that only finishes what it has.
        case stopping
        /// The system's words.
        case unreachable(String)
        case cancelled
    }

    package let cause: Cause
    package let proxy: ProxyName
    package let address: RuntimeAddress
    /// What was being done, e.g. `observing`.
    package let tried: String

    package init(_ cause: Cause, on target: ProxyTarget, tried: String) {
        self.cause = cause
        proxy = target.name
        address = target.runtime
        self.tried = tried
    }

    package var description: String { "\(proxy) (\(address)): \(tried): \(reason)" }

    /// What happened and what to do, without the place.
    package var reason: String {
        switch cause {
        case .absent: "there is no socket; is the proxy running with this `stats socket`?"
        case .refused: "the connection was refused; is the proxy running?"
        case .permissionDenied:
            "permission denied; check mode and owner of the socket and of its folder"
        case .hanging(let limit):
            "no reply in \(limit); the proxy hangs or its 10 connections are taken"
        case .cut(let answered, let sent):
            "the connection ended after \(answered) of \(sent) replies; the next pass looks what was done"
        case .unreadable(let what): "not understood: \(what)"
        case .wrongLevel(let command):
            "'\(command)' is not allowed on this socket; its `stats socket` line needs `level admin`"
        case .rejected(let command, let words): "'\(command)' was rejected: \(words)"
        case .withheld(let words): words
        case .restarted(let was, let now): "the proxy restarted (\(was); now \(now)); plan again"
        case .stopping: "an old worker answers that is about to end; try again"
        case .unreachable(let words): words
        case .cancelled: "cancelled"
        }
    }

    /// Trying again later may help, without any change of input.
    package var isTransient: Bool {
        switch cause {
        // Sessions end, and what they hold is theirs for a short time only.
        case .rejected(_, let words): words.hasSuffix("is part of another session's transaction.")
        case .wrongLevel, .permissionDenied, .unreadable: false
        default: true
        }
    }
}
