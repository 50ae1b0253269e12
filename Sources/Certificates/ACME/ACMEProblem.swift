import Model

/// An authority's refusal in its own words (RFC 7807, RFC 8555 §6.7).
package struct ACMEProblem: Hashable, Sendable, Codable, CustomStringConvertible {
    /// A URN such as `urn:ietf:params:acme:error:rateLimited`.
    package let type: String
    package let detail: String
    package let subproblems: [Subproblem]

    /// What is wrong with one of several names.
    package struct Subproblem: Hashable, Sendable, Codable {
        package let type: String?
        package let detail: String?
        package let identifier: ACMEIdentifier?
    }

    package init(type: String, detail: String, subproblems: [Subproblem] = []) {
        self.type = type
        self.detail = detail
        self.subproblems = subproblems
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? "about:blank"
        detail = try container.decodeIfPresent(String.self, forKey: .detail) ?? ""
        subproblems =
            try container.decodeIfPresent([Subproblem].self, forKey: .subproblems) ?? []
    }

    /// The last word of an ACME error, e.g. `badNonce`; the whole type of another.
    package var kind: String {
        let prefix = "urn:ietf:params:acme:error:"
        return type.hasPrefix(prefix) ? String(type.dropFirst(prefix.count)) : type
    }

    package var description: String {
        let parts = subproblems.prefix(5).map { part in
            "\(part.identifier.map { "\($0.value): " } ?? "")\(part.detail ?? part.type ?? "")"
        }
        let text = ([detail.isEmpty ? kind : detail] + parts).joined(separator: "; ")
        // The authority's words may hold anything, and end up in logs and on terminals.
        return
            "\(VisibleText.escape(text.prefix(500).unicodeScalars)) (\(VisibleText.escape(kind.prefix(80).unicodeScalars)))"
    }
}

/// A name as an authority writes it.
package struct ACMEIdentifier: Hashable, Sendable, Codable {
    package let type: String
    package let value: String

    /// `dns`, or `ip` (RFC 8738) for an address.
    package init(_ name: String) {
        let isAddress = IPv4Address(name) != nil || IPv6Address(name) != nil
        type = isAddress ? "ip" : "dns"
        value = name
    }
}
