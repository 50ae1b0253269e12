/// Ids and digests that make a server the same server on every proxy.
///
/// HAProxy's ring position comes from the numeric id (`src/lb_chash.c`), of which 2.6–2.9 use the 20
/// lowest bits; an automatic id depends on the order of past additions. So Apus names the id.
package enum ServerIdentity {
    /// Ids lie in 1…1,048,575: above, two ids equal in the low 20 bits share all ring nodes.
    package static let idLimit = 1_048_575

    /// The id a server prefers before probing: a stable hash of `backend/server` in 1…`idLimit`.
    package static func preferredID(of path: ServerPath) -> Int {
        Int(StableHash.of(path.backend.text, path.server.text) % UInt64(idLimit)) + 1
    }

    /// The hash of a server's name that is in its guid.
    package static func hash(_ backend: String, _ server: String) -> UInt64 {
        StableHash.of(backend, server)
    }

    /// The id after `id` when that one is taken: linear probing that wraps to 1.
    package static func nextID(after id: Int) -> Int { id % idLimit + 1 }

    /// A digest of the attributes that only a replacement can change; version 1 of the recipe.
    ///
    /// In-place attributes and identity are left out, so changing a weight leaves the digest alone.
    package static func digest(of attributes: ServerAttributes) -> UInt64 {
        var hash = StableHash()
        hash.combine("1")
        for pair in attributes.sorted where pair.attribute.mutability == .replace {
            hash.combine(pair.attribute.keyword)
            hash.combine(pair.value.description)
        }
        return hash.value
    }

    /// `apus:<name-hash>:<digest>`, the `guid` of a managed server on HAProxy 3.0+ and apus-proxy.
    package static func guid(of path: ServerPath, attributes: ServerAttributes) -> String {
        let name = StableHash.of(path.backend.text, path.server.text)
        let parts = [name, digest(of: attributes)]
        return (["apus"] + parts.map { QuotedText.hexadecimal($0, digits: 16) }).joined(
            separator: ":"
        )
    }

    /// The digest inside a guid of ours; nil for anything else, which means *unknown*, not *different*.
    package static func digest(inGUID guid: String) -> UInt64? {
        let bytes = guid.utf8
        guard bytes.count == 38, guid.hasPrefix("apus:"),
            bytes[bytes.index(bytes.startIndex, offsetBy: 21)] == UInt8(ascii: ":")
        else { return nil }
        return UInt64(Substring(bytes.suffix(16)), radix: 16)
    }

    /// Ten bits of the digest and a marker in id bits 20–30: how 2.6–2.9, which have no guid, carry it.
    ///
    /// Bit 30 marks an id of ours, bits 20–29 hold the digest's low ten bits; the ring ignores both.
    package static func id(_ id: Int, carrying digest: UInt64) -> Int {
        id & 0xf_ffff | Int(digest & 0x3ff) << 20 | 1 << 30
    }

    /// The ten digest bits inside an id of ours, or nil when the id carries none.
    package static func digest(inID id: Int) -> UInt64? {
        id & 1 << 30 == 0 ? nil : UInt64(id >> 20 & 0x3ff)
    }

    /// The id without what it carries.
    package static func ringID(_ id: Int) -> Int { id & 0xf_ffff }
}
