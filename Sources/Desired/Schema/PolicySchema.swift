import Model

/// The keys of a Policy document (product shape: ValidatingAdmissionPolicy of Kubernetes).
enum PolicySchema {
    static let document = ObjectSchema<PolicyDocument>([
        ObjectSchema.Field(
            "enforcement",
            "audit, warn, deny, or override (deny until acknowledged).",
            .choice()
        ) {
            $0.policy.enforcement = $1
        },
        ObjectSchema.Field(
            "match",
            "The fleets it holds for; without it, all.",
            match.value(Match.init)
        ) {
            $0.fleets = $1.fleets
        },
        ObjectSchema.Field("params", "Values that expressions see as params.", mapping) {
            $0.policy.params = $1
        },
        .required("validations", "What must be true of a change, all of it.", .list(of: validation))
        {
            $0.policy.validations = $1.compactMap(\.validation)
        },
        ObjectSchema.Field(
            "exceptions",
            "Fleets that need not keep it until a time.",
            .list(of: exemption)
        ) {
            $0.policy.exemptions = $1.compactMap(\.exemption)
        },
        ObjectSchema.Field("tests", "Changes that it must allow or refuse.", .list(of: test)) {
            $0.tests = $1
        },
    ])

    // MARK: match

    private struct Match {
        var fleets: Located<FleetSelector>?
    }

    private static let match = ObjectSchema<Match>([
        .required("fleets", "The fleets it holds for.", FleetSelector.value) { $0.fleets = $1 }
    ])

    // MARK: validations

    private struct Validation {
        var expression: PlacedText?
        var message = ""
        var messageExpression: PlacedText?

        var validation: DesiredPolicy.Validation? {
            expression.map {
                DesiredPolicy.Validation(
                    expression: $0,
                    message: message,
                    messageExpression: messageExpression
                )
            }
        }
    }

    private static let validation = ObjectSchema<Validation>([
        .required("expression", "CEL that gives a bool; see `apus policy schema`.", .placed) {
            $0.expression = $1
        },
        ObjectSchema<Validation>.Field("message", "What to say when it is false.", .text) {
            $0.message = $1
        },
        ObjectSchema<Validation>.Field("messageExpression", "CEL that gives what to say.", .placed)
        {
            $0.messageExpression = $1
        },
    ]).value(Validation.init)

    // MARK: exceptions

    private struct Exemption {
        var fleets: [String] = []
        var until: PlacedText?
        var reason = ""

        var exemption: DesiredPolicy.Exemption? {
            until.map { DesiredPolicy.Exemption(fleets: fleets, until: $0, reason: reason) }
        }
    }

    private static let exemption = ObjectSchema<Exemption>([
        .required("fleets", "Globs of fleet names.", .list(of: .text)) { $0.fleets = $1 },
        .required("until", "When it ends, as 2026-12-31T00:00:00Z.", .placed) { $0.until = $1 },
        .required("reason", "Why.", .text) { $0.reason = $1 },
    ]).value(Exemption.init)

    // MARK: tests

    private static let testFields = ObjectSchema<PolicyDocument.TestCase>([
        .required("name", "What the change is, in words.", .text) { $0.name = $1 },
        .required("plan", "The change, or the file that describes it.", plan) { $0.plan = $1 },
        .required("expect", "pass or fail.", expectation) { $0.passes = $1 },
    ])

    private static let test = ValueSchema<PolicyDocument.TestCase>(testFields.shape) {
        node,
        reader in
        guard reader.tree.kind(node) == .mapping else {
            reader.reject(node, expected: "a mapping")
            return nil
        }
        var test = PolicyDocument.TestCase(origin: reader.origin(node))
        testFields.read(node, &reader, into: &test)
        return test
    }

    private static let plan = ValueSchema<PolicyDocument.TestCase.Plan>(
        .anyOf([.text(pattern: "^[^/].*\\.ya?ml$"), .object([])])
    ) { node, reader in
        if reader.tree.kind(node) == .mapping { return .here(reader.placed(node)) }
        return ValueSchema<Located<String>>.located(.path).read(node, &reader).map {
            PolicyDocument.TestCase.Plan.file($0)
        }
    }

    private static let expectation = ValueSchema<Bool>(.choice(["pass", "fail"])) { node, reader in
        switch reader.text(node) {
        case "pass": return true
        case "fail": return false
        default:
            reader.rejectChoice(node, among: ["pass", "fail"])
            return nil
        }
    }

    /// A mapping whose meaning is decided later.
    private static let mapping = ValueSchema<PlacedNode>(.dictionary(of: .text(pattern: ""))) {
        node,
        reader in
        guard reader.tree.kind(node) == .mapping else {
            reader.reject(node, expected: "a mapping")
            return nil
        }
        return reader.placed(node)
    }
}

extension ValueSchema<PlacedText> {
    /// Text together with where each character stands.
    static let placed = ValueSchema(.text(pattern: "")) { node, reader in
        guard let text = reader.text(node), !text.isEmpty else {
            reader.reject(node, expected: "text")
            return nil
        }
        return PlacedText(
            text,
            at: reader.origin(node),
            runs: ScalarPlaces.runs(of: text, at: reader.tree.mark(node), in: reader.source)
        )
    }
}

extension DocumentReader {
    /// The value as it stands, to be understood later.
    func placed(_ node: Node) -> PlacedNode {
        let content: PlacedNode.Content
        switch tree.kind(node) {
        case .plain: content = .text(tree.string(node), isQuoted: false)
        case .quoted: content = .text(tree.string(node), isQuoted: true)
        case .sequence:
            var elements: [PlacedNode] = []
            tree.forEachElement(of: node) { elements.append(placed($0)) }
            content = .list(elements)
        case .mapping:
            var entries: [PlacedNode.Entry] = []
            tree.forEachEntry(of: node) { key, value in
                let entry = PlacedNode.Entry(
                    key: tree.string(key),
                    origin: origin(key),
                    value: placed(value)
                )
                entries.append(entry)
            }
            content = .mapping(entries)
        }
        return PlacedNode(content, at: origin(node))
    }
}
