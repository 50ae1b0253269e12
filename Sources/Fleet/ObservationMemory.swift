import Model
import Planning
import RuntimeAPI
import Synchronization

/// What was read of proxies before: what has not changed is neither read nor built a second time.
///
/// Two kinds. Backends whose rows are alike share one object, on whatever proxies they are. And a proxy with
/// `show state digest` is remembered whole with its digests, so that only what moved is read. Forgetting
/// costs time, never correctness. Shared by the tasks that observe one fleet.
package final class ObservationMemory: Sendable {
    /// A proxy as it was when its digests were these.
    struct Known: Sendable {
        let observed: ObservedProxy
        let digests: StateDigestTable
        let scope: ObservationScope
    }

    /// Rows of one backend, and which guids the proxy showed.
    private struct Key: Hashable {
        let signature: [UInt8]
        let guids: Int
    }

    private struct State {
        var known: [ProxyName: Known] = [:]
        var backends: [Key: ObservedBackend] = [:]
        var guidLists: [[String]: Int] = [:]
        /// Numbers of guid lists are never given twice.
        var lastNumber = 0
        /// Servers in `backends`.
        var servers = 0
        var certificates: [Tables] = []
        var help: (text: String, commands: Set<OptionalCommand>?) = ("", nil)
    }

    /// Tables about certificates and what they say.
    private struct Tables {
        let scope: ObservationScope
        let texts: [String]
        let certificates: ObservedCertificates
    }

    /// Proxies of a fleet hold the same for the most part.
    private static let tableLimit = 8
    private static let serverLimit = 400_000
    private static let listLimit = 1_000
    private static let proxyLimit = 10_000

    private let state = Mutex(State())

    package init() {}

    /// What is remembered of a proxy.
    func known(_ proxy: ProxyName) -> Known? { state.withLock { $0.known[proxy] } }

    /// Remembers a proxy, or forgets it.
    func remember(_ known: Known?, of proxy: ProxyName) {
        state.withLock { state in
            if known != nil, state.known.count >= Self.proxyLimit { state.known = [:] }
            state.known[proxy] = known
        }
    }

    /// A number for these guids: equal lists have equal numbers.
    func number(of guids: [String]) -> Int {
        guard !guids.isEmpty else { return 0 }
        return state.withLock { state in
            if let number = state.guidLists[guids] { return number }
            if state.guidLists.count >= Self.listLimit { state.guidLists = [:] }
            state.lastNumber += 1
            state.guidLists[guids] = state.lastNumber
            return state.lastNumber
        }
    }

    /// The object built from equal rows before.
    func backend(_ signature: ServerSignature, guids: Int) -> ObservedBackend? {
        let key = Key(signature: signature.bytes, guids: guids)
        return state.withLock { $0.backends[key] }
    }

    /// Remembers what was built from rows; above its bound it begins anew.
    func remember(_ backend: ObservedBackend, _ signature: ServerSignature, guids: Int) {
        let key = Key(signature: signature.bytes, guids: guids)
        state.withLock { state in
            if state.servers > Self.serverLimit {
                state.backends = [:]
                state.servers = 0
            }
            if state.backends.updateValue(backend, forKey: key) == nil {
                state.servers += backend.servers.count
            }
        }
    }

    /// What was built from equal tables before, as the same object, which is quick to compare.
    func certificates(_ scope: ObservationScope, _ texts: [String]) -> ObservedCertificates? {
        state.withLock { state in
            state.certificates.last { $0.texts == texts && $0.scope == scope }?.certificates
        }
    }

    /// Remembers what tables about certificates say; the oldest is forgotten.
    func remember(
        _ certificates: ObservedCertificates,
        _ scope: ObservationScope,
        _ texts: [String]
    ) {
        state.withLock { state in
            if state.certificates.count == Self.tableLimit { state.certificates.removeFirst() }
            state.certificates.append(
                Tables(scope: scope, texts: texts, certificates: certificates)
            )
        }
    }

    /// What `help` lists; the same text is read once.
    func commands(in help: String, _ read: () -> Set<OptionalCommand>?) -> Set<OptionalCommand>? {
        if let commands = state.withLock({ $0.help.text == help ? $0.help.commands : nil }) {
            return commands
        }
        let commands = read()
        state.withLock { $0.help = (help, commands) }
        return commands
    }
}
