import Model

extension StateResolution {
    /// Gives the tests of the policies their fixtures, and sorts the policies by name.
    mutating func resolvePolicies() {
        policies.sort { $0.head.name < $1.head.name }
        for index in policies.indices {
            if index > 0, policies[index - 1].head.name == policies[index].head.name {
                report(
                    "a second Policy \(policies[index].head.name)",
                    at: policies[index].head.origin,
                    related: policies[index - 1].head.origin
                )
            }
            let document = policies[index]
            policies[index].policy.tests = document.tests.compactMap { resolve($0, of: document) }
        }
    }

    private mutating func resolve(
        _ test: PolicyDocument.TestCase,
        of document: PolicyDocument
    ) -> DesiredPolicy.Test? {
        let fixture: PlacedNode
        switch test.plan {
        case nil: return nil
        case .here(let node): fixture = node
        case .file(let file):
            let path = document.path(of: file.value)
            guard let found = files.fixtures[path] else {
                let message = "file \(VisibleText.quoted(path)) is not in the repository"
                report(message, at: file.origin, in: "in policy \(document.head.name)")
                return nil
            }
            for diagnostic in found.diagnostics {
                report(diagnostic.message, at: diagnostic.origin)
            }
            guard let root = found.root else { return nil }
            fixture = root
        }
        return DesiredPolicy.Test(
            name: test.name,
            fixture: fixture,
            passes: test.passes,
            origin: test.origin
        )
    }
}
