extension RoutingSnapshot {
    /// Gives back everything this snapshot names: for a process that ends within another, as in the simulation.
    ///
    /// The caller proves that no reader holds it and that the service that published it publishes no more.
    package func free() {
        for index in frontends.indices { frontends[index].free() }
        frontends.free()
        for index in backends.indices { backends[index].free() }
        backends.free()
        for index in maps.indices { maps[index].free() }
        maps.free()
        backendNames.free()
        rules.free()
        for index in tls.indices { tls[index].free() }
        tls.free()
        for index in variables.indices { variables[index].text.free() }
        variables.free()
    }
}

extension FrontendSnapshot {
    fileprivate func free() {
        monitorURI.free()
    }
}

extension BackendSnapshot {
    /// Gives back everything this backend names; the caller proves that no reader holds it.
    func free() {
        for index in servers.indices {
            servers[index].address.path.free()
            servers[index].name.free()
        }
        servers.free()
        ring.free()
        ringPlaces.free()
        hashHeader.free()
        for index in cookieServers.indices { cookieServers[index].server.options.cookie.free() }
        cookieServers.free()
    }
}

extension MapSnapshot {
    fileprivate func free() {
        for bucket in buckets.indices {
            let entries = buckets[bucket]
            for index in entries.indices {
                entries[index].key.free()
                entries[index].value.free()
            }
            entries.free()
        }
        buckets.free()
        keyLengths.free()
        ordered.free()
        for index in regexes.indices { regexes[index].free() }
        regexes.free()
    }
}
