import Model
import Testing

@testable import Desired

@Suite struct ServerCacheTests {
    private func document(_ text: String) throws -> BackendDocument {
        let file = ParsedFile(Array(text.utf8), path: "f.yaml")
        for case .backend(let backend) in file.documents { return backend }
        throw GitError(.corrupt, "no backend in the text")
    }

    @Test func `servers are kept by document and by what they inherit`() throws {
        let document = try document(smallState["shop.yaml"] ?? "")
        var cache = ServerCache()
        cache.begin()
        var shared = ServerAttributes()
        let first = cache.servers(of: document, sharing: shared).servers
        #expect(first.map(\.attributes.command) == [""])
        shared[.check] = .flag
        #expect(
            cache.servers(of: document, sharing: shared).servers.map(\.attributes.command) == [
                "check"
            ]
        )
        #expect(cache.servers(of: document, sharing: ServerAttributes()).servers == first)
    }

    @Test func `what was not used for a while is made again, and equal`() throws {
        let document = try document(smallState["shop.yaml"] ?? "")
        var cache = ServerCache()
        let first = cache.servers(of: document, sharing: ServerAttributes()).servers
        for _ in 0..<10 { cache.begin() }
        #expect(cache.servers(of: document, sharing: ServerAttributes()).servers == first)
    }
}
