import Model

/// How servers without a `cookie` are named in cookies.
struct CookieSettings: Hashable {
    /// By a value made of their address and the key; without, they have none.
    var isDynamic: Bool
    /// `dynamic-cookie-key`; nothing can be made of an empty one.
    var key: String

    init(isDynamic: Bool, key: String) {
        self.isDynamic = isDynamic
        self.key = key
    }

    /// As the boot file has it.
    init(_ configuration: BackendConfiguration) {
        isDynamic = configuration.options.cookie.isDynamic
        key = configuration.dynamicCookieKey
    }

    var isInUse: Bool { isDynamic && !key.isEmpty }
}

extension BackendRecord {
    /// Names servers anew; the next snapshot has it.
    func name(by settings: CookieSettings) {
        cookies = settings
        guard keepsClients else { return }
        for server in servers where server.attributes.word(.cookie) == nil {
            server.cookieEndpoint = nil
            touch(server)
        }
    }

    /// A cookie keeps clients with their server, or rules choose it, so workers have to know of servers that take no others.
    var keepsClients: Bool {
        configuration.options.cookie.mode != .none || configuration.namesServers
    }

    /// Gives changed servers the value by which cookies name them.
    func nameServers(_ changed: [ServerRecord], retired: inout [RetiredMemory]) {
        for server in changed {
            if server.isDeleted {
                retired.append(RetiredMemory(server.options.cookie))
                server.options.cookie = .empty
            } else if let word = server.attributes.word(.cookie) {
                if server.options.cookie.isEmpty { server.options.cookie = .make(word) }
            } else if !cookies.isInUse {
                retired.append(RetiredMemory(server.options.cookie))
                server.options.cookie = .empty
            } else if server.cookieEndpoint != server.endpoint {
                server.cookieEndpoint = server.endpoint
                retired.append(RetiredMemory(server.options.cookie))
                let value = DynamicCookie.value(
                    of: server.address,
                    key: cookies.key
                )
                server.options.cookie = .make(value ?? "")
            }
        }
    }

    /// Lists every server for workers, up or not.
    func listServers(retired: inout [RetiredMemory]) {
        retired.append(RetiredMemory(snapshot.cookieServers))
        snapshot.cookieServers = .make(
            servers.map { server in
                CookieServer(
                    server: usable.entry(of: server),
                    isUp: !server.isInMaintenance && server.isRunning
                )
            }
        )
    }
}
