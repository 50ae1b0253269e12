/// The mark that makes a backend created at runtime ours: who asked for it, and from which defaults.
package enum BackendIdentity {
    /// `apus:<name-hash>:<digest>`, the `guid` that `add backend` gives (HAProxy 3.4+, apus-proxy).
    ///
    /// One form with the guids of servers, whose name-hash is over two names and so another one.
    package static func guid(of backend: BackendName, from defaults: DefaultsName) -> String {
        "apus:\(nameHash(of: backend)):\(digest(of: defaults))"
    }

    /// The middle part of a guid: by it the backend of a guid is found.
    package static func nameHash(of backend: BackendName) -> String {
        QuotedText.hexadecimal(StableHash.of(backend.text), digits: 16)
    }

    /// Whether a guid says that Apus created the backend of this name.
    package static func isOurs(_ guid: String?, _ backend: BackendName) -> Bool {
        guid?.hasPrefix("apus:\(nameHash(of: backend)):") ?? false
    }

    /// Whether a guid of ours says that the backend was made from another section; false when it says nothing.
    package static func differs(
        _ guid: String?,
        _ backend: BackendName,
        from defaults: DefaultsName
    ) -> Bool {
        isOurs(guid, backend) && guid?.hasSuffix(digest(of: defaults)) != true
    }

    private static func digest(of defaults: DefaultsName) -> String {
        QuotedText.hexadecimal(StableHash.of("1", defaults.text), digits: 16)
    }
}
