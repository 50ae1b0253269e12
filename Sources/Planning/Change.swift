package import Model

/// One thing that is different afterwards: an operation a proxy performs or a condition the applier awaits.
///
/// `Fleet/ChangeTranslation` turns each into Runtime API commands; nothing else knows both.
package enum Change: Hashable, Sendable {
    case addServer(ServerPath, id: Int, endpoint: Endpoint, attributes: ServerAttributes)
    case enableHealth(ServerPath)
    case enableAgent(ServerPath)
    case setAdmin(ServerPath, from: AdminState?, to: AdminState)
    case setWeight(ServerPath, from: Weight, to: Weight)
    case setAddress(ServerPath, from: Endpoint?, to: Endpoint)
    case setMaxconn(ServerPath, from: Int?, to: Int)
    case setCheckAddress(ServerPath, address: String?, port: Int?)
    /// Of the agent, which must be enabled.
    case setAgentAddress(ServerPath, address: String?, port: Int?)
    /// The server's first check that *started* after the preceding step passed; gives up after `within`.
    case awaitUp(ServerPath, within: Milliseconds)
    /// `removal.grace`: established clients may still come.
    case grace(ServerPath, Milliseconds)
    /// No connection and no request is left, or `within` ran out, after which sessions are shut down.
    case awaitRemovable(ServerPath, within: Milliseconds)
    case deleteServer(ServerPath)

    /// Creates a backend, which no rule reaches before it is published (HAProxy 3.4+, apus-proxy).
    case addBackend(BackendName, from: DefaultsName, guid: String)
    case publishBackend(BackendName)
    case unpublishBackend(BackendName)
    /// Of a backend that is unpublished and has no server; waits until no stream is left.
    case deleteBackend(BackendName)

    case addMapEntry(PatternFileName, MapEntry)
    case setMapEntry(PatternFileName, key: String, from: String, to: String)
    case deleteMapEntry(PatternFileName, MapEntry)
    /// Prepare, fill and commit one new version; `removed` and `added` say what readers will notice.
    case replaceMap(PatternFileName, entries: [MapEntry], added: Int, changed: Int, removed: Int)

    case addPattern(PatternFileName, String)
    case deletePattern(PatternFileName, String)
    case setLimit(LimitTarget, from: Int, to: Int)

    /// `new`, `set` and `commit` as one: on any failure in between it is aborted, and what was there stays.
    case storeCertificate(CertificateFileName, CertificateUpdate)
    /// Of a certificate that no list names any more; `was` is the SHA-1 of its leaf.
    case deleteCertificate(CertificateFileName, was: String?)
    case addCertificateLine(CertificateFileName, CertificateLine)
    /// `number` is the proxy's own, since a certificate may have several lines.
    case deleteCertificateLine(CertificateFileName, CertificateLine, number: Int)
    /// Of someone else; only if it rests for as long, else nothing happens and what waits for it is skipped.
    case abortTransaction(CertificateTransaction, after: Milliseconds)

    /// Entries that `clear map` takes away in one stroke, during which nobody reads (`src/map.c`: chunks of 100).
    package static let clearedAtOnce = 100

    /// The server concerned, nil for everything else.
    package var server: ServerPath? {
        switch self {
        case .addServer(let path, _, _, _), .enableHealth(let path), .enableAgent(let path),
            .setAdmin(let path, _, _), .setWeight(let path, _, _), .setAddress(let path, _, _),
            .setMaxconn(let path, _, _),
            .setCheckAddress(let path, _, _), .setAgentAddress(let path, _, _),
            .awaitUp(let path, _), .grace(let path, _),
            .awaitRemovable(let path, _), .deleteServer(let path):
            path
        case .addBackend, .publishBackend, .unpublishBackend, .deleteBackend, .addMapEntry,
            .setMapEntry, .deleteMapEntry, .replaceMap, .addPattern, .deletePattern, .setLimit,
            .storeCertificate, .deleteCertificate, .addCertificateLine, .deleteCertificateLine,
            .abortTransaction:
            nil
        }
    }

    /// The backend that is created, published or deleted as a whole, nil for everything else.
    package var backend: BackendName? {
        switch self {
        case .addBackend(let name, _, _), .publishBackend(let name), .unpublishBackend(let name),
            .deleteBackend(let name):
            name
        default: nil
        }
    }

    /// The ACL file concerned, nil for everything else.
    package var list: PatternFileName? {
        switch self {
        case .addPattern(let list, _), .deletePattern(let list, _): list
        default: nil
        }
    }

    /// The limit concerned, nil for everything else.
    package var limit: LimitTarget? {
        if case .setLimit(let target, _, _) = self { target } else { nil }
    }

    /// The certificate that is put into memory, taken out of it, named by a line or under change.
    package var certificate: CertificateFileName? {
        switch self {
        case .storeCertificate(let name, _), .deleteCertificate(let name, _): name
        case .addCertificateLine(_, let line), .deleteCertificateLine(_, let line, _):
            line.certificate
        case .abortTransaction(let transaction, _): transaction.certificate
        default: nil
        }
    }

    /// The `crt-list` concerned, nil for everything else.
    package var certificateList: CertificateFileName? {
        switch self {
        case .addCertificateLine(let list, _), .deleteCertificateLine(let list, _, _): list
        default: nil
        }
    }

    /// The map concerned, nil for servers.
    package var map: PatternFileName? {
        switch self {
        case .addMapEntry(let map, _), .setMapEntry(let map, _, _, _), .deleteMapEntry(let map, _),
            .replaceMap(let map, _, _, _, _):
            map
        default: nil
        }
    }

    /// Awaits something instead of changing it.
    package var isWait: Bool {
        switch self {
        case .awaitUp, .grace, .awaitRemovable: true
        default: false
        }
    }
}
