import Foundation
import Simulation
import Testing

@testable import Desired

/// Asks an independent validator (python3-jsonschema) what it thinks of documents.
struct SchemaValidator {
    /// Why the validator cannot be asked; nil when it can.
    static let obstacle: String? = {
        do {
            let (status, _) = try run(["-c", "import jsonschema"])
            return status == 0 ? nil : "python3-jsonschema is not installed"
        } catch {
            return "there is no python3: \(error)"
        }
    }()

    private static let script = """
        import json, sys, warnings
        warnings.simplefilter("ignore")
        import jsonschema
        given = json.load(open(sys.argv[1]))
        kind = jsonschema.validators.validator_for(given["schema"])
        kind.check_schema(given["schema"])
        validator = kind(given["schema"])
        print(json.dumps([[e.message[:200] for e in validator.iter_errors(d)][:3] for d in given["documents"]]))
        """

    /// The complaints about each document; none means it is valid.
    static func complaints(about documents: [Any]) throws -> [[String]] {
        let schema = try JSONSerialization.jsonObject(with: Data(FleetSchema.jsonSchema().utf8))
        let folder = try TemporaryFolder()
        let given = try JSONSerialization.data(
            withJSONObject: ["schema": schema, "documents": documents]
        )
        try folder.write(Array(given), to: "given.json")
        let (status, output) = try run(["-c", script, "\(folder.path)/given.json"])
        try #require(
            status == 0,
            "the validator failed: \(String(decoding: output, as: UTF8.self))"
        )
        return try JSONDecoder().decode([[String]].self, from: output)
    }

    private static func run(_ arguments: [String]) throws -> (status: Int32, output: Data) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}

/// The documents of a YAML text as an editor's language server hands them to a validator.
private func instances(of text: String) -> [Any] {
    let tree = YAMLFile(Array(text.utf8), path: "x.yaml").tree
    func value(_ node: YAMLTree.Node) -> Any {
        switch tree.kind(node) {
        case .quoted: return tree.string(node)
        case .plain: return scalar(tree.string(node))
        case .sequence:
            var elements: [Any] = []
            tree.forEachElement(of: node) { elements.append(value($0)) }
            return elements
        case .mapping:
            var members: [String: Any] = [:]
            tree.forEachEntry(of: node) { members[tree.string($0)] = value($1) }
            return members
        }
    }
    return tree.roots.map(value)
}

/// YAML 1.2 core schema.
private func scalar(_ text: String) -> Any {
    switch text {
    case "", "~", "null": return NSNull()
    case "true": return true
    case "false": return false
    default: break
    }
    if let number = Int(text) { return number }
    if let number = Double(text) { return number }
    return text
}

@Suite(.enabled(if: SchemaValidator.obstacle == nil, "python3 with jsonschema is not installed"))
struct SchemaValidatorTests {
    private static let examples = Mistakes.folder.deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples")

    /// Documents of the examples, with the path each comes from.
    private func exampleDocuments() throws -> [(path: String, document: Any)] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: Self.examples.path)
        return try paths.sorted().filter { $0.hasSuffix(".yaml") }.flatMap { path in
            let data = try Data(contentsOf: Self.examples.appending(path: path))
            return instances(of: String(decoding: data, as: UTF8.self)).compactMap { document in
                // CI files and fixtures of reviews are YAML too.
                let version = (document as? [String: Any])?["apiVersion"] as? String
                return version == "apus/v1" ? (path, document) : nil
            }
        }
    }

    @Test func `an independent validator accepts every example`() throws {
        let documents = try exampleDocuments()
        #expect(documents.count > 5)
        let complaints = try SchemaValidator.complaints(about: documents.map(\.document))
        for (example, found) in zip(documents, complaints) where !found.isEmpty {
            Issue.record("\(example.path): \(found)")
        }
    }

    @Test func `it refuses what is wrong in form; the golden file lists what only check can see`()
        throws
    {
        let tables = [
            ("Fleet", FleetDocumentTests.mistakes), ("Backend", BackendDocumentTests.mistakes),
            ("Route", RouteDocumentTests.mistakes), ("Map", MapDocumentTests.mistakes),
            ("Acl", AclDocumentTests.mistakes), ("Limits", LimitsDocumentTests.mistakes),
            ("Frontend", FrontendDocumentTests.mistakes),
        ]
        let cases = tables.flatMap { kind, mistakes in
            mistakes.map { (title: "\(kind): \($0.0)", documents: instances(of: $0.1)) }
        }
        let complaints = try SchemaValidator.complaints(about: cases.flatMap(\.documents))
        var rest = complaints[...]
        var accepted: [String] = []
        for (title, documents) in cases {
            if rest.prefix(documents.count).allSatisfy(\.isEmpty) { accepted.append(title) }
            rest = rest.dropFirst(documents.count)
        }
        #expect(cases.count - accepted.count >= 30)
        let difference = Golden.difference(
            of: accepted.joined(separator: "\n") + "\n",
            from: Mistakes.folder.appending(path: "Golden/schema-cannot-see.txt")
        )
        #expect(difference == nil, "\(difference ?? "")")
    }
}
