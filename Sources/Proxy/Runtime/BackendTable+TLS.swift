import Model

/// TLS to servers, as far as it changes while the proxy runs.
extension BackendTable {
    /// Gives a server the TLS that its keywords ask for; whoever added it has checked that they can be had.
    func settleTLS(of server: ServerRecord) {
        server.tls = (try? certificates.server(server.attributes)) ?? nil
        let isSpoken = server.attributes[.ssl] != nil
        server.options.tls = isSpoken ? server.tls?.snapshot ?? .init() : .init()
    }

    /// Shows servers a new certificate from the next snapshot on; to how many.
    func renewServers(showing certificate: String) -> Int {
        let old = certificates.dropServers(using: certificate)
        guard !old.isEmpty else { return 0 }
        var count = 0
        for backend in backends {
            for server in backend.servers
            where certificates.shows(certificate, by: server.attributes) {
                settleTLS(of: server)
                backend.touch(server)
                count += 1
            }
        }
        renewChecks()
        retired.append(RetiredMemory { [old] in _ = old })
        return count
    }

    /// Whether some server is shown a certificate.
    func hasServer(showing certificate: String) -> Bool {
        backends.contains { backend in
            backend.servers.contains { certificates.shows(certificate, by: $0.attributes) }
        }
    }
}
