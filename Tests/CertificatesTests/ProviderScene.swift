import Certificates
import Foundation
import Model
import Stage
import Synchronization
import Testing

/// An authority, a disk and a fleet in memory, whose time is set by the test.
final class ProviderScene: Sendable {
    let clock = SceneClock()
    let files = CrashingFiles()
    let publisher = MemoryPublisher()
    let authority: FakeAuthority
    let journal: ExchangeJournal
    private let told = Mutex<[String]>([])
    private let left = Mutex<Int?>(nil)

    init() throws {
        let (clock, publisher) = (clock, publisher)
        authority = try FakeAuthority(
            now: { clock.seconds },
            isPublished: { publisher.isVisible($0) }
        )
        journal = ExchangeJournal { clock.seconds }
    }

    /// What failed so far.
    var failures: [String] { told.withLock { $0 } }

    func store() throws -> FolderStore { try FolderStore(at: "/store", files: files) }

    /// A process that begins now.
    func provider() async throws -> CertificateProvider {
        let (authority, clock, publisher, journal) = (authority, clock, publisher, journal)
        let provider = CertificateProvider(
            CertificateProvider.Surroundings(
                store: try store(),
                fetch: journal.fetch { request in
                    try self.countDown()
                    return try authority.answer(request)
                },
                publisher: { _ in publisher },
                clock: clock,
                now: { clock.seconds },
                tell: { event in
                    guard case .failed = event else { return }
                    self.told.withLock { $0.append(event.description) }
                }
            )
        )
        let origin = Origin(file: "issuers.yaml", line: 1, column: 1)
        let issuer = DesiredIssuer(name: "test", directory: "https://ca.test/dir", origin: origin)
        let names = ["site.test", "www.site.test"]
        try await provider.want([WantedCertificate("site", from: issuer, covering: names)])
        return provider
    }

    /// A client without a provider.
    func client() async throws -> ACMEClient {
        let (authority, clock) = (authority, clock)
        return ACMEClient(
            directory: "https://ca.test/dir",
            key: AccountKey(),
            account: nil,
            hold: 0,
            ACMEClient.Surroundings(
                fetch: { try authority.answer($0) },
                now: { clock.seconds },
                keepHold: { _ in }
            )
        )
    }

    /// Takes turns until the certificate is there, with time passing in between.
    func turnUntilIssued() async throws {
        let provider = try await provider()
        for _ in 0..<20 {
            try await provider.turn()
            let state = await provider.state(of: "site")
            if state?.issued != nil, state?.record.pending == nil { return }
            clock.advance(by: 600)
        }
        Issue.record("nothing was issued: \(failures.suffix(3))")
    }

    /// From this request on nothing is sent any more, as nobody is there to send it; nil for never.
    func crash(beforeRequest count: Int?) { left.withLock { $0 = count } }

    private func countDown() throws {
        try left.withLock { left in
            guard let count = left else { return }
            guard count > 0 else {
                files.crash(afterSteps: 0)
                throw CancellationError()
            }
            left = count - 1
        }
    }
}

/// A clock that jumps to wherever somebody sleeps to.
final class SceneClock: Clock, Sendable {
    /// Seconds since the scene began.
    struct Instant: InstantProtocol {
        let passed: Duration

        func advanced(by duration: Duration) -> Instant { Instant(passed: passed + duration) }
        func duration(to other: Instant) -> Duration { other.passed - passed }
        static func < (left: Instant, right: Instant) -> Bool { left.passed < right.passed }
    }

    private let passed = Mutex(Duration.zero)

    /// Seconds since 1970.
    var seconds: Int {
        Int(TestAuthority.start.timeIntervalSince1970)
            + Int(passed.withLock { $0.components.seconds })
    }
    var now: Instant { Instant(passed: passed.withLock { $0 }) }
    var minimumResolution: Duration { .seconds(1) }

    func advance(by seconds: Int) { passed.withLock { $0 += .seconds(seconds) } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        passed.withLock { $0 = max($0, deadline.passed) }
    }
}

/// A fleet that answers challenges, or seems to.
final class MemoryPublisher: ChallengePublisher {
    private let tokens = Mutex<Set<String>>([])
    private let broken = Mutex(false)

    /// Publishing seems to work, and nobody sees anything.
    var isBroken: Bool {
        get { broken.withLock { $0 } }
        set { broken.withLock { $0 = newValue } }
    }

    var out: Set<String> { tokens.withLock { $0 } }

    func isVisible(_ token: String) -> Bool { !isBroken && out.contains(token) }

    func publish(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        _ = tokens.withLock { $0.insert(challenge.token) }
    }

    func withdraw(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        _ = tokens.withLock { $0.remove(challenge.token) }
    }
}
