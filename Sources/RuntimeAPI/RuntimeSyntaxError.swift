/// A command line that names no command this proxy knows, or whose words do not fit; says it in HAProxy's words.
package struct RuntimeSyntaxError: Error, Hashable, Sendable {
    /// What the proxy answers: HAProxy's exact text and severity.
    package let reply: RuntimeReply

    package init(_ reply: RuntimeReply) { self.reply = reply }

    /// An error of HAProxy's `cli_err`: severity 3.
    package init(error text: String) { self.init(RuntimeReply(severity: .error, text: text)) }
}
