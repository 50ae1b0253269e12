package import Model

/// One server to check, as `HealthChecker` needs it: where, how and how often.
package struct CheckTarget: Hashable, Sendable {
    /// Names one life of one server's checks: a server added again under the same name has another.
    package struct ID: Hashable, Sendable {
        package let value: UInt64

        package init(_ value: UInt64) { self.value = value }
    }

    package let id: ID
    package var slot: UInt32
    /// `check-addr`, `port` and the server's own address already merged; the port is never 0 for IP.
    package var endpoint: Endpoint
    /// From one result to the next check, in the state the server is in (`inter`, `fastinter`, `downinter`).
    package var interval: Milliseconds
    /// For the connection.
    package var connectTimeout: Milliseconds
    /// For the whole check.
    package var timeout: Milliseconds
    /// Nil for a connection check.
    package var script: CheckScript?
    /// Spoken before the script; nil for none.
    package var tls: ServerTLS?
    /// What the script tells the server of its state (`http-check send-state`); as of when the check was planned.
    package var state = ""

    package init(
        id: ID,
        slot: UInt32,
        endpoint: Endpoint,
        interval: Milliseconds,
        timeout: Milliseconds
    ) {
        self.id = id
        self.slot = slot
        self.endpoint = endpoint
        self.interval = interval
        self.timeout = timeout
        connectTimeout = timeout
    }
}

/// How one check ended.
package struct CheckResult: Hashable, Sendable {
    /// `check_status` of `show stat`.
    package enum Status: String, Hashable, Sendable {
        case unknown = "UNK"
        case initializing = "INI"
        case socketError = "SOCKERR"
        case layer4OK = "L4OK"
        case layer4Timeout = "L4TOUT"
        case layer4Refused = "L4CON"
        case layer6OK = "L6OK"
        case layer6Timeout = "L6TOUT"
        case layer6InvalidResponse = "L6RSP"
        case layer7OK = "L7OK"
        case layer7Conditional = "L7OKC"
        case layer7Timeout = "L7TOUT"
        case layer7InvalidResponse = "L7RSP"
        case layer7WrongStatus = "L7STS"
        /// An agent that said nothing about health.
        case unchanged = "CHECKED"
        /// Errors in traffic, under `observe`.
        case analysis = "HANA"

        package var isPassed: Bool {
            self == .layer4OK || self == .layer6OK || self == .layer7OK
                || self == .layer7Conditional
        }
    }

    package var status: Status
    /// The HTTP status, where one was read.
    package var code: Int?
    package var duration: Milliseconds
    /// What `show stat` prints as `last_chk` after a colon; empty when there is nothing to add.
    package var detail = ""

    package init(_ status: Status, code: Int? = nil, duration: Milliseconds, detail: String = "") {
        self.status = status
        self.code = code
        self.duration = duration
        self.detail = detail
    }
}
