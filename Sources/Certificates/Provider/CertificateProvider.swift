package import Model

/// Keeps certificates fresh: issues what is missing, renews what is due, goes on with what a crash left.
///
/// One at a time may use a store (`StoreLock`). Everything that must survive is in the store; this actor can be
/// thrown away at any moment.
package actor CertificateProvider {
    /// Everything a provider is given from outside.
    package struct Surroundings: Sendable {
        package let store: any CertificateStore
        package let fetch: ACMEFetch
        package let publisher: @Sendable (DesiredIssuer) -> any ChallengePublisher
        package let clock: any Clock<Duration>
        /// Seconds since 1970.
        package let now: @Sendable () -> Int
        package let tell: @Sendable (ProviderEvent) -> Void
        /// Orders that are under way at the same time.
        package var concurrency = 8

        package init(
            store: any CertificateStore,
            fetch: @escaping ACMEFetch,
            publisher: @escaping @Sendable (DesiredIssuer) -> any ChallengePublisher,
            clock: any Clock<Duration>,
            now: @escaping @Sendable () -> Int,
            tell: @escaping @Sendable (ProviderEvent) -> Void
        ) {
            self.store = store
            self.fetch = fetch
            self.publisher = publisher
            self.clock = clock
            self.now = now
            self.tell = tell
        }
    }

    /// Questions about renewal in one turn.
    private static let questions = 20

    let surroundings: Surroundings
    private var wanted: [String: WantedCertificate] = [:]
    private var states: [String: CertificateState] = [:]
    private var schedule = RenewalSchedule()
    var authorities: [String: ACMEClient] = [:]
    /// Names that somebody asked to renew now.
    private var forced: Set<String> = []

    package init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    /// Sets what is kept fresh from now on; what is not among it stays in the store and is left alone.
    package func want(_ certificates: [WantedCertificate]) async throws(StoreError) {
        let names = Set(certificates.map(\.name))
        for name in states.keys.sorted() where !names.contains(name) {
            states[name] = nil
            schedule.forget(name)
        }
        wanted = [:]
        for certificate in certificates {
            wanted[certificate.name] = certificate
            if states[certificate.name] == nil { try await read(certificate.name) }
        }
    }

    /// Renews a certificate at once, unless its authority asked to be left alone.
    package func renew(_ name: String) { forced.insert(name) }

    /// Works until it is cancelled; looks around at least every minute.
    package func run() async throws {
        while !Task.isCancelled {
            _ = try await turn()
            try await surroundings.clock.sleep(for: pause())
        }
    }

    /// Does what can be done now and returns how many orders came to an end, good or bad.
    @discardableResult
    package func turn() async throws -> Int {
        forced.formUnion(try await surroundings.store.names(in: .requests))
        await askAboutRenewal()
        let names = Array(ready().prefix(surroundings.concurrency * 8))
        var count = 0
        await withTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() {
                if index >= surroundings.concurrency { await group.next() }
                count += 1
                group.addTask { await self.issue(name) }
            }
        }
        return count
    }

    /// Seconds until there may be something to do, at most a minute.
    package func pause() -> Duration {
        let now = surroundings.now()
        guard ready().isEmpty else { return .seconds(1) }
        let moments =
            states.values.compactMap(\.record.retryAt) + [schedule.next(after: now) ?? .max]
        let next = moments.filter { $0 > now }.min() ?? now + 60
        return .seconds(min(max(next - now, 1), 60))
    }

    /// Nothing can be done now.
    package var isIdle: Bool { ready().isEmpty }
    /// Something that is wanted could not be had so far.
    package var hasFailures: Bool { states.values.contains { $0.record.failures > 0 } }

    /// What is known of a certificate: for status.
    package func state(of name: String) -> CertificateState? { states[name] }

    /// Names that may be ordered now: first what is begun, then what is missing, then what is due.
    private func ready() -> [String] {
        let now = surroundings.now()
        func isHeld(_ name: String) -> Bool { (states[name]?.record.retryAt ?? 0) > now }
        let names = wanted.keys.sorted().filter { !isHeld($0) }
        let begun = names.filter { states[$0]?.record.pending != nil }
        let missing = names.filter { states[$0]?.record.pending == nil && reason($0) != nil }
        let due = schedule.due(at: now) { name in
            isHeld(name) || states[name]?.record.pending != nil || reason(name) != nil
        }
        return begun + missing + due
    }

    /// Why a certificate is needed that has nothing to do with time; nil when the one at hand is right.
    private func reason(_ name: String) -> String? {
        guard let wanted = wanted[name], let state = states[name] else { return nil }
        if forced.contains(name) { return "somebody asked for it" }
        guard let issued = state.issued else { return "there is none yet" }
        if issued.names != wanted.names.map({ $0.lowercased() }).sorted() {
            return "its names changed"
        }
        return issued.key == wanted.key ? nil : "its kind of key changed"
    }

    private func read(_ name: String) async throws(StoreError) {
        let store = surroundings.store
        var state = CertificateState()
        state.record = try await store.record(name) ?? CertificateRecord()
        if let bundle = try await store.certificate(name) {
            state.issued = bundle.issued
            state.renewalID = bundle.renewalID
        }
        states[name] = state
        guard let validity = state.validity else { return }
        if let renewAt = state.record.renewAt {
            schedule.resume(name, validity, renewAt: renewAt)
        } else {
            states[name]?.record.renewAt = schedule.plan(
                name,
                validity,
                window: state.record.window,
                at: surroundings.now()
            )
        }
    }
}

/// What a provider knows of one certificate.
package struct CertificateState: Hashable, Sendable {
    /// The newest one; nil before the first.
    package var issued: IssuedCertificate?
    package var renewalID: String?
    package var record = CertificateRecord()

    package init() {}

    var validity: RenewalSchedule.Validity? {
        issued.map { .init(notBefore: $0.notBefore, notAfter: $0.notAfter) }
    }
}

extension CertificateProvider {
    /// Carries one order to its end and notes what came of it.
    private func issue(_ name: String) async {
        guard let certificate = wanted[name], let state = states[name] else { return }
        let now = surroundings.now()
        do {
            let pending = try await pending(certificate, state)
            if state.issued != nil { schedule.begin(at: now) }
            let client = try await client(of: certificate.issuer)
            let parties = ACMEIssuance.Parties(
                client: client,
                publisher: surroundings.publisher(certificate.issuer),
                store: surroundings.store,
                clock: surroundings.clock,
                now: surroundings.now
            )
            var issuance = ACMEIssuance(name, pending, parties)
            let bundle = try await issuance.run()
            try await succeed(name, bundle)
        } catch {
            await fail(certificate, error)
        }
    }

    /// The order of the store, or a new one; a new one's key is in the store before anything is sent.
    private func pending(
        _ certificate: WantedCertificate,
        _ state: CertificateState
    ) async throws -> PendingOrder {
        let store = surroundings.store
        var record = try await store.record(certificate.name) ?? CertificateRecord()
        if let pending = record.pending, pending.order.goal.names == certificate.names {
            return pending
        }
        let why = reason(certificate.name) ?? "it is time"
        surroundings.tell(.ordering(name: certificate.name, why: why))
        var goal = ACMEOrder.Goal(certificate.names, by: certificate.issuer.challenge)
        goal.profile = certificate.issuer.profile
        goal.replaces = state.record.failures == 0 ? state.renewalID : nil
        let request = try CertificateRequest(for: certificate.names, key: certificate.key)
        let pending = PendingOrder(
            ACMEOrder(goal, at: surroundings.now()),
            keyPEM: request.keyPEM
        )
        record.pending = pending
        try await store.save(record, of: certificate.name)
        return pending
    }

    private func succeed(_ name: String, _ bundle: CertificateBundle) async throws {
        var state = CertificateState()
        state.issued = bundle.issued
        state.renewalID = bundle.renewalID
        forced.remove(name)
        try await surroundings.store.remove(.requests, name)
        if let validity = state.validity {
            state.record.renewAt = schedule.plan(name, validity, at: surroundings.now())
        }
        states[name] = state
        try await surroundings.store.save(state.record, of: name)
        surroundings.tell(
            .issued(
                name: name,
                fingerprint: bundle.sha256,
                notAfter: state.issued?.notAfter ?? 0,
                renewAt: state.record.renewAt ?? 0
            )
        )
    }

    /// Notes a failure and when to try again: after a minute, then twice as long each time, up to six hours.
    private func fail(_ certificate: WantedCertificate, _ error: any Error) async {
        guard !(error is CancellationError) else { return }
        let (name, now) = (certificate.name, surroundings.now())
        var record = states[name]?.record ?? CertificateRecord()
        // What the order came to meanwhile is in the store.
        let kept = try? await surroundings.store.record(name)
        record.pending = kept?.pending
        let pause = min(60 << min(record.failures, 9), 21_600)
        let jitter = Int(StableHash.of(name, "\(record.failures)") % UInt64(pause / 4 + 1))
        if case .held(let until)? = (error as? ACMEError)?.cause {
            // Nothing was tried.
            record.retryAt = max(until, now + 1) + jitter
        } else {
            record.failures += 1
            record.retryAt = now + pause + jitter
        }
        record.failure = "\(error)"
        states[name]?.record = record
        if let error = error as? ACMEError, error.isAboutAccount {
            await forgetAccount(of: certificate.issuer)
        }
        tell(failureOf: name, "\(error)", record, at: now)
        do {
            try await surroundings.store.save(record, of: name)
        } catch {
            surroundings.tell(.trouble("\(error)"))
        }
    }

    private func tell(
        failureOf name: String,
        _ why: String,
        _ record: CertificateRecord,
        at now: Int
    ) {
        surroundings.tell(.failed(name: name, why: why, retryAt: record.retryAt ?? now))
        guard let validity = states[name]?.validity, let notAfter = states[name]?.issued?.notAfter,
            notAfter - now < validity.life / 3
        else { return }
        surroundings.tell(.expiring(name: name, notAfter: notAfter, why: why))
    }

    /// Asks authorities that give advice when to renew, and plans by what they say (RFC 9773).
    private func askAboutRenewal() async {
        let now = surroundings.now()
        let names = wanted.keys.sorted().filter { name in
            guard let state = states[name], state.issued != nil else { return false }
            return (state.record.window?.askAgain ?? 0) <= now
        }
        for name in names.prefix(Self.questions) {
            guard let certificate = wanted[name] else { continue }
            do {
                try await ask(about: certificate, at: now)
            } catch {
                // Advice that nobody gives changes no plan; it is asked for again in an hour.
                let old = states[name]?.record.window
                states[name]?.record.window = RenewalWindow(
                    start: old?.start ?? 0,
                    end: old?.end ?? 0,
                    askAgain: now + 3600
                )
            }
        }
    }

    private func ask(about certificate: WantedCertificate, at now: Int) async throws {
        let name = certificate.name
        let client = try await client(of: certificate.issuer)
        guard let bundle = try await surroundings.store.certificate(name) else { return }
        let none = RenewalWindow(start: 0, end: 0, askAgain: now + 86_400)
        let window = try await client.renewalWindow(of: bundle, now: now) ?? none
        guard let state = states[name], let validity = state.validity else { return }
        let old = state.record.window
        states[name]?.record.window = window
        guard window.end > 0, window.start != old?.start || window.end != old?.end else { return }
        states[name]?.record.renewAt = schedule.plan(name, validity, window: window, at: now)
        guard var record = states[name]?.record else { return }
        record.pending = try await surroundings.store.record(name)?.pending
        try await surroundings.store.save(record, of: name)
    }
}
