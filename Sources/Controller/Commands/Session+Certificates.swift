import Fleet
import FoundationEssentials
import Model
import Planning

extension Session {
    /// `apus certificates list`: what every certificate of the desired state is now.
    package func listCertificates() async throws -> CommandStatus {
        let rows = try await certificateRows()
        guard options.format == .text else {
            try show(rows)
            return .ok
        }
        guard !rows.isEmpty else {
            console.show([StyledText("No document declares a certificate.", .faint)])
            return .ok
        }
        console.show(CertificateDescription(now: now(), columns: console.columns).lines(rows))
        return .ok
    }

    /// `apus certificates show NAME`: everything about one, by its document or by what proxies call it.
    package func showCertificate(_ name: String) async throws -> CommandStatus {
        let rows = try await certificateRows().filter { $0.document == name || $0.name == name }
        guard !rows.isEmpty else {
            console.fail("no document declares certificate \(VisibleText.quoted(name))")
            return .error
        }
        guard options.format == .text else {
            try show(rows)
            return .ok
        }
        let description = CertificateDescription(now: now(), columns: console.columns)
        console.show(rows.flatMap(description.details))
        return .ok
    }

    private func show(_ rows: [CertificateRow]) throws {
        guard options.format == .ndjson else { return try show(json: rows) }
        for row in rows { console.out(try StateDatabase.encoded(row) + "\n") }
    }

    private func certificateRows() async throws -> [CertificateRow] {
        var rows: [CertificateRow] = []
        for fleet in try await selectedFleets().fleets {
            let fleet = await fleet.resolved(from: certificates)
            rows += fleet.certificates.map { CertificateRow($0, fleet: fleet.name) }
        }
        return rows.sorted { ($0.name, $0.fleet) < ($1.name, $1.fleet) }
    }
}

/// One certificate of one fleet as `-o json` prints it; keys are only ever added.
struct CertificateRow: Encodable {
    let name: String
    let document: String
    let fleet: String
    /// The issuer's name, or `files`.
    let source: String
    let origin: String
    let wantedNames: [String]
    let lists: [String]
    let names: [String]
    let sha1: String?
    let sha256: String?
    let serial: String?
    /// Seconds since 1970.
    let notAfter: Int?
    let key: String?
    /// Why no version is known.
    let problem: String?

    init(_ certificate: DesiredCertificate, fleet: FleetName) {
        name = certificate.name.text
        document = certificate.document
        self.fleet = fleet.text
        source =
            switch certificate.source {
            case .files: "files"
            case .issuer(let issuer): issuer.name
            }
        origin = certificate.origin.description
        wantedNames = certificate.dnsNames
        lists = certificate.lines.map { "\($0.list) \($0.line.conditions)" }
        let issued = certificate.issued
        names = issued?.names ?? []
        sha1 = issued?.fingerprint.sha1
        sha256 = issued?.fingerprint.sha256
        serial = issued?.serial
        notAfter = issued?.notAfter
        key = issued.map { "\($0.keyType) \($0.keyBits)" }
        if case .unavailable(let reason) = certificate.content {
            problem = reason
        } else {
            problem = nil
        }
    }
}
