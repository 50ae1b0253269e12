/// One order from its first request to the certificate: what to do next, and what each answer means.
///
/// A value without I/O (RFC 8555 §7.1.6, §7.4): `next` names the action, the caller begins it, carries it out and
/// applies what came of it, keeping the order in the store in between. So an order goes on after a crash at any
/// point; no second one is created within a minute, and what was published is withdrawn in every end.
package struct ACMEOrder: Hashable, Sendable, Codable {
    /// What is ordered.
    package struct Goal: Hashable, Sendable, Codable {
        package let names: [String]
        package let challenge: ChallengeKind
        package var profile: String?
        /// The certificate that this one follows (RFC 9773 §5).
        package var replaces: String?

        package init(_ names: [String], by challenge: ChallengeKind) {
            self.names = names
            self.challenge = challenge
        }
    }

    /// How far control over one name is proven.
    struct Proof: Hashable, Sendable, Codable {
        enum Step: String, Codable { case unread, offered, published, answered, proven, done }

        let url: String
        var step = Step.unread
        var name = ""
        var challenge = ""
        var token = ""
        /// Somebody may see the challenge: it has to be withdrawn.
        var isOut = false
        var askAt = 0
        var asked = 0
    }

    enum Stage: String, Codable {
        case new, proving, finalizing, processing, downloading, issued, failed
    }

    /// How long an order may take in all.
    static let limit = 3600
    /// Between two attempts to create the same order: the first may have reached the authority.
    static let creationDistance = 60

    package let goal: Goal
    /// Seconds since 1970.
    package let begun: Int
    var stage = Stage.new
    var proofs: [Proof] = []
    /// Where the authority keeps the order.
    package internal(set) var url = ""
    var finalize = ""
    var certificate = ""
    /// The moment at which creation was last begun; 0 for never.
    var created = 0
    var askAt = 0
    var asked = 0
    /// Why it failed.
    var failure = ""

    package init(_ goal: Goal, at now: Int) {
        self.goal = goal
        begun = now
    }

    /// The order has come to an end, of which nobody has to be told any more.
    package var isOver: Bool {
        (stage == .issued || stage == .failed) && !proofs.contains(where: \.isOut)
    }
}

extension ACMEOrder {
    /// What is to be done next.
    package enum Action: Hashable, Sendable {
        case create
        case readAuthorization(Int, url: String)
        /// The challenge's name and token.
        case publish(Int, name: String, token: String)
        case answer(Int, url: String)
        case withdraw(Int, name: String, token: String)
        case finalize(url: String)
        case readOrder(url: String)
        case download(url: String)
        /// Nothing before this moment, in seconds since 1970.
        case wait(until: Int)
        case issued
        case failed(String)
    }

    /// The next action; the same one until something is applied.
    package func next(at now: Int) -> Action {
        let isEnding = stage == .issued || stage == .failed
        if let index = proofs.firstIndex(where: { $0.isOut && ($0.step == .proven || isEnding) }) {
            return .withdraw(index, name: proofs[index].name, token: proofs[index].token)
        }
        switch stage {
        case .issued: return .issued
        case .failed: return .failed(failure)
        case _ where now >= begun + Self.limit: return .failed("it was not done in an hour")
        case .new:
            let again = created + Self.creationDistance
            return created > 0 && now < again ? .wait(until: again) : .create
        case .proving: return nextProof(at: now)
        case .finalizing: return now < askAt ? .wait(until: askAt) : .finalize(url: finalize)
        case .processing: return now < askAt ? .wait(until: askAt) : .readOrder(url: url)
        case .downloading: return .download(url: certificate)
        }
    }

    /// Everything is read before anything is published, and published before anything is answered.
    private func nextProof(at now: Int) -> Action {
        for step in [Proof.Step.unread, .offered, .published] {
            guard let index = proofs.firstIndex(where: { $0.step == step }) else { continue }
            let proof = proofs[index]
            switch step {
            case .unread: return .readAuthorization(index, url: proof.url)
            case .offered: return .publish(index, name: proof.name, token: proof.token)
            default: return .answer(index, url: proof.challenge)
            }
        }
        let open = proofs.indices.filter { proofs[$0].step == .answered }
        guard let index = open.min(by: { proofs[$0].askAt < proofs[$1].askAt }) else {
            return .finalize(url: finalize)
        }
        let proof = proofs[index]
        return now < proof.askAt
            ? .wait(until: proof.askAt) : .readAuthorization(index, url: proof.url)
    }
}
