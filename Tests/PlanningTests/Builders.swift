import Model
import Planning

/// Small words for building inputs, so that a test shows only what it is about.
enum Build {
    static let origin = Origin(file: "fleet.yaml", line: 1, column: 1)

    static func backend(_ text: String) -> BackendName { name(text) }
    static func server(_ text: String) -> ServerName { name(text) }

    /// A name that the test itself wrote.
    static func name<Kind>(_ text: String) -> Name<Kind> {
        guard let name = try? Name<Kind>(text) else { preconditionFailure("bad name \(text)") }
        return name
    }

    static func map(_ text: String) -> PatternFileName {
        guard let name = try? PatternFileName(text) else { preconditionFailure("bad map \(text)") }
        return name
    }

    static func path(_ server: String, in backend: String = "shop") -> ServerPath {
        ServerPath(name(backend), name(server))
    }

    static func endpoint(_ last: Int, port: UInt16 = 80) -> Endpoint {
        .ipv4(IPv4Address(bits: 10 << 24 | UInt32(last)), port: port)
    }

    static func attributes(_ pairs: [ServerAttribute: AttributeValue]) -> ServerAttributes {
        var attributes = ServerAttributes()
        for (key, value) in pairs { attributes[key] = value }
        return attributes
    }

    static func desired(
        _ name: String,
        at last: Int = 1,
        _ pairs: [ServerAttribute: AttributeValue] = [:],
        state: AdminState = .ready
    ) -> DesiredServer {
        DesiredServer(
            name: server(name),
            endpoint: endpoint(last),
            attributes: attributes(pairs),
            state: state,
            origin: origin
        )
    }

    static func fleet(
        _ servers: [DesiredServer],
        backend name: String = "shop",
        maps: [DesiredMap] = [],
        change: (inout DesiredBackend) -> Void = { _ in }
    ) -> DesiredFleet {
        var backend = DesiredBackend(
            name: backend(name),
            document: name,
            servers: servers.sorted { $0.name < $1.name },
            origin: origin
        )
        change(&backend)
        return DesiredFleet(
            name: Build.name("edge"),
            proxies: [],
            backends: [backend],
            maps: maps,
            origin: origin
        )
    }

    static let haproxy26 = ProxyCapabilities(program: .haproxy, version: ProxyVersion(2, 6, 12))
    static let haproxy30 = ProxyCapabilities(program: .haproxy, version: ProxyVersion(3, 0, 11))
    static let haproxy32 = ProxyCapabilities(program: .haproxy, version: ProxyVersion(3, 2))

    static let haproxy34 = ProxyCapabilities(program: .haproxy, version: ProxyVersion(3, 4))

    static func proxy(
        _ capabilities: ProxyCapabilities = haproxy26,
        backends: [String] = ["shop"],
        name: String = "lb1"
    ) -> ObservedProxy {
        var proxy = ObservedProxy(
            name: Build.name(name),
            incarnation: Incarnation(pid: 7, startTime: 1),
            capabilities: capabilities
        )
        for (index, text) in backends.enumerated() {
            proxy.backends[backend(text)] = ObservedBackend(name: backend(text), id: index + 2)
        }
        return proxy
    }

    /// The proxy after a first plan for `fleet` was applied to it.
    static func converged(_ fleet: DesiredFleet, on proxy: ObservedProxy) -> ObservedProxy {
        var effect = PlanEffect(proxy)
        for step in Planner.planProxy(fleet, observed: proxy).steps { effect.apply(step.change) }
        return effect.proxy
    }
}

// MARK: - Certificates

extension Build {
    static func file(_ text: String) -> CertificateFileName {
        guard let name = try? CertificateFileName(text) else {
            preconditionFailure("bad file name \(text)")
        }
        return name
    }

    /// A version of which both digests are this digit over and over.
    static func issued(_ digit: String) -> IssuedCertificate {
        guard
            let fingerprint = CertificateFingerprint(
                sha256: String(repeating: digit, count: 64),
                sha1: String(repeating: digit, count: 40)
            )
        else { preconditionFailure("bad digit \(digit)") }
        return IssuedCertificate(fingerprint)
    }

    /// What a proxy shows of such a version.
    static func sha1(_ digit: String) -> String { issued(digit).fingerprint.sha1 }

    static func line(_ certificate: String, _ conditions: String = "") -> CertificateLine {
        let options = (try? CertificateOptions(parsing: conditions)) ?? CertificateOptions()
        return CertificateLine(file(certificate), options: options)
    }

    /// A certificate of files, in these lists with these options.
    static func certificate(
        _ name: String,
        _ digit: String?,
        in lists: [String: String] = [:]
    ) -> DesiredCertificate {
        var certificate = DesiredCertificate(
            name: file(name),
            document: name,
            source: .files(certificate: "\(name).crt", key: "\(name).key"),
            origin: Origin(file: "tls.yaml", line: 1, column: 1)
        )
        certificate.content = digit.map { .issued(issued($0)) } ?? .unasked
        certificate.lines = lists.sorted { $0.key < $1.key }.map { list, conditions in
            DesiredCertificateLine(
                list: file(list),
                line: line(name, conditions),
                origin: certificate.origin
            )
        }
        return certificate
    }

    static func fleet(certificates: [DesiredCertificate]) -> DesiredFleet {
        var fleet = fleet([])
        fleet.backends = []
        fleet.certificates = certificates.sorted { $0.name < $1.name }
        return fleet
    }
}
