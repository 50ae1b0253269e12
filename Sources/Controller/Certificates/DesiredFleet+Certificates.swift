package import Model

extension DesiredFleet {
    /// Asks which version of each certificate is the newest; without a source what proxies hold stays.
    package func resolved(from source: (any CertificateSource)?) async -> DesiredFleet {
        guard let source, !certificates.isEmpty else { return self }
        var fleet = self
        for index in fleet.certificates.indices {
            fleet.certificates[index].content = await source.content(of: certificates[index])
        }
        return fleet
    }
}
