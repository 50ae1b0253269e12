import Model

/// `hash-key`: what a server's place on a ring follows from (`chash_compute_server_key`, HAProxy 3.0).
extension ServerRecord {
    /// Its place moves with its address.
    var hashesAddress: Bool {
        guard let key = attributes.word(.hashKey) else { return false }
        return key != "id"
    }

    /// Where the keys of its nodes begin; that of its id where it has no address.
    var hashBase: UInt32 {
        guard hashesAddress else { return RingBuilder.base(id: id) }
        let hasPort = attributes.word(.hashKey) == "addr-port"
        let port = hasPort ? HashKey.fullHash(UInt32(address.port)) : 0
        switch address.family {
        // In the order of the network, as HAProxy reads it on little-endian machines.
        case .ipv4:
            return HashKey.fullHash(port &+ UInt32(truncatingIfNeeded: address.low).byteSwapped)
        case .ipv6:
            var bytes: [UInt8] = []
            for word in [address.high, address.low] {
                for shift in stride(from: 56, through: 0, by: -8) {
                    bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
                }
            }
            return bytes.span.withSlice { HashFunctions.xxh32($0, seed: port) }
        case .none, .unix, .abstract: return RingBuilder.base(id: id)
        }
    }
}
