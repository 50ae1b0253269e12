import FoundationEssentials

/// Speaks RFC 8555 with one authority for one account key: directory, nonces, signatures, problems.
///
/// Invariant: while the authority asked to be left alone, nothing is sent to it, before and after a restart alike.
package actor ACMEClient {
    /// Of the nonces in a row that an authority may refuse; half of them is a test server's worst.
    private static let nonceLimit = 30
    /// Nonces kept for later requests.
    private static let poolLimit = 32

    /// Everything a client is given from outside.
    package struct Surroundings: Sendable {
        package let fetch: ACMEFetch
        /// Seconds since 1970.
        package let now: @Sendable () -> Int
        /// Keeps the moment until which the authority must be left alone.
        package let keepHold: @Sendable (Int) async throws -> Void

        package init(
            fetch: @escaping ACMEFetch,
            now: @escaping @Sendable () -> Int,
            keepHold: @escaping @Sendable (Int) async throws -> Void
        ) {
            self.fetch = fetch
            self.now = now
            self.keepHold = keepHold
        }
    }

    package let directoryURL: String
    package let key: AccountKey
    private let surroundings: Surroundings
    private var known: ACMEDirectory?
    private var nonces: [String] = []
    private(set) var hold: Int
    /// The account's address, once it is known.
    package private(set) var account: String?

    /// `hold` and `account` are what an earlier process knew.
    package init(
        directory: String,
        key: AccountKey,
        account: String?,
        hold: Int,
        _ surroundings: Surroundings
    ) {
        directoryURL = directory
        self.key = key
        self.account = account
        self.hold = hold
        self.surroundings = surroundings
    }

    /// The authority's addresses, asked for once.
    package func directory() async throws(ACMEError) -> ACMEDirectory {
        if let known { return known }
        let tried = "read the directory"
        let response = try await send(ACMERequest(.get, directoryURL), tried: tried)
        try await check(response, tried: tried, url: directoryURL)
        let directory: ACMEDirectory = try decode(response, tried: tried, url: directoryURL)
        known = directory
        return directory
    }

    /// An answer that cannot be asked again: POST with a payload, or POST-as-GET without (RFC 8555 §6.3).
    func post(
        _ payload: String?,
        to url: String,
        tried: String,
        signer: SignedMessage.Signer
    ) async throws(ACMEError) -> ACMEResponse {
        for _ in 0..<Self.nonceLimit {
            let nonce = try await nonce()
            let body: [UInt8]
            do {
                body = try SignedMessage(payload, to: url, nonce: nonce, by: signer, key: key).bytes
            } catch {
                throw ACMEError(.unreadable("the account key cannot sign"), tried: tried, url: url)
            }
            let response = try await send(ACMERequest(.post, url, body: body), tried: tried)
            if isBadNonce(response) { continue }
            try await check(response, tried: tried, url: url)
            return response
        }
        throw ACMEError(.noncesRejected(Self.nonceLimit), tried: tried, url: url)
    }

    /// What the answer says in JSON.
    func decode<Value: Decodable>(
        _ response: ACMEResponse,
        tried: String,
        url: String
    ) throws(ACMEError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(response.body))
        } catch {
            throw ACMEError(
                .unreadable("the answer is not what RFC 8555 says"),
                tried: tried,
                url: url
            )
        }
    }

    /// The moment that `Retry-After` names.
    func retryAfter(_ response: ACMEResponse) -> Int? {
        UnixTime.retryAfter(response.fields["retry-after"], now: surroundings.now())
    }

    /// One request without a signature, for what anybody may read.
    func get(_ url: String, tried: String) async throws(ACMEError) -> ACMEResponse {
        let response = try await send(ACMERequest(.get, url), tried: tried)
        try await check(response, tried: tried, url: url)
        return response
    }

    /// Remembers who we are to the authority.
    func become(_ account: String?) { self.account = account }

    private func nonce() async throws(ACMEError) -> String {
        if let nonce = nonces.popLast() { return nonce }
        let tried = "get a nonce"
        let url = try await directory().newNonce
        let response = try await send(ACMERequest(.head, url), tried: tried)
        try await check(response, tried: tried, url: url)
        guard let nonce = nonces.popLast() else {
            throw ACMEError(.unreadable("there is no Replay-Nonce"), tried: tried, url: url)
        }
        return nonce
    }

    /// Sends one request, unless the authority asked to be left alone; keeps the nonce that comes back.
    private func send(
        _ request: ACMERequest,
        tried: String
    ) async throws(ACMEError) -> ACMEResponse {
        guard surroundings.now() >= hold else {
            throw ACMEError(.held(until: hold), tried: tried, url: request.url)
        }
        let response: ACMEResponse
        do {
            response = try await surroundings.fetch(request)
        } catch {
            throw ACMEError(.unreachable("\(error)"), tried: tried, url: request.url)
        }
        if let nonce = response.fields["replay-nonce"], Base64URL.decode(nonce) != nil,
            nonces.count < Self.poolLimit
        {
            nonces.append(nonce)
        }
        return response
    }

    private func isBadNonce(_ response: ACMEResponse) -> Bool {
        guard response.status == 400 else { return false }
        let problem = try? JSONDecoder().decode(ACMEProblem.self, from: Data(response.body))
        return problem?.kind == "badNonce"
    }

    /// Throws what the authority refused; notes until when it wants to be left alone.
    private func check(
        _ response: ACMEResponse,
        tried: String,
        url: String
    ) async throws(ACMEError) {
        guard !(200..<300).contains(response.status) else { return }
        let problem =
            (try? JSONDecoder().decode(ACMEProblem.self, from: Data(response.body)))
            ?? ACMEProblem(type: "about:blank", detail: "status \(response.status)")
        let isLimited = [429, 503].contains(response.status) || problem.kind == "rateLimited"
        if isLimited, let moment = retryAfter(response) {
            hold = max(hold, moment)
            do {
                try await surroundings.keepHold(hold)
            } catch {
                throw ACMEError(.unreachable("\(error)"), tried: tried, url: url)
            }
        }
        throw ACMEError(.problem(problem), tried: tried, url: url)
    }
}
