import Model

/// Reads who added a server and with which attributes from what Apus left on it.
///
/// A guid on proxies that have them, else id bits 20–30, else an id that only our hash would choose.
struct ServerMark {
    let capabilities: ProxyCapabilities
    let boot: BootBackend?

    /// How far from its preferred id a server of ours can be expected: each step is one collision.
    private static let probes = 64

    /// Added by Apus, so that it may be removed when nobody declares it any more.
    func isOurs(_ observed: ObservedServer, at path: ServerPath) -> Bool {
        if let guid = observed.guid, ServerIdentity.digest(inGUID: guid) != nil { return true }
        guard !capabilities.hasGUID, boot?.servers.contains(observed.name) != true else {
            return false
        }
        guard ServerIdentity.digest(inID: observed.id) != nil || ordersByID else { return false }
        let limit = ServerIdentity.idLimit
        let preferred = ServerIdentity.preferredID(of: path)
        return (ServerIdentity.ringID(observed.id) - preferred + limit) % limit < Self.probes
    }

    /// The attributes differ from those it was added with; nil when it carries no digest.
    func differs(_ server: DesiredServer, from observed: ObservedServer) -> Bool? {
        if let guid = observed.guid, let digest = ServerIdentity.digest(inGUID: guid) {
            return digest != ServerIdentity.digest(of: server.attributes)
        }
        guard !capabilities.hasGUID, server.attributes[.id] == nil,
            let bits = ServerIdentity.digest(inID: observed.id)
        else { return nil }
        return bits != ServerIdentity.digest(of: server.attributes) & 0x3ff
    }

    /// The id to send for a ring position: with the digest where ids are the only place for it.
    func id(_ ring: Int, for server: DesiredServer) -> Int {
        guard !capabilities.hasGUID, !ordersByID, server.attributes[.id] == nil else { return ring }
        return ServerIdentity.id(ring, carrying: ServerIdentity.digest(of: server.attributes))
    }

    /// `balance first` fills servers in the order of their ids, so no bits can hide there.
    private var ordersByID: Bool { boot?.balance.hasPrefix("first") ?? false }
}
