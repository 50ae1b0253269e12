import Foundation
import Model
import Planning
import RuntimeAPI
import Stage
import Testing

@testable import Fleet

/// Certificates on real HAProxy and on apus-proxy: stored, renewed, listed, removed, and begun again after every kind of break.
@Suite(.enabled(if: HAProxyProcess.isInstalled), .serialized)
struct HAProxyCertificatesTests {
    /// apus-proxy takes the same boot file.
    private static let programs =
        HAProxyProcess.programs
        + (FileManager.default.isExecutableFile(atPath: Programs.apusProxy)
            ? [.init(description: "apus-proxy", words: [Programs.apusProxy])] : [])

    private let transport = SocketTransport()
    private let clock = ContinuousClock()
    private let certificates = TestCertificates()

    /// With a list of which `default.pem` is the first line, and a bind that serves from it.
    private func start(
        _ program: HAProxyProcess.Program,
        _ first: IssuedCertificate
    ) async throws -> HAProxyProcess {
        try await HAProxyProcess.start(program) { folder in
            let (payload, path) = (certificates.payload(first), folder.path)
            try Data(payload.utf8).write(to: folder.appendingPathComponent("default.pem"))
            try Data("default.pem\n".utf8).write(to: folder.appendingPathComponent("edge.crtlist"))
            return """
                frontend tls
                    bind unix@\(path)/tls.sock ssl crt-list edge.crtlist
                    http-request return status 200

                """
        }
    }

    private func fleet(_ wanted: [DesiredCertificate]) -> DesiredFleet {
        var fleet = DesiredFleet(
            name: FleetFixture.name("edge"),
            proxies: [],
            origin: FleetFixture.origin
        )
        fleet.certificates = wanted.sorted { $0.name < $1.name }
        fleet.transactionGrace = Milliseconds(20)
        return fleet
    }

    private func plan(
        _ fleet: DesiredFleet,
        _ proxy: HAProxyProcess,
        formerly former: DesiredFleet? = nil,
        over transport: (any RuntimeTransport)? = nil
    ) async throws -> (plan: ProxyPlan, observed: ObservedProxy) {
        var options = Planner.Options()
        options.previous = former
        let scope = ObservationScope(fleet, former: [former].compactMap(\.self))
        let observed = try await Observer(transport: transport ?? self.transport, clock: clock)
            .observe(proxy.target, scope)
        return (Planner.planProxy(fleet, observed: observed, options: options), observed)
    }

    /// Plans and applies once; what became of it.
    private func apply(
        _ fleet: DesiredFleet,
        _ proxy: HAProxyProcess,
        formerly former: DesiredFleet? = nil,
        over transport: (any RuntimeTransport)? = nil
    ) async throws -> (changes: [Change], outcome: ApplyOutcome) {
        let plan = try await plan(fleet, proxy, formerly: former, over: transport).plan
        let outcome = await Applier(
            transport: transport ?? self.transport,
            clock: clock,
            certificates: certificates
        )
        .apply(plan, to: proxy.target)
        return (plan.steps.map(\.change), outcome)
    }

    @Test(arguments: Self.programs)
    func `certificates come, are renewed, change their lines and go`(
        program: HAProxyProcess.Program
    ) async throws {
        let first = try certificates.make("default.example")
        let proxy = try await start(program, first)
        defer { proxy.stop() }
        let (old, new) = (try certificates.make("a.example"), try certificates.make("a.example"))
        let turns: [(wanted: [DesiredCertificate], steps: Int)] = [
            ([TestCertificates.desired("default.pem", first)], 0),
            ([TestCertificates.desired("a.pem", old)], 2),
            ([TestCertificates.desired("a.pem", new)], 1),
            (
                [
                    TestCertificates.desired(
                        "a.pem",
                        new,
                        in: "edge.crtlist",
                        "[alpn http/1.1 verify none]"
                    )
                ], 2
            ),
            ([], 2),
        ]
        var former = fleet([])
        for (wanted, steps) in turns {
            let fleet = fleet(wanted)
            let (changes, outcome) = try await apply(fleet, proxy, formerly: former)
            #expect(changes.count == steps)
            #expect(outcome.isComplete, "\(outcome)")
            let rest = try await plan(fleet, proxy, formerly: former)
            #expect(rest.plan.steps.map(\.change) == [])
            #expect(rest.observed.certificates.transaction == nil)
            // The default is never one of those that are taken away here.
            former = self.fleet(wanted.filter { $0.name.text != "default.pem" })
        }
    }

    @Test(arguments: Self.programs)
    func `a pair that does not fit is aborted, and what was there stays`(
        program: HAProxyProcess.Program
    ) async throws {
        let first = try certificates.make("default.example")
        let proxy = try await start(program, first)
        defer { proxy.stop() }
        let (good, bad) = (try certificates.make("a.example"), try certificates.make("a.example"))
        let held = fleet([TestCertificates.desired("a.pem", good)])
        #expect(try await apply(held, proxy).outcome.isComplete)
        // A key of the one and a certificate of the other.
        let key = certificates.payload(good)
        let half = key.firstRange(of: "-----BEGIN CERTIFICATE")?.lowerBound ?? key.endIndex
        let other = certificates.payload(bad)
        let leaf = other.firstRange(of: "-----BEGIN CERTIFICATE")?.lowerBound ?? other.startIndex
        for text in [String(key[..<half]) + other[leaf...], "garbage", ""] {
            certificates.replace(bad, by: text)
            for name in ["a.pem", "b.pem"] {
                let wanted = fleet([
                    TestCertificates.desired("a.pem", name == "a.pem" ? bad : good),
                    TestCertificates.desired("b.pem", bad),
                ])
                let outcome = try await apply(wanted, proxy).outcome
                #expect(outcome.ending == .partial)
                #expect(!"\(outcome)".contains("PRIVATE KEY"))
                let seen = try await plan(wanted, proxy).observed.certificates
                #expect(seen.transaction == nil)
                #expect(
                    seen.certificates[TestCertificates.file("a.pem")]?.sha1
                        == good.fingerprint.sha1
                )
                #expect(seen.certificates[TestCertificates.file("b.pem")] == nil)
            }
        }
    }

    @Test(arguments: Self.programs)
    func `another's transaction that rests is aborted, one that moves is left`(
        program: HAProxyProcess.Program
    ) async throws {
        let first = try certificates.make("default.example")
        let proxy = try await start(program, first)
        defer { proxy.stop() }
        let (mine, theirs) = (
            try certificates.make("a.example"), try certificates.make("b.example")
        )
        let client = try await RuntimeClient.open(
            proxy.target,
            over: transport,
            clock: clock,
            limits: FleetLimits(),
            tried: "meddling"
        )
        func set(_ issued: IssuedCertificate) async throws {
            let payload = certificates.payload(issued).split(separator: "\n").joined(
                separator: "\n"
            )
            _ = try await client.replies(to: [(.certificate(.set("default.pem")), payload: payload)]
            )
        }
        try await set(theirs)
        let wanted = fleet([TestCertificates.desired("a.pem", mine)])
        let plan = try await plan(wanted, proxy).plan
        #expect(plan.steps.count == 3)
        // It goes on after it was planned around: the plan is stale and changes nothing.
        try await set(mine)
        let applier = Applier(transport: transport, clock: clock, certificates: certificates)
        let outcome = await applier.apply(plan, to: proxy.target)
        #expect(!outcome.isComplete)
        await client.close()
        #expect(try await apply(wanted, proxy).outcome.isComplete)
        let seen = try await self.plan(wanted, proxy)
        #expect(seen.plan.steps.isEmpty)
        #expect(seen.observed.certificates.transaction == nil)
    }

    /// Every send of a pass that adds, renews, changes a line and removes is the last one once, reaching the
    /// proxy and not; passes after it bring about the same.
    @Test(arguments: Self.programs, [true, false])
    func `a pass cut off at any point is finished by the next`(
        program: HAProxyProcess.Program,
        reaches: Bool
    ) async throws {
        let first = try certificates.make("default.example")
        let proxy = try await start(program, first)
        defer { proxy.stop() }
        let versions = try (0..<5).map { try certificates.make("h\($0).example") }
        let before = fleet([
            TestCertificates.desired("renewed.pem", versions[0]),
            TestCertificates.desired("moved.pem", versions[1]),
            TestCertificates.desired("gone.pem", versions[2]),
        ])
        let after = fleet([
            TestCertificates.desired("renewed.pem", versions[3]),
            TestCertificates.desired(
                "moved.pem",
                versions[1],
                in: "edge.crtlist",
                "[alpn http/1.1]"
            ),
            TestCertificates.desired("new.pem", versions[4]),
        ])
        var point = 1
        while point < 100 {
            #expect(try await apply(before, proxy, formerly: after).outcome.isComplete)
            let breaking = BreakingTransport(transport, at: point, reaches: reaches)
            _ = try? await apply(after, proxy, formerly: before, over: breaking)
            var passes = 0
            while passes < 4, try await !plan(after, proxy, formerly: before).plan.steps.isEmpty {
                _ = try await apply(after, proxy, formerly: before)
                passes += 1
            }
            let seen = try await plan(after, proxy, formerly: before)
            #expect(seen.plan.steps.map(\.change) == [], "cut off at \(point)")
            #expect(seen.observed.certificates.transaction == nil)
            guard breaking.hasBroken else { break }
            point += 1
        }
        // Looking, six commands and the transactions' own.
        #expect(point > 12)
    }
}
