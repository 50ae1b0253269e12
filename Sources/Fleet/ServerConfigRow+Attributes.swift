import Model
import RuntimeAPI

extension ServerConfigRow {
    /// Nil for names that only the proxy itself can give.
    var path: ServerPath? {
        guard let backend = try? BackendName(server.backend),
            let server = try? ServerName(server.server)
        else { return nil }
        return ServerPath(backend, server)
    }

    /// Those of the attributes that we know.
    var attributes: ServerAttributes {
        var attributes = ServerAttributes()
        var words = arguments[...]
        while let keyword = words.popFirst() {
            guard let attribute = ServerAttribute(rawValue: keyword) else { continue }
            let text = attribute.form == .flag ? "" : words.popFirst() ?? ""
            attributes[attribute] = AttributeValue(text, for: attribute)
        }
        return attributes
    }
}

extension ProxyCapabilities {
    /// `show servers config`, which hides nothing (apus-proxy).
    var showsServerConfig: Bool {
        commands?.contains(.showServersConfig) ?? features.contains("show-servers-config")
    }
}
