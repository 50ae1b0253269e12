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
    }
}

extension FrontendSnapshot {
    fileprivate func free() {
        for index in rules.indices {
            rules[index].condition.free()
            rules[index].sample.free()
        }
        rules.free()
        for index in monitorFail.indices { monitorFail[index].free() }
        monitorFail.free()
        monitorURI.free()
    }
}

extension RoutingCondition {
    fileprivate func free() {
        for alternative in alternatives.indices {
            let terms = alternatives[alternative]
            for term in terms.indices { terms[term].free() }
            terms.free()
        }
        alternatives.free()
    }
}

extension RoutingTerm {
    fileprivate func free() {
        for index in tests.indices {
            let test = tests[index]
            test.sample.free()
            for pattern in test.patterns.indices { test.patterns[pattern].free() }
            test.patterns.free()
            test.ranges.free()
        }
        tests.free()
    }
}

extension RoutingSample {
    fileprivate func free() {
        for index in converters.indices { converters[index].text.free() }
        converters.free()
        text.free()
    }
}

extension BackendSnapshot {
    fileprivate func free() {
        for index in servers.indices { servers[index].address.path.free() }
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
    }
}
