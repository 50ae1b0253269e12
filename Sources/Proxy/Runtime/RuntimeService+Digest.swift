import Model
import RuntimeAPI

/// The digests of `show state digest`, kept while nothing changes.
struct StateDigestCache {
    /// The count of changes that `table` was made at.
    fileprivate var changes: UInt64?
    fileprivate var table = StateDigestTable()
    fileprivate var text = ""
    /// Of all certificates and their lists; nil when they changed since it was worked out.
    fileprivate var certificates: UInt64?

    mutating func forgetCertificates() { certificates = nil }
}

extension RuntimeService {
    /// `show state digest`: all of them, one proxy's, or only that of the process (`-`).
    func showDigest(of proxy: String?) -> RuntimeReply {
        renewDigests()
        guard let proxy else { return RuntimeReply(text: digests.text) }
        let rows = digests.table.rows.filter { row in
            switch row.kind {
            case .process: row.name == proxy
            case .frontend, .backend: row.name == proxy
            case .map, .acl, .certificates: false
            }
        }
        guard !rows.isEmpty else { return .error("No such proxy.") }
        return RuntimeReply(text: StateDigestTable(rows: rows).text)
    }

    private func renewDigests() {
        guard digests.changes != table.changes else { return }
        digests.changes = table.changes
        var parts =
            table.frontendRecords.map { part(.frontend, $0.name, of: $0.digest) }
            + table.backends.map {
                part(.backend, $0.configuration.name, of: $0.digest)
            } + table.maps.map { part(.map, $0.name, of: $0.digest) }
        if let digest = certificateDigest { parts.append(part(.certificates, "-", of: digest)) }
        var limit = StateHash()
        limit.combine(table.maxconn)
        for (rate, value) in table.rateLimits.sorted(by: { $0.key < $1.key }) {
            limit.combine(rate.rawValue)
            limit.combine(value)
        }
        for (name, record) in table.variables.sorted(by: { $0.key < $1.key }) {
            limit.combine(name)
            limit.combine("\(record.source)")
        }
        var whole = limit.value
        for row in parts { whole &+= row.digest }
        digests.table = StateDigestTable(rows: [part(.process, "-", of: whole)] + parts)
        digests.text = digests.table.text
    }

    /// Nil for a proxy that knows no certificate and no list.
    private var certificateDigest: UInt64? {
        let store = table.certificates
        guard !store.certificates.isEmpty || !store.lists.isEmpty else { return nil }
        if let known = digests.certificates { return known }
        var hash = StateHash()
        for (name, certificate) in store.certificates.sorted(by: { $0.key < $1.key }) {
            hash.combine(name)
            hash.combine(certificate?.fingerprint ?? "")
        }
        for list in store.lists.values.sorted(by: { $0.name < $1.name }) {
            hash.combine(list.name)
            for line in list.lines {
                hash.combine(line.certificate)
                hash.combine(line.number)
                for word in line.orderedOptions + line.filters { hash.combine(word) }
            }
        }
        if let draft = store.draft {
            hash.combine(draft.name)
            hash.combine(draft.certificate.fingerprint)
        }
        digests.certificates = hash.value
        return hash.value
    }

    private func part(_ kind: StateDigestRow.Kind, _ name: String, of state: UInt64)
        -> StateDigestRow
    {
        var hash = StateHash()
        hash.combine(kind.rawValue)
        hash.combine(name)
        hash.combine(state)
        return StateDigestRow(kind: kind, name: name, digest: hash.value)
    }
}
