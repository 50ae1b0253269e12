package import Certificates
package import Fleet
package import Model
import RuntimeAPI

/// Answers http-01 by the fleet itself: the path and its answer become an entry of a map on every proxy.
///
/// The boot file turns the map into answers; only the exact path of a token that is out is answered:
/// `http-request return status 200 content-type text/plain lf-string "%[path,map(MAP)]" if { path,map(MAP) -m found }`
package struct FleetChallenges: ChallengePublisher {
    private let proxies: [ProxyTarget]
    private let map: PatternReference
    private let transport: any RuntimeTransport
    private let clock: any Clock<Duration>
    private let limits = FleetLimits()

    package init(
        on proxies: [ProxyTarget],
        map: String,
        transport: any RuntimeTransport,
        clock: any Clock<Duration>
    ) {
        self.proxies = proxies
        self.map = PatternReference(name: map)
        self.transport = transport
        self.clock = clock
    }

    package func publish(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        guard challenge.kind == .http01 else {
            throw ChallengeError("a fleet answers http-01, not \(challenge.kind.rawValue)")
        }
        let (key, value) = (challenge.path, challenge.authorization)
        try await onEveryProxy(doing: "publishing the challenge of \(challenge.name)") { client in
            let old = try await Self.value(of: key, in: map, client)
            if old == value { return nil }
            if old != nil { _ = try await Self.reply(to: .deleteMap(map, key: key), client) }
            let reply = try await Self.reply(to: .addMap(map, key: key, value: value), client)
            if try await Self.value(of: key, in: map, client) == value { return nil }
            return reply.isEmpty ? "the entry of map \(map.name) is not there" : reply
        }
    }

    package func withdraw(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        guard challenge.kind == .http01 else { return }
        let key = challenge.path
        try await onEveryProxy(doing: "withdrawing the challenge of \(challenge.name)") { client in
            guard try await Self.value(of: key, in: map, client) != nil else { return nil }
            let reply = try await Self.reply(to: .deleteMap(map, key: key), client)
            return try await Self.value(of: key, in: map, client) == nil ? nil : reply
        }
    }

    /// Does the same on all proxies at once; the first complaint is the one that is told.
    private func onEveryProxy(
        doing tried: String,
        _ body: @escaping @Sendable (RuntimeClient) async throws -> String?
    ) async throws(ChallengeError) {
        guard !proxies.isEmpty else { throw ChallengeError("no proxy is there to answer") }
        let complaints = await withTaskGroup(of: String?.self) { group in
            for proxy in proxies {
                group.addTask { await complaint(of: proxy, tried, body) }
            }
            var complaints: [String] = []
            for await complaint in group { if let complaint { complaints.append(complaint) } }
            return complaints.sorted()
        }
        guard let first = complaints.first else { return }
        let others = complaints.count > 1 ? " (and \(complaints.count - 1) more proxies)" : ""
        throw ChallengeError(first + others)
    }

    private func complaint(
        of proxy: ProxyTarget,
        _ tried: String,
        _ body: @Sendable (RuntimeClient) async throws -> String?
    ) async -> String? {
        do {
            let client = try await RuntimeClient.open(
                proxy,
                over: transport,
                clock: clock,
                limits: limits,
                tried: tried
            )
            let result: Result<String?, any Error>
            do {
                result = .success(try await body(client))
            } catch {
                result = .failure(error)
            }
            await client.close()
            return try result.get().map {
                "\(proxy.name): \(tried): \(VisibleText.escape($0.unicodeScalars))"
            }
        } catch {
            return "\(error)"
        }
    }

    private static func reply(
        to command: RuntimeCommand,
        _ client: RuntimeClient
    ) async throws -> String {
        try await client.replies(to: [(command, payload: nil)]).first?.text ?? ""
    }

    /// What the map answers for the key now; nil when it has none.
    private static func value(
        of key: String,
        in map: PatternReference,
        _ client: RuntimeClient
    ) async throws -> String? {
        let text = try await reply(to: .getMap(map, key: key), client)
        guard text.contains("found=yes"), let start = text.firstRange(of: "value=\"") else {
            return nil
        }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }
}
