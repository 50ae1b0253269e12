import Certificates
import Foundation
import Model
import Simulation
import Stage
import Synchronization
import Testing

/// `CertificateProvider` through `ACMEIssuance` and `ACMEClient`, with everything but them in memory.
struct CertificateProviderTests {
    @Test func `a certificate is issued, kept and renewed at two thirds of its life`() async throws
    {
        let scene = try ProviderScene()
        try await scene.turnUntilIssued()
        let first = try #require(try await scene.store().certificate("site"))
        #expect(scene.authority.orders == 1)
        #expect(scene.publisher.out == [])
        scene.clock.advance(by: 59 * 86_400)
        try await scene.provider().turn()
        #expect(scene.authority.orders == 1)
        scene.clock.advance(by: 86_400)
        try await scene.provider().turn()
        let second = try #require(try await scene.store().certificate("site"))
        #expect(second.sha256 != first.sha256)
        #expect(scene.authority.accounts == 1, "an account is made once")
    }

    @Test func `refused nonces are tried again, within limits`() async throws {
        let scene = try ProviderScene()
        scene.authority.set(FakeAuthority.Moods(refusedNonce: 2))
        try await scene.turnUntilIssued()
        let endless = try ProviderScene()
        endless.authority.set(FakeAuthority.Moods(refusedNonce: 1))
        try await endless.provider().turn()
        #expect(endless.authority.requests < 40)
        #expect(endless.failures.last?.contains("nonces in a row were refused") == true)
    }

    @Test(arguments: ["600", "Mon, 21 Sep 2026 14:23:20 GMT"])
    func `nothing is sent before Retry-After, before and after a restart`(
        field: String
    ) async throws {
        let scene = try ProviderScene()
        scene.authority.set(
            FakeAuthority.Moods(problem: (request: 6, "rateLimited", 429, retryAfter: field))
        )
        let provider = try await scene.provider()
        try await provider.turn()
        let sent = scene.authority.requests
        for _ in 0..<3 {
            scene.clock.advance(by: 190)
            try await provider.turn()
            try await scene.provider().turn()
            #expect(scene.authority.requests == sent)
        }
        scene.clock.advance(by: 300)
        try await scene.turnUntilIssued()
        #expect(scene.journal.early == [])
        #expect(scene.authority.orders == 1)
    }

    @Test func `a chain for another key or other names never reaches the store`() async throws {
        let scene = try ProviderScene()
        let stranger = try TestAuthority()
        var moods = FakeAuthority.Moods()
        moods.chain = { _ in
            try stranger.bundle(["site.test"]).split(separator: "-----BEGIN PRI")
                .first.map(String.init) ?? ""
        }
        scene.authority.set(moods)
        try await scene.provider().turn()
        #expect(try await scene.store().certificate("site") == nil)
        #expect(scene.failures.last?.contains("must not be used") == true)
        moods.chain = { [authority = scene.authority] in try authority.chain($0, ["other.test"]) }
        scene.authority.set(moods)
        scene.clock.advance(by: 3600)
        try await scene.provider().turn()
        #expect(try await scene.store().certificate("site") == nil)
        #expect(scene.failures.last?.contains("'site.test' is not among its names") == true)
        moods.chain = { _ in "garbage" }
        scene.authority.set(moods)
        scene.clock.advance(by: 3600)
        try await scene.provider().turn()
        #expect(scene.failures.last?.contains("there is no certificate") == true)
        scene.authority.set(FakeAuthority.Moods())
        scene.clock.advance(by: 3600)
        try await scene.turnUntilIssued()
        #expect(scene.publisher.out == [])
    }

    @Test func `a challenge that the authority cannot see ends the order and is withdrawn`()
        async throws
    {
        let scene = try ProviderScene()
        scene.publisher.isBroken = true
        try await scene.provider().turn()
        #expect(scene.publisher.out == [])
        #expect(scene.failures.last?.contains("site.test was not proven") == true)
        let sent = scene.authority.requests
        try await scene.provider().turn()
        #expect(scene.authority.requests == sent, "a failed order is not repeated at once")
        scene.publisher.isBroken = false
        scene.clock.advance(by: 300)
        try await scene.turnUntilIssued()
    }

    @Test func `an order that is processed for long is asked for and not made again`() async throws
    {
        let scene = try ProviderScene()
        scene.authority.set(FakeAuthority.Moods(processing: 5))
        try await scene.turnUntilIssued()
        #expect(scene.authority.orders == 1)
        let endless = try ProviderScene()
        endless.authority.set(FakeAuthority.Moods(processing: .max))
        try await endless.provider().turn()
        #expect(
            endless.failures.last?.contains("not done in an hour") == true,
            "\(endless.failures)"
        )
    }

    @Test func `the account is made anew when the authority lost it`() async throws {
        let scene = try ProviderScene()
        try await scene.turnUntilIssued()
        let sent = scene.authority.requests
        scene.authority.set(
            FakeAuthority.Moods(problem: (sent + 3, "accountDoesNotExist", 400, retryAfter: nil))
        )
        let provider = try await scene.provider()
        await provider.renew("site")
        try await provider.turn()
        scene.clock.advance(by: 600)
        try await provider.turn()
        #expect(scene.authority.accounts == 2)
        #expect(await provider.state(of: "site")?.record.failures == 0)
    }

    /// Before every request, and at every step of the disk, the process dies; another goes on with what the disk has.
    @Test func `a crash at every step of issue and store comes to one certificate`() async throws {
        let quiet = try ProviderScene()
        try await quiet.turnUntilIssued()
        let (requests, steps) = (quiet.authority.requests, quiet.files.steps)
        #expect(requests > 8)
        for request in 0..<requests {
            let scene = try ProviderScene()
            scene.crash(beforeRequest: request)
            try await scene.provider().turn()
            scene.files.restart(leaving: .nothing)
            scene.crash(beforeRequest: nil)
            scene.clock.advance(by: 3600 / 2)
            try await scene.turnUntilIssued()
            #expect(scene.authority.orders <= 2)
            #expect(scene.publisher.out == [], "no token is left behind")
        }
        for step in 0..<steps {
            for leftover in CrashingFiles.Leftover.allCases {
                let scene = try ProviderScene()
                scene.files.crash(afterSteps: step)
                _ = try? await scene.provider().turn()
                scene.files.restart(leaving: leftover)
                scene.clock.advance(by: 3600 / 2)
                try await scene.turnUntilIssued()
                #expect(scene.authority.orders <= 2, "step \(step)")
                #expect(scene.publisher.out == [], "step \(step)")
                #expect(!scene.files.files.keys.contains { $0.hasSuffix(".new") })
            }
        }
    }

    @Test func `an order is gone on with by itself, and refused in the authority's words`()
        async throws
    {
        let scene = try ProviderScene()
        let request = try CertificateRequest(for: ["site.test"], key: .ecdsaP256)
        let order = ACMEOrder(ACMEOrder.Goal(["site.test"], by: .dns01), at: scene.clock.seconds)
        let client = try await scene.client()
        _ = try await client.register(ACMEClient.Registration())
        var issuance = ACMEIssuance(
            "site",
            PendingOrder(order, keyPEM: request.keyPEM),
            ACMEIssuance.Parties(
                client: client,
                publisher: scene.publisher,
                store: try scene.store(),
                clock: scene.clock,
                now: { scene.clock.seconds }
            )
        )
        await #expect(throws: ACMEIssuance.Refused.self) { try await issuance.run() }
    }
}
