/// Severities of syslog (RFC 5424 §6.2.1), the most severe first.
package enum SyslogLevel: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case emerg, alert, crit, err, warning, notice, info, debug

    /// By HAProxy's name.
    package init?(named name: String) {
        guard let level = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = level
    }
}
