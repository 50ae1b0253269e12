import Certificates
import Foundation
import Model
import NIOCore
import Stage
import Synchronization
import Testing

/// Against a real authority. Without `pebble` there is nothing to see; CI installs it.
@Suite(.enabled(if: Pebble.program != nil, "pebble is not installed"), .serialized)
struct PebbleTests {
    @Test func `a hundred certificates are issued while half of the nonces are refused`()
        async throws
    {
        let stage = try await PebbleStage()
        try await stage.run {
            var wanted: [WantedCertificate] = []
            for index in 0..<100 {
                let names = ["host-\(index).example.com"]
                wanted.append(
                    WantedCertificate("host-\(index)", from: stage.issuer, covering: names)
                )
            }
            try await stage.provider.want(wanted)
            try await stage.work { await stage.provider.state(of: "host-99")?.issued != nil }
            for certificate in wanted {
                let bundle = try #require(try await stage.store.certificate(certificate.name))
                #expect(certificate.names.allSatisfy(bundle.covers))
            }
            #expect(stage.journal.early == [])
            #expect(stage.journal.rejectedNonces > 50)
            #expect(stage.publisher.out == [])
        }
    }

    @Test(arguments: [DesiredIssuer.Challenge.dns01, .tlsALPN01])
    func `every way to prove a name works`(challenge: DesiredIssuer.Challenge) async throws {
        let stage = try await PebbleStage(challenge)
        try await stage.run {
            let names = challenge == .dns01 ? ["*.example.com", "example.com"] : ["example.com"]
            var wanted = WantedCertificate("site", from: stage.issuer, covering: names)
            wanted.key = .ecdsaP384
            try await stage.provider.want([wanted])
            try await stage.work { await stage.provider.state(of: "site")?.issued != nil }
            let bundle = try #require(try await stage.store.certificate("site"))
            #expect(names.allSatisfy(bundle.covers))
            #expect(bundle.keyDescription == "ECDSA P-384")
            #expect(stage.publisher.out == [])

            guard challenge == .dns01 else { return }
            // A renewal that somebody asks for gives another certificate for another key.
            await stage.provider.renew("site")
            try await stage.work {
                await stage.provider.state(of: "site")?.issued?.fingerprint != bundle.fingerprint
            }
            let renewed = try #require(try await stage.store.certificate("site"))
            #expect(renewed.keyPEM != bundle.keyPEM)
            try await stage.provider.revoke(renewed, of: stage.issuer, reason: 4)
        }
    }

    @Test func `an account is bound to an external one`() async throws {
        var options = Pebble.Options()
        let key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
        options.external = (id: "kid-1", key: key)
        let stage = try await PebbleStage(.http01, options)
        try await stage.run {
            var issuer = stage.issuer
            let names = ["example.com"]
            try await stage.provider.want([WantedCertificate("a", from: issuer, covering: names)])
            try await stage.work { await stage.provider.state(of: "a")?.record.failures ?? 0 > 0 }
            let why = await stage.provider.state(of: "a")?.record.failure
            #expect(why?.contains("external account") == true)

            issuer.externalAccount = "kid-1"
            try await stage.store.write(Array(key.utf8), to: .externalAccounts, issuer.name)
            try await stage.provider.want([WantedCertificate("b", from: issuer, covering: names)])
            try await stage.work { await stage.provider.state(of: "b")?.issued != nil }
        }
    }
}

/// An authority, a store and a provider between them.
struct PebbleStage {
    let folder: TemporaryFolder
    let pebble: Pebble
    let client: HTTPSFetch
    let issuer: DesiredIssuer
    let store: FolderStore
    let publisher: ChallengeServer
    let journal = ExchangeJournal()
    let provider: CertificateProvider

    init(
        _ challenge: DesiredIssuer.Challenge = .http01,
        _ options: Pebble.Options = .init(),
        publisher other: (any ChallengePublisher)? = nil
    ) async throws {
        folder = try TemporaryFolder("pebble")
        pebble = try Pebble(in: folder, options)
        client = HTTPSFetch(trusting: pebble.trust)
        var issuer = DesiredIssuer(
            name: "pebble",
            directory: pebble.directory,
            origin: Origin(file: "issuers.yaml", line: 1, column: 1)
        )
        issuer.contact = ["ops@example.com"]
        issuer.challenge = challenge
        self.issuer = issuer
        store = try FolderStore(at: folder.path("store"))
        let plain = client.fetch
        let (journal, address) = (journal, pebble.challenges)
        let publisher = ChallengeServer(at: address, fetch: plain)
        self.publisher = publisher
        var surroundings = CertificateProvider.Surroundings(
            store: store,
            fetch: journal.fetch(through: plain),
            publisher: { _ in other ?? publisher },
            clock: ContinuousClock(),
            now: { Int(Date.now.timeIntervalSince1970) },
            tell: { _ in }
        )
        surroundings.concurrency = 100
        provider = CertificateProvider(surroundings)
        let directory = pebble.directory
        try await Deadline.reach("answer of pebble") {
            let servers = try? await plain(ACMERequest(.get, address))
            let authority = try? await plain(ACMERequest(.get, directory))
            return servers?.status == 404 && authority?.status == 200
        }
    }

    func run(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            Issue.record("\(pebble.log.suffix(2000))")
            throw error
        }
        pebble.stop()
        try await client.shutdown()
        folder.remove()
    }

    /// Lets the provider work until the condition holds.
    func work(until condition: () async -> Bool) async throws {
        try await Deadline.reach("certificate", within: .seconds(120)) {
            try await provider.turn()
            return await condition()
        }
    }
}
