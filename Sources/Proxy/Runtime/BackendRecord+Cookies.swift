import Model

extension BackendRecord {
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
            } else if configuration.options.cookie.isDynamic,
                server.cookieEndpoint != server.endpoint
            {
                server.cookieEndpoint = server.endpoint
                retired.append(RetiredMemory(server.options.cookie))
                let value = DynamicCookie.value(
                    of: server.address,
                    key: configuration.dynamicCookieKey
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
