import BootConfig
import Model

extension ConfigParser {
    /// `bind ADDRESS[,ADDRESS…] [name NAME] [backlog N] [accept-proxy] [ssl crt FILE …]`.
    mutating func parse(bind line: BootLine, into draft: inout ProxyDraft) {
        guard let addresses = line.arguments.first else {
            return report(
                "'bind' expects <addr>[:<port>] [, <addr>[:<port>]]* as arguments.",
                at: line.origin
            )
        }
        var name: String?
        var backlog = 0
        var acceptsProxy = false
        var tls = TLSBindConfiguration(origin: line.origin)
        tls.options = configuration.tls.defaults
        tls.frontend = draft.name
        var index = 2
        while index < line.words.count {
            let keyword = line.words[index]
            if keyword == "accept-proxy" {
                acceptsProxy = true
                index += 1
                continue
            }
            let used = parse(tlsKeyword: line.words[index...], into: &tls, of: line)
            if used > 0 {
                index += used
                continue
            }
            guard keyword == "name" || keyword == "backlog", index + 1 < line.words.count else {
                return report(
                    "'bind \(addresses)' : unknown or unsupported keyword '\(keyword)'.",
                    at: line.origin
                )
            }
            if keyword == "name" { name = line.words[index + 1] }
            if keyword == "backlog" { backlog = integer(line, 1...1_000_000, at: index + 1) ?? 0 }
            index += 2
        }
        tls.label = name ?? "\(draft.frontend.binds.count + 1)"
        let tlsNumber = line.words.contains("ssl") ? enter(tls, of: line) ?? -1 : -1
        for address in addresses.split(separator: ",") {
            var bind = BindConfiguration(endpoint: nil, origin: line.origin)
            if address.hasPrefix("fd@"), let number = Int32(address.dropFirst(3)), number >= 0 {
                bind.descriptor = number
            } else if let endpoint = Self.bindAddress(String(address)) {
                bind.endpoint = endpoint
            } else {
                report(
                    "'bind' : invalid address or missing port in '\(address)'; apus-proxy listens on ip:port, "
                        + "unix@path, abns@name and fd@number.",
                    at: line.origin
                )
                continue
            }
            bind.name = name
            bind.backlog = backlog
            bind.acceptsProxy = acceptsProxy
            bind.tls = tlsNumber
            draft.frontend.binds.append(bind)
        }
    }

    private static func bindAddress(_ text: String) -> Endpoint? {
        if text.hasPrefix("/") { return .unix(text) }
        if text.hasPrefix("unix@") || text.hasPrefix("abns@") { return Endpoint(text) }
        return ListenAddress.parse(text)
    }

    /// `default-server KEYWORD…`.
    mutating func parse(defaultServer line: BootLine, into draft: inout ProxyDraft) {
        let words = Array(line.arguments)
        if let mistake = draft.serverDefaults.read(
            words,
            server: "default-server",
            isDynamic: false
        ) {
            report("'default-server' : \(mistake)", at: line.origin)
        }
        for attribute in [ServerAttribute.id, .guid]
        where draft.serverDefaults.attributes[attribute] != nil {
            report(
                "'default-server' : '\(attribute.keyword)' is not a default that servers can share.",
                at: line.origin
            )
            draft.serverDefaults.attributes[attribute] = nil
        }
    }

    /// `server NAME ADDRESS KEYWORD…`.
    mutating func parse(server line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count >= 3 else {
            return report(
                "'server' expects <name> and <addr>[:<port>] as arguments.",
                at: line.origin
            )
        }
        let name = line.words[1]
        if let mistake = ServerNames.mistake(in: name) { return report(mistake, at: line.origin) }
        if let first = draft.serverPlaces.updateValue(line.origin, forKey: name) {
            report(
                "backend '\(draft.name)', another server named '\(name)' was already defined at line "
                    + "\(first.line), please use a distinct name.",
                at: line.origin
            )
        }
        let endpoint: Endpoint
        switch ServerAddress.parse(line.words[2]) {
        case .endpoint(let address): endpoint = address
        case .mistake(let mistake): return report("'server \(name)' : \(mistake)", at: line.origin)
        }
        var arguments = draft.serverDefaults
        if let mistake = arguments.read(
            Array(line.words.dropFirst(3)),
            server: name,
            isDynamic: false
        ) {
            report("'server \(name)' : \(mistake)", at: line.origin)
        } else if let omission = arguments.omission(server: name) {
            report("'server \(name)' : \(omission)", at: line.origin)
        }
        checkTLS(of: name, arguments.attributes, at: line, in: draft)
        checkIdentity(of: name, arguments.attributes, at: line.origin, in: &draft)
        var server = ServerConfiguration(name: name, endpoint: endpoint, origin: line.origin)
        server.attributes = arguments.attributes
        server.isDisabled = arguments.isDisabled
        draft.backend.servers.append(server)
    }

    /// Ids are unique in a backend, guids in the process.
    private mutating func checkIdentity(
        of name: String,
        _ attributes: ServerAttributes,
        at origin: Origin,
        in draft: inout ProxyDraft
    ) {
        if let id = attributes.integer(.id),
            let first = draft.serverIDs.updateValue((name, origin), forKey: id)
        {
            report(
                "'server \(name)' : 'id' : custom id \(id) already used at \(first.origin.file):"
                    + "\(first.origin.line) ('server \(first.name)').",
                at: origin
            )
        }
        if let guid = attributes.word(.guid), let first = guids.updateValue(origin, forKey: guid) {
            report(
                "'server \(name)' : 'guid' : '\(guid)' already used at \(first.file):\(first.line).",
                at: origin
            )
        }
    }
}

/// Names of servers, as HAProxy allows them.
enum ServerNames {
    /// HAProxy's complaint about a name, or nil.
    static func mistake(in name: String) -> String? {
        let bad = name.unicodeScalars.first { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ":", ".", "-": false
            default: true
            }
        }
        return bad.map { "character '\($0)' is not permitted in server name '\(name)'." }
    }
}

/// Addresses of servers: literal ones with a port, or sockets.
enum ServerAddress {
    case endpoint(Endpoint)
    case mistake(String)

    /// Reads what stands after a server's name.
    static func parse(_ text: String) -> ServerAddress {
        // The one name that means the same everywhere (RFC 6761 §6.3).
        let isLocal = text.hasPrefix("localhost:")
        let literal = isLocal ? "127.0.0.1\(text.dropFirst("localhost".count))" : text
        let bare = literal.hasPrefix("/") ? "unix@\(literal)" : literal
        guard let endpoint = Endpoint(bare) else {
            if let colon = text.lastIndex(of: ":"), IPv4Address(text[..<colon]) != nil {
                return .mistake("invalid port '\(text[text.index(after: colon)...])'")
            }
            return .mistake(
                "could not resolve address '\(text)': apus-proxy takes IP literals and unix sockets."
            )
        }
        if endpoint.port == 0 {
            return .mistake(
                "missing port in '\(text)': using the client's port is not supported by apus-proxy."
            )
        }
        return .endpoint(endpoint)
    }
}
