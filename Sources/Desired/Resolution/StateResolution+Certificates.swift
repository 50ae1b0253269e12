import Model

extension StateResolution {
    mutating func resolveIssuers() {
        for document in issuerDocuments {
            let name = document.head.name
            if let first = issuers[name] {
                report("a second Issuer \(name)", at: document.head.origin, related: first.origin)
            } else {
                issuers[name] = document.issuer
            }
        }
        for document in certificates { checkSource(of: document) }
    }

    /// Looks at what does not depend on the fleet, so that it is reported once.
    private mutating func checkSource(of document: CertificateDocument) {
        guard let name = document.issuer else { return }
        let context = "in certificate \(document.head.name)"
        guard let issuer = issuers[name.value] else {
            // One that was written but could not be read has been reported.
            guard !issuerDocuments.contains(where: { $0.head.name == name.value }) else { return }
            let hint = hint(for: name.value, among: issuers.keys)
            report("there is no Issuer \(name.value)\(hint)", at: name.origin, in: context)
            return
        }
        for host in document.dnsNames where host.value.hasPrefix("*.") {
            guard issuer.challenge != .dns01 else { continue }
            let message = "wildcards need challenge dns-01 (RFC 8555 section 7.1.3)"
            report(message, at: host.origin, in: context, related: issuer.origin)
        }
    }

    mutating func resolveCertificates(
        of fleet: FleetDocument,
        _ boot: BootFile?,
        frontends: [DesiredFrontend]
    ) -> [DesiredCertificate] {
        let lists = boot.map { boot in
            boot.certificateLists.union(
                frontends.flatMap(\.binds).flatMap {
                    $0.text.split(separator: " ").map(String.init)
                }
            )
        }
        var resolved: [CertificateFileName: DesiredCertificate] = [:]
        for document in certificates where document.fleets?.value.selects(fleet) == true {
            guard let name = document.name, let source = source(of: document) else { continue }
            let context = "in certificate \(document.head.name)"
            if let first = resolved[name.value] {
                let message =
                    "a second document for certificate \(name.value) in fleet \(fleet.name)"
                report(message, at: name.origin, in: context, related: first.origin)
                continue
            }
            for line in document.lines {
                guard let lists, !lists.contains(line.list.text) else { continue }
                let hint = hint(for: line.list.text, among: lists)
                let message =
                    "list \(line.list) is not used in \(fleet.boot?.value ?? "")\(hint)"
                report(message, at: line.origin, in: context)
            }
            resolved[name.value] = certificate(document, name, source)
        }
        return resolved.values.sorted { $0.name < $1.name }
    }

    private func certificate(
        _ document: CertificateDocument,
        _ name: Located<CertificateFileName>,
        _ source: DesiredCertificate.Source
    ) -> DesiredCertificate {
        var certificate = DesiredCertificate(
            name: name.value,
            document: document.head.name,
            source: source,
            origin: name.origin
        )
        certificate.key = document.key?.value ?? .ecdsaP256
        certificate.dnsNames = document.dnsNames.map(\.value).sorted()
        certificate.labels = document.head.labels
        certificate.lines = document.lines.map { spec in
            DesiredCertificateLine(
                list: spec.list,
                line: CertificateLine(name.value, options: spec.options, filters: spec.filters),
                origin: spec.origin
            )
        }.sorted { ($0.list, $0.line.conditions) < ($1.list, $1.line.conditions) }
        return certificate
    }

    /// Nil after something was reported that is missing.
    private func source(of document: CertificateDocument) -> DesiredCertificate.Source? {
        if let files = document.files?.value {
            return .files(certificate: files.certificate, key: files.key)
        }
        return document.issuer.flatMap { issuers[$0.value] }.map { .issuer($0) }
    }
}
