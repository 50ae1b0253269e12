import Certificates
import Crypto
import Foundation
import Model
import Synchronization

/// Puts challenges into `pebble-challtestsrv`.
final class ChallengeServer: ChallengePublisher {
    private let address: String
    private let fetch: ACMEFetch
    private let published = Mutex(Set<String>())

    init(at address: String, fetch: @escaping ACMEFetch) {
        self.address = address
        self.fetch = fetch
    }

    /// Tokens that are out.
    var out: Set<String> { published.withLock { $0 } }

    func publish(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        _ = published.withLock { $0.insert(challenge.token) }
        switch challenge.kind {
        case .http01:
            try await post(
                "add-http01",
                ["token": challenge.token, "content": challenge.authorization]
            )
        case .dns01:
            try await post(
                "set-txt",
                ["host": "_acme-challenge.\(challenge.name).", "value": challenge.digest]
            )
        case .tlsALPN01:
            try await post(
                "add-tlsalpn01",
                ["host": challenge.name, "content": challenge.authorization]
            )
        }
    }

    func withdraw(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        switch challenge.kind {
        case .http01: try await post("del-http01", ["token": challenge.token])
        case .dns01: try await post("clear-txt", ["host": "_acme-challenge.\(challenge.name)."])
        case .tlsALPN01: try await post("del-tlsalpn01", ["host": challenge.name])
        }
        _ = published.withLock { $0.remove(challenge.token) }
    }

    private func post(_ path: String, _ body: [String: String]) async throws(ChallengeError) {
        do {
            let bytes = Array(try JSONEncoder().encode(body))
            let answer = try await fetch(ACMERequest(.post, "\(address)/\(path)", body: bytes))
            guard answer.status == 200 else { throw ChallengeError("status \(answer.status)") }
        } catch {
            throw ChallengeError("\(error)")
        }
    }
}
