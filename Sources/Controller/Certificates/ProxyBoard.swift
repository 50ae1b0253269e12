import Model
import Synchronization

/// The proxies of the newest revision, for whoever has to reach all of them.
final class ProxyBoard: Sendable {
    private let state = Mutex<[ProxyTarget]>([])

    var proxies: [ProxyTarget] { state.withLock { $0 } }

    /// The same address is one proxy, in whatever fleets it is.
    func set(_ proxies: [ProxyTarget]) {
        var seen: Set<RuntimeAddress> = []
        let distinct = proxies.filter { seen.insert($0.runtime).inserted }
        state.withLock { $0 = distinct }
    }
}
