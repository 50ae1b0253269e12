import Certificates
import Crypto
import Foundation
import Stage
import SwiftASN1
import Synchronization
import X509

/// An authority in memory that does what RFC 8555 says, or what a test wants instead.
///
/// Time stands still in it but for the caller's clock; a challenge is proven when its authorization is published.
final class FakeAuthority: Sendable {
    /// What goes wrong.
    struct Moods: Sendable {
        /// Every this many requests the nonce is refused.
        var refusedNonce = 0
        /// The request with this number fails once with a problem of this kind.
        var problem: (request: Int, kind: String, status: Int, retryAfter: String?)?
        /// What it gives instead of a certificate for the request.
        var chain: (@Sendable ([UInt8]) throws -> String)?
        /// Times that an order is being processed before it is valid.
        var processing = 0
    }

    private struct Order {
        var names: [String]
        var proven: Set<Int> = []
        var answered: Set<Int> = []
        var request: [UInt8]?
        var asked = 0
    }

    private struct State {
        var moods = Moods()
        var requests = 0
        var nonces: Set<String> = []
        var orders: [Order] = []
        var accounts = 0
    }

    private static let root = Result { try TestAuthority() }

    private let authority: TestAuthority
    private let state = Mutex(State())
    private let isPublished: @Sendable (String) -> Bool
    private let now: @Sendable () -> Int

    /// `isPublished` tells whether the challenge with this token can be seen.
    init(
        now: @escaping @Sendable () -> Int,
        isPublished: @escaping @Sendable (String) -> Bool
    ) throws {
        authority = try Self.root.get()
        self.now = now
        self.isPublished = isPublished
    }

    var orders: Int { state.withLock { $0.orders.count } }
    var requests: Int { state.withLock { $0.requests } }
    var accounts: Int { state.withLock { $0.accounts } }
    func set(_ moods: Moods) { state.withLock { $0.moods = moods } }

    /// Answers one request.
    func answer(_ request: ACMERequest) throws -> ACMEResponse {
        try state.withLock { state in
            state.requests += 1
            let number = "\(state.requests)"
            let nonce = String(repeating: "A", count: 12 - number.count) + number
            state.nonces.insert(nonce)
            var answer = try respond(to: request, &state)
            answer = ACMEResponse(
                status: answer.status,
                fields: answer.fields.merging(["replay-nonce": nonce]) { $1 },
                body: answer.body
            )
            return answer
        }
    }

    private func respond(
        to request: ACMERequest,
        _ state: inout State
    ) throws -> ACMEResponse {
        if let wanted = state.moods.problem, state.requests == wanted.request {
            return problem(wanted.kind, wanted.status, retryAfter: wanted.retryAfter)
        }
        let path = String(request.url.dropFirst("https://ca.test".count))
        guard request.method == .post else {
            return path == "/dir" ? directory : ACMEResponse(status: 200)
        }
        let message = try Message(request.body)
        guard state.nonces.remove(message.nonce) != nil, message.url == request.url else {
            return problem("badNonce", 400)
        }
        let every = state.moods.refusedNonce
        if every > 0, state.requests % every == 0 { return problem("badNonce", 400) }
        return try respond(path, message, &state)
    }

    private func respond(
        _ path: String,
        _ message: Message,
        _ state: inout State
    ) throws -> ACMEResponse {
        let words = path.split(separator: "/").map(String.init)
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        switch words.first {
        case "account":
            state.accounts += 1
            return json([:], status: 201, at: "/account/1")
        case "new":
            let names = (message.payload["identifiers"] as? [[String: String]]) ?? []
            state.orders.append(Order(names: names.compactMap { $0["value"] }))
            return json(
                order(state.orders.count - 1, &state),
                201,
                "/order/\(state.orders.count - 1)"
            )
        case "order": return json(order(number, &state))
        case "authz":
            let index = Int(words[2]) ?? 0
            return json(authorization(number, index, &state))
        case "chall":
            state.orders[number].answered.insert(Int(words[2]) ?? 0)
            return json(["type": "http-01", "url": "x", "token": "x", "status": "pending"])
        case "finalize":
            guard state.orders[number].proven.count == state.orders[number].names.count,
                state.orders[number].request == nil
            else { return problem("orderNotReady", 403) }
            let text = message.payload["csr"] as? String ?? ""
            state.orders[number].request = Message.decode(text)
            return json(order(number, &state))
        case "cert":
            let request = state.orders[number].request ?? []
            let pem = try state.moods.chain?(request) ?? chain(request, state.orders[number].names)
            return ACMEResponse(status: 200, body: Array(pem.utf8))
        default: return problem("malformed", 404)
        }
    }

    private var directory: ACMEResponse {
        json([
            "newNonce": "https://ca.test/nonce", "newAccount": "https://ca.test/account",
            "newOrder": "https://ca.test/new", "revokeCert": "https://ca.test/revoke",
        ])
    }

    private func order(_ number: Int, _ state: inout State) -> [String: Any] {
        var order = state.orders[number]
        defer { state.orders[number] = order }
        var status = order.proven.count == order.names.count ? "ready" : "pending"
        if order.request != nil {
            order.asked += 1
            status = order.asked > state.moods.processing ? "valid" : "processing"
        }
        var body: [String: Any] = [
            "status": status, "finalize": "https://ca.test/finalize/\(number)",
            "authorizations": order.names.indices.map { "https://ca.test/authz/\(number)/\($0)" },
        ]
        if status == "valid" { body["certificate"] = "https://ca.test/cert/\(number)" }
        return body
    }

    private func authorization(
        _ number: Int,
        _ index: Int,
        _ state: inout State
    ) -> [String: Any] {
        let token = "token-\(number)-\(index)"
        var status = "pending"
        if state.orders[number].answered.contains(index) {
            status =
                state.orders[number].proven.contains(index) || isPublished(token)
                ? "valid" : "invalid"
        }
        if status == "valid" { state.orders[number].proven.insert(index) }
        return [
            "status": status,
            "identifier": ["type": "dns", "value": state.orders[number].names[index]],
            "challenges": [
                [
                    "type": "http-01", "url": "https://ca.test/chall/\(number)/\(index)",
                    "token": token, "status": status,
                ]
            ],
        ]
    }

    /// What a good authority gives for a request.
    func chain(_ request: [UInt8], _ names: [String]) throws -> String {
        let request = try CertificateSigningRequest(derEncoded: request)
        let leaf = try authority.leaf(
            names,
            publicKey: request.publicKey,
            from: Date(timeIntervalSince1970: Double(now() - 60))
        )
        return try leaf.pem + authority.intermediate.pem
    }

    private func json(
        _ body: [String: Any],
        _ status: Int = 200,
        _ location: String? = nil
    ) -> ACMEResponse { json(body, status: status, at: location) }

    private func json(_ body: [String: Any], status: Int, at location: String?) -> ACMEResponse {
        let data = (try? JSONSerialization.data(withJSONObject: body)) ?? Data()
        let fields = location.map { ["location": "https://ca.test\($0)"] } ?? [:]
        return ACMEResponse(status: status, fields: fields, body: Array(data))
    }

    private func problem(_ kind: String, _ status: Int, retryAfter: String? = nil) -> ACMEResponse {
        let body = #"{"type":"urn:ietf:params:acme:error:\#(kind)","detail":"no \#(kind)"}"#
        let fields = retryAfter.map { ["retry-after": $0] } ?? [:]
        return ACMEResponse(status: status, fields: fields, body: Array(body.utf8))
    }

    /// A signed body, taken apart; pebble checks signatures, this one looks at what was signed.
    private struct Message {
        let nonce: String
        let url: String
        let payload: [String: Any]

        init(_ body: [UInt8]) throws {
            let outer = Self.object(body)
            let header = Self.object(Self.decode(outer["protected"] as? String ?? ""))
            nonce = header["nonce"] as? String ?? ""
            url = header["url"] as? String ?? ""
            payload = Self.object(Self.decode(outer["payload"] as? String ?? ""))
        }

        static func object(_ bytes: [UInt8]) -> [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] ?? [:]
        }

        static func decode(_ text: String) -> [UInt8] {
            let plain = text.replacing("-", with: "+").replacing("_", with: "/")
            let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
            return Array(Data(base64Encoded: plain + padding) ?? Data())
        }
    }
}
