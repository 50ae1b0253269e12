import Model

/// A Policy document.
struct PolicyDocument: Sendable {
    let head: DocumentHead
    /// Without one it holds for every fleet.
    var fleets: Located<FleetSelector>?
    var policy: DesiredPolicy
    var tests: [TestCase] = []

    /// Expressions of one policy; each is compiled, and evaluated with every plan.
    static let validationLimit = 500

    /// A test whose change may stand in a file of its own.
    struct TestCase: Sendable {
        var name = ""
        var plan: Plan?
        var passes = true
        var origin: Origin

        /// The change, or the path of the file that describes it.
        enum Plan: Sendable {
            case here(PlacedNode)
            case file(Located<String>)
        }
    }

    /// The file of a test's change, from the root of the repository: paths count from the policy's folder.
    func path(of file: String) -> String {
        guard let slash = head.origin.file.lastIndex(of: "/") else { return file }
        return head.origin.file[...slash] + file
    }

    /// Files that the tests name: fixtures, not documents.
    var fixturePaths: [String] {
        tests.compactMap {
            if case .file(let file)? = $0.plan { path(of: file.value) } else { nil }
        }
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> PolicyDocument? {
        var document = PolicyDocument(
            head: head,
            policy: DesiredPolicy(name: head.name, origin: head.origin)
        )
        document.policy.summary = head.annotations["description"] ?? ""
        PolicySchema.document.read(spec, &reader, into: &document)
        if let node = reader.tree.value(of: "validations", in: spec),
            reader.tree.kind(node) == .sequence, reader.tree.count(node) == 0
        {
            reader.report("validations is empty, so the policy allows everything", at: node)
        }
        let count = document.policy.validations.count
        if count > validationLimit {
            reader.report(
                "\(count) validations; a policy has at most \(validationLimit)",
                at: document.policy.validations[validationLimit].expression.origin
            )
            document.policy.validations.removeLast(count - validationLimit)
        }
        return head.name.isEmpty ? nil : document
    }
}
