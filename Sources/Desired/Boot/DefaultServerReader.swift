import BootConfig
import Model

/// Reads one `default-server` line into attributes; keeps what dynamic servers cannot have as warnings.
struct DefaultServerReader {
    private let origin: Origin
    private let words: [String]
    private(set) var diagnostics: [Diagnostic] = []
    /// Keywords met that `add server` does not take.
    private(set) var withoutDynamicForm: [String] = []

    init(line: BootLine) {
        origin = line.origin
        words = Array(line.arguments)
    }

    /// Keywords that `add server` does not take (HAProxy 2.6 to 3.4) and how many words follow them.
    private static let bootOnly: [String: Int] = [
        "cc": 1, "disabled": 0, "enabled": 0, "init-addr": 1, "log-bufsize": 1, "log-proto": 1,
        "max-reuse": 1, "namespace": 1, "non-stick": 0, "redir": 1, "resolve-net": 1,
        "resolve-opts": 1, "resolve-prefer": 1, "resolvers": 1, "set-proxy-v2-tlv-fmt": 1,
        "socks4": 1, "stick": 0, "tcp-md5sig": 1, "tcp-ut": 1,
    ]

    /// Keywords that only take back another one.
    private static let undoing: [String: ServerAttribute] = [
        "ssl-reuse": .noSSLReuse, "tls-tickets": .noTLSTickets,
    ]

    /// Applies the keywords in order, the last of each winning.
    mutating func apply(to attributes: inout ServerAttributes) {
        var index = 0
        while index < words.count {
            let keyword = words[index]
            index += 1
            if let attribute = ServerAttribute(rawValue: keyword) {
                index += set(attribute, following: index, in: &attributes)
            } else if keyword.hasPrefix("no-"),
                let attribute = ServerAttribute(rawValue: String(keyword.dropFirst(3))),
                attribute.form == .flag
            {
                attributes[attribute] = nil
            } else if let attribute = Self.undoing[keyword] {
                attributes[attribute] = nil
            } else if keyword != "enabled" {
                warn(
                    "default-server \(keyword) has no form for servers added at runtime: it needs a restart"
                )
                if keyword != "disabled" { withoutDynamicForm.append(keyword) }
                index += Self.bootOnly[keyword, default: 0]
            }
        }
    }

    /// Sets one attribute and returns how many words its value took.
    private mutating func set(
        _ attribute: ServerAttribute,
        following index: Int,
        in attributes: inout ServerAttributes
    ) -> Int {
        if attribute.form == .flag {
            attributes[attribute] = .flag
            return 0
        }
        guard index < words.count else {
            warn("default-server \(attribute.keyword) has no value")
            return 0
        }
        if let value = AttributeValue(words[index], for: attribute) {
            attributes[attribute] = value
        } else {
            warn(
                "default-server \(attribute.keyword) has a value Apus cannot read: \(VisibleText.quoted(words[index]))"
            )
        }
        return 1
    }

    private mutating func warn(_ message: String) {
        diagnostics.append(Diagnostic(.warning, at: origin, message, context: "in the boot file"))
    }
}
