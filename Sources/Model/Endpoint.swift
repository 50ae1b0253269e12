/// Where a server listens, in the forms `add server` accepts and resolves without DNS.
package enum Endpoint: Hashable, Sendable {
    case ipv4(IPv4Address, port: UInt16)
    case ipv6(IPv6Address, port: UInt16)
    /// A stream socket by path (`unix@/path`).
    case unix(String)
    /// Linux's abstract namespace (`abns@name`).
    case abstract(String)
}

/// Four octets, most significant first.
package struct IPv4Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let bits: UInt32

    package init(bits: UInt32) { self.bits = bits }

    /// Dotted decimal with exactly four parts and no leading zeros (RFC 6943 §3.1.1 tells why), or nil.
    package init?(_ text: some StringProtocol) {
        var bits: UInt32 = 0
        var octet: UInt32?
        var parts = 1
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard let done = octet, parts < 4 else { return nil }
                bits = bits << 8 | done
                octet = nil
                parts += 1
                continue
            }
            guard (48...57).contains(byte), octet != 0 else { return nil }
            let next = (octet ?? 0) * 10 + UInt32(byte - 48)
            guard next <= 255 else { return nil }
            octet = next
        }
        guard let last = octet, parts == 4 else { return nil }
        self.bits = bits << 8 | last
    }

    package var description: String {
        "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    }

    package static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}

/// Eight groups of 16 bits, printed canonically (RFC 5952), so that equal addresses are equal texts.
package struct IPv6Address: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The forms of RFC 4291 §2.2 without a zone, or nil.
    package init?(_ text: some StringProtocol) {
        var tail = Substring(text)
        var embedded: [UInt16] = []
        if let dot = tail.firstIndex(of: "."), let colon = tail[..<dot].lastIndex(of: ":") {
            guard let v4 = IPv4Address(tail[tail.index(after: colon)...]) else { return nil }
            embedded = [UInt16(v4.bits >> 16), UInt16(v4.bits & 0xffff)]
            tail = tail[...colon]
            if !tail.hasSuffix("::") { tail.removeLast() }
        }
        guard let groups = Self.groups(of: tail, followedBy: embedded) else { return nil }
        high = groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) }
        low = groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) }
    }

    private static func groups(of text: Substring, followedBy embedded: [UInt16]) -> [UInt16]? {
        guard let gap = text.firstRange(of: "::") else {
            guard let all = parse(text).map({ $0 + embedded }), all.count == 8 else { return nil }
            return all
        }
        guard let before = parse(text[..<gap.lowerBound]), let rest = parse(text[gap.upperBound...])
        else { return nil }
        let after = rest + embedded
        guard before.count + after.count < 8 else { return nil }
        return before + Array(repeating: 0, count: 8 - before.count - after.count) + after
    }

    private static func parse(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        for part in text.split(separator: ":", omittingEmptySubsequences: false) {
            guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    package var description: String {
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
        }
        guard let gap = Self.longestZeroRun(in: groups) else {
            return groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        let before = groups[..<gap.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
        let after = groups[gap.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
        return "\(before)::\(after)"
    }

    private static func longestZeroRun(in groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(1, longest?.count ?? 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        return longest
    }
}

extension Endpoint: CustomStringConvertible {
    /// Parses `ip`, `ip:port`, `[v6]:port`, `v6:port`, `unix@path` and `abns@name`; port 0 means none was given.
    package init?(_ text: String) {
        if text.hasPrefix("unix@") || text.hasPrefix("abns@") {
            let name = String(text.dropFirst(5))
            let isPlain = name.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && $0 != ";"
            }
            guard !name.isEmpty, isPlain, name.utf8.count < 108 else { return nil }
            self = text.hasPrefix("unix@") ? .unix(name) : .abstract(name)
            return
        }
        let bare =
            text.hasPrefix("ipv4@") || text.hasPrefix("ipv6@") ? text.dropFirst(5) : text[...]
        if let v4 = IPv4Address(bare) {
            self = .ipv4(v4, port: 0)
            return
        }
        guard let colon = bare.lastIndex(of: ":") else { return nil }
        var host = bare[..<colon]
        let digits = bare[bare.index(after: colon)...]
        guard let port = UInt16(digits), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            guard let v6 = IPv6Address(bare) else { return nil }
            self = .ipv6(v6, port: 0)
            return
        }
        if let v4 = IPv4Address(host) {
            self = .ipv4(v4, port: port)
            return
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard let v6 = IPv6Address(host) else { return nil }
        self = .ipv6(v6, port: port)
    }

    /// The port, or nil for a socket path.
    package var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port): port
        case .unix, .abstract: nil
        }
    }

    /// The address without its port, as `set server … addr` takes it.
    package var host: String {
        switch self {
        case .ipv4(let address, _): address.description
        case .ipv6(let address, _): address.description
        case .unix(let path): "unix@\(path)"
        case .abstract(let name): "abns@\(name)"
        }
    }

    /// The form that `add server` takes; an IPv6 address stands in brackets.
    package var description: String {
        switch self {
        case .ipv4(let address, let port): port == 0 ? "\(address)" : "\(address):\(port)"
        case .ipv6(let address, let port): port == 0 ? "[\(address)]" : "[\(address)]:\(port)"
        case .unix, .abstract: host
        }
    }
}

extension Endpoint: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let endpoint = Endpoint(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not an address"
            )
        }
        self = endpoint
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
