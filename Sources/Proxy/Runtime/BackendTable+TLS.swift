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
        renew(certificates.dropServers(using: certificate))
    }

    /// Checks servers with a new file from the next snapshot on; how many.
    func renewServers(checkedWith bundle: CertificateBundle) -> Int {
        renew(certificates.dropServers(using: bundle))
    }

    private func renew(_ old: [ServerTLS]) -> Int {
        guard !old.isEmpty else { return 0 }
        var count = 0
        for backend in backends {
            for server in backend.servers {
                guard let its = server.tls, old.contains(its) else { continue }
                settleTLS(of: server)
                backend.touch(server)
                count += 1
            }
        }
        renewChecks()
        retired.append(RetiredMemory { [old] in _ = old })
        return count
    }

    /// Lets go of how servers were spoken to that are there no more.
    func dropUnusedServerTLS() {
        let used = Set(backends.flatMap { $0.servers.compactMap(\.tls) })
        let unused = certificates.dropServers(butFor: used)
        guard !unused.isEmpty else { return }
        retired.append(RetiredMemory { [unused] in _ = unused })
    }

    /// Whether some server is shown a certificate.
    func hasServer(showing certificate: String) -> Bool {
        backends.contains { backend in
            backend.servers.contains { certificates.shows(certificate, by: $0.attributes) }
        }
    }
}
