import FoundationEssentials
package import Logging
import Model
import Planning

/// Writes one line an event: for people by default, JSON for machines.
package struct EventLog: LogHandler {
    /// `--log-format`.
    package enum Format: String, Hashable, Sendable, CaseIterable { case text, json }

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level = .info
    private let format: Format
    private let style: TerminalStyle
    private let write: @Sendable (String) -> Void
    /// Milliseconds since 1970.
    private let now: @Sendable () -> Int

    package init(
        format: Format,
        style: TerminalStyle,
        now: @escaping @Sendable () -> Int,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.format = format
        self.style = style
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event; metadata of the logger and of the event together.
    package func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .map { (key: $0.key, value: $0.value.description) }
            .sorted { Self.order($0.key) < Self.order($1.key) }
        switch format {
        case .text: write(style.render(line(event, fields)) + "\n")
        case .json: write(json(event, fields) + "\n")
        }
    }

    private func line(_ event: LogEvent, _ fields: [(key: String, value: String)]) -> StyledText {
        let today = now() % 86_400_000
        var line = StyledText(Self.clock(today), .faint)
        line.append("  ")
        line.append(event.message.description, Self.role(of: event.level))
        line.pad(to: 34)
        for field in fields {
            line.append("  \(field.key)=", .faint)
            line.append(Self.quoted(field.value))
        }
        return line
    }

    private func json(_ event: LogEvent, _ fields: [(key: String, value: String)]) -> String {
        var object = Dictionary(fields.map { ($0.key, $0.value) }) { first, _ in first }
        object["message"] = event.message.description
        object["level"] = event.level.rawValue
        object["time"] = String(now())
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// In quotes where a reader could not tell where the value ends.
    private static func quoted(_ value: String) -> String {
        guard value.contains(" ") || value.contains("\"") || value.isEmpty else { return value }
        return "\"\(value.replacing("\"", with: "'"))\""
    }

    private static func role(of level: Logger.Level) -> StyledText.Role {
        switch level {
        case .trace, .debug: .faint
        case .info: .strong
        case .notice: .good
        case .warning: .warning
        case .error, .critical: .error
        }
    }

    /// Where something happened first, then everything else by name.
    private static func order(_ key: String) -> (Int, String) {
        (["fleet", "proxy", "revision"].firstIndex(of: key) ?? 3, key)
    }

    /// `HH:MM:SS.mmm` of milliseconds into the day (UTC).
    private static func clock(_ milliseconds: Int) -> String {
        let parts = [
            milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds / 1000 % 60,
        ]
        let text = parts.map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
        return text + "." + String(String(1000 + milliseconds % 1000).dropFirst())
    }
}
