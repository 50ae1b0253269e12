import Model

extension ACMEOrder {
    /// What happened to the action that `next` named.
    package enum Event: Hashable, Sendable {
        /// It is about to be carried out: kept first, since nobody knows what came of it after a crash.
        case beginning(Action)
        /// The order's address; `askAt` is the authority's `Retry-After`, in seconds since 1970.
        case order(ACMEOrderResource, url: String?, askAt: Int?)
        case authorization(Int, ACMEAuthorization, askAt: Int?)
        case published(Int)
        case answered(Int, askAt: Int?)
        case withdrawn(Int)
        /// The certificate is in the store.
        case stored
        /// It cannot be done, in words.
        case refused(String)
    }

    /// Goes on by what happened.
    package mutating func apply(_ event: Event, at now: Int) {
        switch event {
        case .beginning(.create): created = now
        case .beginning(.publish(let index, _, _)): proofs[index].isOut = true
        case .beginning: break
        case .order(let resource, let url, let askAt):
            apply(resource, url: url, askAt: askAt, at: now)
        case .authorization(let index, let resource, let askAt):
            apply(resource, to: index, askAt: askAt, at: now)
        case .published(let index): proofs[index].step = .published
        case .answered(let index, let askAt):
            proofs[index].step = .answered
            proofs[index].askAt = askAt ?? now + 1
        case .withdrawn(let index):
            proofs[index].isOut = false
            if proofs[index].step == .proven { proofs[index].step = .done }
        case .stored: stage = .issued
        case .refused(let words): fail(words)
        }
    }

    private mutating func apply(
        _ resource: ACMEOrderResource,
        url: String?,
        askAt: Int?,
        at now: Int
    ) {
        if let url { self.url = url }
        finalize = resource.finalize
        if proofs.isEmpty { proofs = resource.authorizations.map { Proof(url: $0) } }
        self.askAt = askAt ?? now + Self.pause(after: asked)
        asked += 1
        switch resource.status {
        case "pending", "ready": stage = stage == .new ? .proving : .finalizing
        case "processing": stage = .processing
        case "valid":
            guard let address = resource.certificate else {
                return fail("the order is valid and names no certificate")
            }
            certificate = address
            stage = .downloading
        default:
            fail(
                resource.error?.description
                    ?? "the authority says that the order is \(Self.shown(resource.status))"
            )
        }
    }

    private mutating func apply(
        _ resource: ACMEAuthorization,
        to index: Int,
        askAt: Int?,
        at now: Int
    ) {
        proofs[index].name = resource.identifier.value
        let challenge = resource.challenges.first { $0.type == goal.challenge.rawValue }
        switch resource.status {
        case "valid": proofs[index].step = proofs[index].isOut ? .proven : .done
        case "pending":
            guard proofs[index].step == .unread else {
                proofs[index].askAt = askAt ?? now + Self.pause(after: proofs[index].asked)
                proofs[index].asked += 1
                return
            }
            guard let challenge else {
                let offered = resource.challenges.map { Self.shown($0.type) }
                return fail(
                    "the authority proves \(Self.shown(resource.identifier.value)) by \(offered.joined(separator: ", ")), not by \(goal.challenge.rawValue)"
                )
            }
            guard let token = challenge.token, ACMEChallenge.isToken(token) else {
                return fail("the authority's token is none")
            }
            proofs[index].token = token
            proofs[index].challenge = challenge.url
            proofs[index].step = .offered
        default:
            let words = resource.challenges.compactMap(\.error).first?.description
            fail(
                "\(Self.shown(resource.identifier.value)) was not proven: \(words ?? "the authorization is \(Self.shown(resource.status))")"
            )
        }
    }

    private mutating func fail(_ words: String) {
        stage = .failed
        failure = words
    }

    /// Seconds until the next look where the authority names none.
    private static func pause(after asked: Int) -> Int { min(1 + asked, 10) }

    private static func shown(_ text: String) -> String {
        VisibleText.escape(text.prefix(120).unicodeScalars)
    }
}
