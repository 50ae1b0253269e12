/// A validated name of one kind of object, so that a backend's name cannot be passed where a server's is wanted.
///
/// Holds only the characters HAProxy accepts in names (`[A-Za-z0-9_:.-]`, 2.6 to 3.5), at most 255 of
/// them, which is why a name can stand unquoted in a Runtime API command.
package struct Name<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// Accepts what HAProxy accepts; throws `InvalidName` naming the first character that is not allowed.
    package init(_ text: String) throws(InvalidName) {
        guard !text.isEmpty else { throw InvalidName(text: text, reason: "a name cannot be empty") }
        guard text.utf8.count <= 255 else {
            throw InvalidName(text: text, reason: "a name has at most 255 characters")
        }
        if !text.utf8.allSatisfy(InvalidName.isAllowed),
            let bad = text.unicodeScalars.first(where: {
                !$0.isASCII || !InvalidName.isAllowed(UInt8($0.value))
            })
        {
            throw InvalidName(
                text: text,
                reason: "character '\(bad.escaped(asASCII: true))' is not permitted in a name"
            )
        }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// The name that a person wrote is not one that HAProxy would accept.
package struct InvalidName: Error, Hashable, CustomStringConvertible {
    package let text: String
    package let reason: String

    package var description: String { reason }

    fileprivate static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"),
            UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension Name: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Tags the names of backends.
package enum BackendKind {}
/// Tags the names of servers.
package enum ServerKind {}
/// Tags the names of proxies.
package enum ProxyKind {}
/// Tags the names of fleets.
package enum FleetKind {}

/// Tags the names of frontends.
package enum FrontendKind {}
/// Tags the names of `defaults` sections.
package enum DefaultsKind {}

/// A backend as HAProxy names it.
package typealias BackendName = Name<BackendKind>
/// A server within its backend.
package typealias ServerName = Name<ServerKind>
/// A proxy process within its fleet.
package typealias ProxyName = Name<ProxyKind>
/// A fleet document's name.
package typealias FleetName = Name<FleetKind>
/// A frontend as HAProxy names it.
package typealias FrontendName = Name<FrontendKind>
/// A named `defaults` section of the boot file.
package typealias DefaultsName = Name<DefaultsKind>

/// `backend/server`, the way HAProxy writes a server everywhere.
package struct ServerPath: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let backend: BackendName
    package let server: ServerName

    package init(_ backend: BackendName, _ server: ServerName) {
        self.backend = backend
        self.server = server
    }

    package var description: String { "\(backend)/\(server)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.backend, left.server) < (right.backend, right.server)
    }
}

/// A map or ACL file's name exactly as the boot config spells it (a path, `virt@name` or `opt@name`).
///
/// Never holds white space, control characters or `;`, so it can stand in a command unescaped.
package struct PatternFileName: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let text: String

    /// Throws `InvalidName` when the name could not be written in a Runtime API command.
    package init(_ text: String) throws(InvalidName) {
        guard !text.isEmpty else { throw InvalidName(text: text, reason: "a name cannot be empty") }
        for scalar in text.unicodeScalars
        where scalar.value <= 32 || scalar.value == 127 || scalar == ";" || scalar == "\\" {
            throw InvalidName(
                text: text,
                reason:
                    "character '\(scalar.escaped(asASCII: true))' is not permitted in a file name"
            )
        }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
