import Model

/// A Certificate document: where a certificate comes from, and the lists that name it.
struct CertificateDocument: Sendable {
    let head: DocumentHead
    var name: Located<CertificateFileName>?
    var fleets: Located<FleetSelector>?
    var dnsNames: [Located<String>] = []
    var issuer: Located<String>?
    var files: Located<CertificateFiles>?
    var key: Located<CertificateKeyKind>?
    var lines: [CertificateLineSpec] = []

    static let schema = ObjectSchema<CertificateDocument>([
        .required("fleets", "The fleets that hold it.", FleetSelector.value) { $0.fleets = $1 },
        .required(
            "crt",
            "The name that the proxies know it by, exactly.",
            .located(.certificateFile)
        ) {
            $0.name = $1
        },
        ObjectSchema.Field(
            "dnsNames",
            "Host names and wildcards that it must cover.",
            .list(of: .located(dnsName))
        ) {
            $0.dnsNames = $1
        },
        ObjectSchema.Field("issuer", "The Issuer document that it is asked of.", .located(.word)) {
            $0.issuer = $1
        },
        ObjectSchema.Field("files", "Where key and chain are kept instead.", CertificateFiles.value)
        {
            $0.files = $1
        },
        ObjectSchema.Field("key", "The kind of key; ecdsa-p256 if not given.", .located(.choice()))
        {
            $0.key = $1
        },
        ObjectSchema.Field(
            "crtLists",
            "The lists that name it.",
            .list(of: CertificateLineSpec.value)
        ) {
            $0.lines = $1
        },
    ])

    private static let dnsName = ValueSchema<String>(
        .text(pattern: "^(\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$")
    ) { node, reader in
        guard let text = reader.text(node), CertificateLine.isFilter(text), !text.hasPrefix("!"),
            text != "*", !text.hasSuffix("."), !text.hasPrefix(".")
        else {
            reader.reject(node, expected: "host names or wildcards such as *.example.com")
            return nil
        }
        return text.lowercased()
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> CertificateDocument? {
        var document = CertificateDocument(head: head)
        schema.read(spec, &reader, into: &document)
        guard reader.tree.kind(spec) == .mapping else { return head.name.isEmpty ? nil : document }
        let hasFiles = reader.tree.value(of: "files", in: spec) != nil
        let hasIssuer = reader.tree.value(of: "issuer", in: spec) != nil
        if let issuer = document.issuer, let files = document.files {
            reader.report(
                "give issuer or files, not both",
                at: files.origin,
                related: issuer.origin
            )
        } else if !hasFiles, !hasIssuer {
            reader.report("issuer is missing; or give files", at: spec)
        }
        if hasIssuer, reader.tree.value(of: "dnsNames", in: spec) == nil {
            reader.report("dnsNames is missing", at: spec)
        }
        if let key = document.key, hasFiles {
            reader.report("key is for certificates of an issuer", at: key.origin)
        }
        document.reportRepeated(&reader)
        return head.name.isEmpty ? nil : document
    }

    private func reportRepeated(_ reader: inout DocumentReader) {
        var names: [String: Origin] = [:]
        for name in dnsNames {
            if let first = names.updateValue(name.origin, forKey: name.value) {
                let shown = VisibleText.quoted(name.value)
                reader.report("\(shown) appears twice", at: name.origin, related: first)
            }
        }
        var places: [CertificateLineSpec.Key: Origin] = [:]
        for line in lines {
            if let first = places.updateValue(line.origin, forKey: line.key) {
                let message = "list \(line.list) has this very line already"
                reader.report(message, at: line.origin, related: first)
            }
        }
    }
}

/// The value of `files`.
struct CertificateFiles: Hashable, Sendable {
    var certificate = ""
    var key = ""

    private static let schema = ObjectSchema<CertificateFiles>([
        .required("certificate", "The chain in PEM, leaf first.", .outsidePath) {
            $0.certificate = $1
        },
        .required("key", "The private key in PEM.", .outsidePath) { $0.key = $1 },
    ])

    static let value = ValueSchema<Located<CertificateFiles>>.located(
        schema.value(CertificateFiles.init)
    )
}

/// One element of `crtLists`.
struct CertificateLineSpec: Sendable {
    /// What makes two lines of one list the same.
    struct Key: Hashable {
        let list: CertificateFileName
        let options: CertificateOptions
        let filters: Set<String>
    }

    let list: CertificateFileName
    let options: CertificateOptions
    let filters: [String]
    let origin: Origin

    var key: Key { Key(list: list, options: options, filters: Set(filters)) }

    static let value = ValueSchema<CertificateLineSpec>(schema.shape) { node, reader in
        guard let draft = schema.value(Draft.init).read(node, &reader), let list = draft.list else {
            return nil
        }
        return CertificateLineSpec(
            list: list,
            options: draft.options,
            filters: draft.filters,
            origin: reader.origin(node)
        )
    }

    private struct Draft {
        var list: CertificateFileName?
        var options = CertificateOptions()
        var filters: [String] = []
    }

    private static let schema = ObjectSchema<Draft>([
        .required("name", "The list's name, exactly as in the boot file.", .certificateFile) {
            $0.list = $1
        },
        ObjectSchema.Field(
            "sslOptions",
            "Keywords of bind for it, such as [alpn h2,http/1.1].",
            options
        ) {
            $0.options = $1
        },
        ObjectSchema.Field(
            "filters",
            "Names it is used for, if not those in it; ! excludes.",
            .list(of: filter)
        ) {
            $0.filters = $1
        },
    ])

    private static let options = ValueSchema<CertificateOptions>(.text(pattern: "")) {
        node,
        reader in
        guard let text = reader.text(node) else {
            reader.reject(node, expected: "text such as \"[alpn h2,http/1.1]\"")
            return nil
        }
        do throws(InvalidName) {
            return try CertificateOptions(parsing: text)
        } catch {
            reader.report("\(reader.key): \(error.reason)", at: node)
            return nil
        }
    }

    private static let filter = ValueSchema<String>(
        .text(pattern: "^!?(\\*|(\\*\\.)?[A-Za-z0-9._-]+)$")
    ) { node, reader in
        guard let text = reader.text(node), CertificateLine.isFilter(text) else {
            reader.reject(node, expected: "host names, wildcards, or exceptions such as !a.example")
            return nil
        }
        return text
    }
}

extension ValueSchema<CertificateFileName> {
    static let certificateFile = ValueSchema(.text(pattern: "^[^*#!\\[ ;\\\\][^\\[ ;\\\\]*$")) {
        node,
        reader in
        guard let text = reader.text(node) else {
            reader.reject(node, expected: "the name of a file as the proxies know it")
            return nil
        }
        do throws(InvalidName) {
            return try CertificateFileName(text)
        } catch {
            reader.report("\(reader.key): \(error.reason)", at: node)
            return nil
        }
    }
}

extension ValueSchema<String> {
    /// A path outside the repository: absolute, or below the folder that the process settings name.
    static let outsidePath = ValueSchema(.text(pattern: ".")) { node, reader in
        guard let text = reader.text(node), !text.isEmpty,
            text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }),
            !text.split(separator: "/").contains("..")
        else {
            reader.reject(node, expected: "a path, absolute or below the folder of certificates")
            return nil
        }
        return text
    }
}
