import FoundationEssentials
import Model

/// Carries one order out, step by step, so that any other process can go on where this one stopped.
///
/// Before each step the store knows that it begins, after each step what came of it; the certificate is checked
/// and in the store before the order is over.
package struct ACMEIssuance: Sendable {
    /// Whom it talks to.
    package struct Parties: Sendable {
        package let client: ACMEClient
        package let publisher: any ChallengePublisher
        package let store: any CertificateStore
        package let clock: any Clock<Duration>
        /// Seconds since 1970.
        package let now: @Sendable () -> Int

        package init(
            client: ACMEClient,
            publisher: any ChallengePublisher,
            store: any CertificateStore,
            clock: any Clock<Duration>,
            now: @escaping @Sendable () -> Int
        ) {
            self.client = client
            self.publisher = publisher
            self.store = store
            self.clock = clock
            self.now = now
        }
    }

    /// An order that came to its end without a certificate, in the authority's words or ours.
    package struct Refused: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// The name in the store.
    package let name: String
    private let parties: Parties
    private var pending: PendingOrder

    /// Goes on with an order of the store, or begins the one that is wanted.
    package init(_ name: String, _ pending: PendingOrder, _ parties: Parties) {
        self.name = name
        self.pending = pending
        self.parties = parties
    }

    /// Carries the order to its end; throws what stopped it, after which it can be gone on with.
    ///
    /// `Refused` is an end as well: the order is over, and a new one has to be made later.
    package mutating func run() async throws -> CertificateBundle {
        while true {
            try Task.checkCancellation()
            let action = pending.order.next(at: parties.now())
            switch action {
            case .issued:
                guard let bundle = try await parties.store.certificate(name) else {
                    throw Refused(description: "the certificate has left the store")
                }
                return bundle
            case .failed(let words):
                guard pending.order.isOver else {
                    try await apply(.refused(words))
                    continue
                }
                throw Refused(description: words)
            case .wait(let moment):
                // A second at a time: the clock of the wall may be set meanwhile.
                let pause = min(max(1, moment - parties.now()), 60)
                try await parties.clock.sleep(for: .seconds(pause))
            default:
                try await perform(action)
            }
        }
    }

    private mutating func perform(_ action: ACMEOrder.Action) async throws {
        switch action {
        case .create, .publish: try await apply(.beginning(action))
        default: break
        }
        do {
            try await apply(try await carryOut(action))
        } catch let error as ACMEError {
            guard case .problem(let problem) = error.cause, problem.isFinal else { throw error }
            if problem.kind == "orderNotReady" {
                let (resource, askAt) = try await parties.client.order(pending.order.url)
                return try await apply(.order(resource, url: nil, askAt: askAt))
            }
            try await apply(.refused(error.reason))
        } catch let error as CertificateProblem {
            try await apply(.refused("what the authority gave must not be used: \(error)"))
        }
    }

    private func carryOut(_ action: ACMEOrder.Action) async throws -> ACMEOrder.Event {
        let client = parties.client
        switch action {
        case .create:
            let (resource, url, askAt) = try await client.create(pending.order.goal)
            return .order(resource, url: url, askAt: askAt)
        case .readAuthorization(let index, let url):
            let (resource, askAt) = try await client.authorization(url)
            return .authorization(index, resource, askAt: askAt)
        case .publish(let index, let name, let token):
            try await parties.publisher.publish(challenge(name, token))
            return .published(index)
        case .answer(let index, let url):
            return .answered(index, askAt: try await client.answer(url))
        case .withdraw(let index, let name, let token):
            try await parties.publisher.withdraw(challenge(name, token))
            return .withdrawn(index)
        case .finalize(let url):
            let names = pending.order.goal.names
            let request = try CertificateRequest(for: names, keyPEM: pending.keyPEM)
            let (resource, askAt) = try await client.finalize(url, request: request.der)
            return .order(resource, url: nil, askAt: askAt)
        case .readOrder(let url):
            let (resource, askAt) = try await client.order(url)
            return .order(resource, url: nil, askAt: askAt)
        case .download(let url):
            try await keep(try await client.download(url))
            return .stored
        case .wait, .issued, .failed:
            preconditionFailure("what needs no request is not carried out")
        }
    }

    /// Checks what the authority gave, and only then makes it the newest.
    private func keep(_ chain: String) async throws {
        let bundle = try CertificateBundle(pem: chain + "\n" + pending.keyPEM.revealed)
        let now = Date(timeIntervalSince1970: Double(parties.now()))
        // Authorities date back by an hour or so; a clock that is behind by less is no reason to refuse.
        let problems = bundle.problems(covering: pending.order.goal.names, at: now).filter {
            if case .notYetValid = $0 {
                return bundle.notBefore > now.addingTimeInterval(300)
            }
            return true
        }
        if let problem = problems.first { throw problem }
        try await parties.store.save(bundle, as: name)
    }

    private mutating func apply(_ event: ACMEOrder.Event) async throws {
        pending.order.apply(event, at: parties.now())
        guard event.mustBeKept else { return }
        var record = try await parties.store.record(name) ?? CertificateRecord()
        record.pending = pending.order.isOver ? nil : pending
        try await parties.store.save(record, of: name)
    }

    private func challenge(_ name: String, _ token: String) -> ACMEChallenge {
        ACMEChallenge(
            kind: pending.order.goal.challenge,
            name: name,
            token: token,
            authorization: parties.client.key.authorization(of: token)
        )
    }
}

extension ACMEOrder.Event {
    /// Whether a process that goes on after a crash has to know; the rest it asks for or does again.
    fileprivate var mustBeKept: Bool {
        switch self {
        case .authorization, .published, .order(_, url: nil, askAt: _): false
        default: true
        }
    }
}

extension ACMEProblem {
    /// The same request will be refused again: the order is over.
    var isFinal: Bool {
        !["rateLimited", "serverInternal", "about:blank", "accountDoesNotExist"].contains(kind)
    }
}
