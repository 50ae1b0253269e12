/// What a proxy answered to one command, without framing.
package struct RuntimeReply: Hashable, Sendable {
    /// syslog's numbers; the only machine-readable success flag, present after `set severity-output number`.
    package enum Severity: Int, Hashable, Sendable {
        case alert = 1
        case critical, error, warning, notice, info, debug
    }

    /// Nil for tables and dumps, which carry none.
    package let severity: Severity?
    /// The text without the prefix `[N]: ` and without the empty line that ends every answer.
    package let text: String

    package init(severity: Severity? = nil, text: String = "") {
        self.severity = severity
        self.text = text
    }
}
