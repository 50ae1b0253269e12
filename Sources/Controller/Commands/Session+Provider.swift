import Certificates
import Fleet
import FoundationEssentials
import Model

extension Session {
    /// What `certificates run` alone can be asked for.
    package struct ProviderOptions: Sendable {
        /// The store's folder; nil for the one in the state folder.
        package var store: String?
        /// The PEM file of authorities that are trusted instead of the system's.
        package var trust: String?
        /// Ends when nothing is left to do instead of going on.
        package var once = false

        package init() {}
    }

    /// `apus certificates run`: keeps the certificates of the repository's issuers fresh.
    package func provide(_ provider: ProviderOptions) async throws -> CommandStatus {
        let folder = provider.store ?? "\(options.state.path)/certificates"
        let store = try FolderStore(at: folder)
        let lock = try StoreLock(folder)
        let network = HTTPSFetch(trusting: provider.trust)
        let status = try await network.closing { fetch in
            try await provide(provider, store, fetch)
        }
        withExtendedLifetime(lock) {}
        return status
    }

    /// `apus certificates renew`: asks whoever provides to renew certificates at its next look.
    package func requestRenewal(
        of names: [String],
        _ provider: ProviderOptions
    ) async throws -> CommandStatus {
        let store = try FolderStore(at: provider.store ?? "\(options.state.path)/certificates")
        let known = try await store.names(in: .certificates)
        for name in names where !known.contains(name) {
            console.fail("there is no certificate \(VisibleText.quoted(name)) in \(store.path)")
            return .error
        }
        for name in names {
            try await store.write([], to: .requests, name)
            console.tell("\(name): `apus certificates run` renews it within a minute")
        }
        return .ok
    }

    /// `apus certificates import`: keeps a certificate that somebody else got as the newest of its name.
    package func importCertificate(
        _ name: String,
        from files: [String],
        _ provider: ProviderOptions
    ) async throws -> CommandStatus {
        var pem = ""
        for file in files {
            guard let data = FileManager.default.contents(atPath: file) else {
                console.fail("cannot read \(file)")
                return .error
            }
            pem += String(decoding: data, as: UTF8.self) + "\n"
        }
        let bundle: CertificateBundle
        do {
            bundle = try CertificateBundle(pem: pem)
        } catch {
            console.fail("\(files.joined(separator: ", ")): \(error)")
            return .error
        }
        let moment = Date(timeIntervalSince1970: Double(now() / 1000))
        if let problem = bundle.problems(covering: [], at: moment).first {
            console.fail("\(files.joined(separator: ", ")): \(problem)")
            return .error
        }
        let store = try FolderStore(at: provider.store ?? "\(options.state.path)/certificates")
        try await store.save(bundle, as: name)
        console.tell("\(name): \(bundle.keyDescription), \(bundle.names.joined(separator: ", "))")
        return .ok
    }

    /// `apus certificates account`: goes on with an account that another client made.
    package func importAccount(
        of issuer: String,
        key file: String,
        _ provider: ProviderOptions
    ) async throws -> CommandStatus {
        guard let found = try await issuers().first(where: { $0.name == issuer }) else {
            console.fail("no certificate is from an issuer \(VisibleText.quoted(issuer))")
            return .error
        }
        let text = String(
            decoding: FileManager.default.contents(atPath: file) ?? Data(),
            as: UTF8.self
        )
        guard let key = AccountKey(pem: SecretText(text)) else {
            console.fail("\(file) is not the PEM of an ECDSA P-256 key, which accounts have here")
            return .error
        }
        let store = try FolderStore(at: provider.store ?? "\(options.state.path)/certificates")
        try await store.keepAccount(key, of: found)
        console.tell("\(issuer): the next order uses this account")
        return .ok
    }

    private func provide(
        _ running: ProviderOptions,
        _ store: FolderStore,
        _ fetch: @escaping ACMEFetch
    ) async throws -> CommandStatus {
        let (console, clock, now, transport) = (console, clock, now, transport)
        let proxies = ProxyBoard()
        let provider = CertificateProvider(
            CertificateProvider.Surroundings(
                store: store,
                fetch: fetch,
                publisher: { issuer in
                    Self.publisher(of: issuer, proxies.proxies, transport, clock)
                },
                clock: clock,
                now: { now() / 1000 },
                tell: { console.tell("\($0)") }
            )
        )
        while !Task.isCancelled {
            let (fleets, _) = try await selectedFleets()
            proxies.set(fleets.flatMap(\.proxies))
            try await provider.want(Self.wanted(by: fleets))
            try await provider.turn()
            let isIdle = await provider.isIdle
            if running.once, isIdle { return await provider.hasFailures ? .notConverged : .ok }
            try await clock.sleep(for: min(await provider.pause(), .seconds(30)))
        }
        return .ok
    }

    private func issuers() async throws -> [DesiredIssuer] {
        Self.wanted(by: try await selectedFleets().fleets).map(\.issuer)
    }

    /// Certificates of all fleets that come from an issuer, each document once.
    static func wanted(by fleets: [DesiredFleet]) -> [WantedCertificate] {
        var wanted: [String: WantedCertificate] = [:]
        for certificate in fleets.flatMap(\.certificates) {
            guard case .issuer(let issuer) = certificate.source else { continue }
            wanted[certificate.document] = WantedCertificate(
                certificate.document,
                from: issuer,
                covering: certificate.dnsNames,
                key: certificate.key
            )
        }
        return wanted.values.sorted { $0.name < $1.name }
    }

    private static func publisher(
        of issuer: DesiredIssuer,
        _ proxies: [ProxyTarget],
        _ transport: any RuntimeTransport,
        _ clock: any Clock<Duration>
    ) -> any ChallengePublisher {
        switch issuer.challenge {
        case .http01:
            guard let map = issuer.challengeMap else {
                return RefusedChallenges(
                    "issuer \(issuer.name) proves names by http-01 and names no map: set `challengeMap`"
                )
            }
            return FleetChallenges(on: proxies, map: map.text, transport: transport, clock: clock)
        case .dns01:
            guard let hook = issuer.hook else {
                return RefusedChallenges(
                    "issuer \(issuer.name) proves names by dns-01 and names no program: set `hook`"
                )
            }
            return HookChallenges(program: hook, clock: clock)
        case .tlsALPN01:
            return RefusedChallenges(
                "issuer \(issuer.name): fleets do not answer tls-alpn-01; choose http-01 or dns-01"
            )
        }
    }
}

/// Says why no challenge can be answered.
private struct RefusedChallenges: ChallengePublisher {
    private let reason: String

    init(_ reason: String) { self.reason = reason }

    func publish(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        throw ChallengeError(reason)
    }

    func withdraw(_ challenge: ACMEChallenge) async throws(ChallengeError) {}
}
