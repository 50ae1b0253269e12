package import Model

/// What a server's keywords say of its connections and its queue, beside address, weight and limit.
package struct ServerOptions: BitwiseCopyable, Sendable {
    /// Which PROXY protocol header a new connection starts with.
    package enum ProxyHeader: UInt8, BitwiseCopyable, Sendable { case none, version1, version2 }

    /// Places at low load, 0 when the limit does not move.
    package var minconn: UInt32 = 0
    /// Requests that may wait for this very server; 0 for any number.
    package var maxqueue: UInt32 = 0
    /// Idle connections kept, over all workers; -1 for any number.
    package var poolMaxConn: Int32 = -1
    /// Milliseconds after which an idle connection may be closed.
    package var poolPurgeDelay: UInt32 = 5000
    package var proxyHeader = ProxyHeader.none
    /// The value by which a persistence cookie names the server; empty for none. Made by `BackendRecord`, which
    /// also retires it.
    package var cookie: RawText = .empty
    /// How TLS is spoken to it; owned by its `ServerTLS`.
    package var tls = TLSServerSnapshot()

    /// What is looked at in traffic (`observe`), where the server is checked.
    package var observer = TrafficObserver()

    package init() {}

    package init(_ attributes: ServerAttributes) {
        minconn = UInt32(clamping: attributes.integer(.minconn) ?? 0)
        maxqueue = UInt32(clamping: attributes.integer(.maxqueue) ?? 0)
        poolMaxConn = Int32(clamping: attributes.integer(.poolMaxConn) ?? -1)
        poolPurgeDelay = attributes.duration(.poolPurgeDelay).map { UInt32($0.count) } ?? 5000
        if attributes.isChecked, let layer = attributes.word(.observe) {
            observer.layer = layer == "layer4" ? .layer4 : .layer7
            observer.limit = UInt32(clamping: attributes.integer(.errorLimit) ?? 10)
        }
        if attributes[.sendProxy] != nil { proxyHeader = .version1 }
        if attributes[.sendProxyV2] != nil { proxyHeader = .version2 }
    }
}
