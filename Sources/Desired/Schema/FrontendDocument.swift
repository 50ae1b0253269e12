import BootConfig
import Model

/// A Frontend document: one that is created at runtime (apus-proxy).
struct FrontendDocument: Sendable {
    let head: DocumentHead
    /// The proxy's name for it.
    var name: FrontendName
    var fleets: Located<FleetSelector>?
    var defaults: Located<DefaultsName>?
    var binds: [Located<String>] = []
    var rules: [Located<String>] = []
    var defaultBackend: Located<BackendName>?

    static let schema = ObjectSchema<FrontendDocument>([
        ObjectSchema.Field("name", "The proxy's name for it; default metadata.name.", .name()) {
            $0.name = $1
        },
        .required("fleets", "The fleets that have it.", FleetSelector.value) { $0.fleets = $1 },
        .required("from", "A named defaults section of the boot file.", .located(.name())) {
            $0.defaults = $1
        },
        .required("binds", "What stands after `bind`, line by line.", .list(of: bind)) {
            $0.binds = $1
        },
        ObjectSchema.Field("rules", "Rules as a boot file spells them, in order.", .list(of: rule))
        {
            $0.rules = $1
        },
        ObjectSchema.Field(
            "defaultBackend",
            "Where requests go that no rule sends elsewhere.",
            .located(.name())
        ) {
            $0.defaultBackend = $1
        },
    ])

    /// Keywords that may begin a rule (configuration.txt §4.2, those that hold for frontends).
    private static let ruleKeywords = [
        "acl", "http-after-response", "http-request", "http-response", "tcp-request",
        "tcp-response", "use_backend",
    ]

    private static let bind = line { _, _ in nil }

    private static let rule = line { words, reader in
        let word = words[0]
        guard !ruleKeywords.contains(word) else { return nil }
        return "\(VisibleText.quoted(word)) does not begin a rule"
            + reader.hint(for: word, among: ruleKeywords)
    }

    /// One line of a boot file, whose words `check` may complain about.
    private static func line(
        check: @escaping @Sendable ([String], DocumentReader) -> String?
    ) -> ValueSchema<Located<String>> {
        ValueSchema(.text(pattern: "^\\S(.*\\S)?$")) { node, reader in
            guard let text = reader.text(node), MapEntryText.isValue(text) else {
                reader.reject(node, expected: "one line without spaces at its ends")
                return nil
            }
            // The prefix keeps a word such as `backend` from beginning a section.
            let parsed = BootConfig.parse(
                files: [(name: "", text: "frontend x\n    line \(text)\n")],
                environment: [:]
            )
            let words = Array(parsed.sections.first?.lines.first?.words.dropFirst() ?? [])
            guard parsed.diagnostics.isEmpty, !words.isEmpty else {
                // Positions in the message would be those of the line made up here.
                let message = parsed.diagnostics.first?.message ?? "says nothing"
                let reason = message.firstRange(of: " at position").map {
                    String(message[..<$0.lowerBound])
                }
                reader.report("\(reader.shownKey): \(reason ?? message)", at: node)
                return nil
            }
            if let problem = check(words, reader) {
                reader.report(problem, at: node)
                return nil
            }
            return Located(value: text, origin: reader.origin(node))
        }
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> FrontendDocument? {
        let isNamed = reader.tree.value(of: "name", in: spec) != nil
        let fallback: FrontendName? = isNamed ? nil : reader.documentName(head)
        // A stand-in, so that the other mistakes are found; a document without a name is never used.
        guard let standIn = fallback ?? (try? FrontendName("unnamed")) else { return nil }
        var frontend = FrontendDocument(head: head, name: standIn)
        let before = reader.errorCount
        schema.read(spec, &reader, into: &frontend)
        let hasName =
            fallback != nil || isNamed && (reader.errorCount == before || frontend.name != standIn)
        return hasName ? frontend : nil
    }
}
