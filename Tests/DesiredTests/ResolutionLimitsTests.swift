import Model
import Testing

@testable import Desired

@Suite struct ResolutionLimitsTests {
    private func fleet(_ number: Int) -> String {
        """
        apiVersion: apus/v1
        kind: Fleet
        metadata: {name: f\(number), labels: {role: edge}}
        spec: {proxies: [{name: a, runtime: "tcp://10.0.0.1:\(number + 1)"}]}
        ---

        """
    }

    private func resolve(_ text: String, _ limits: ResolutionLimits) -> [Diagnostic] {
        let file = ParsedFile(Array(text.utf8), path: "x.yaml")
        #expect(file.diagnostics == [])
        var cache = ServerCache()
        cache.begin()
        var resolution = StateResolution(
            documents: file.documents,
            files: StateResolution.Files(),
            cache: cache,
            limits: limits
        )
        _ = resolution.resolve()
        return resolution.diagnostics
    }

    @Test func `more fleets than anyone has are refused`() {
        var limits = ResolutionLimits()
        limits.fleets = 3
        #expect(resolve((0..<3).map(fleet).joined(), limits) == [])
        let problems = resolve((0..<4).map(fleet).joined(), limits)
        #expect(problems.map(\.message) == ["more than 3 fleets"])
    }

    @Test func `fleets times documents are counted`() {
        var limits = ResolutionLimits()
        limits.memberships = 10
        let backends = (0..<4).map { Mistakes.backend(Mistakes.servers, name: "b\($0)") + "---\n" }
        #expect(resolve((0..<2).map(fleet).joined() + backends.joined(), limits) == [])
        let problems = resolve((0..<4).map(fleet).joined() + backends.joined(), limits)
        #expect(problems.map(\.message) == ["selectors give the fleets more than 10 documents"])
    }

    @Test func `mistakes beyond what anyone reads are counted`() {
        var limits = ResolutionLimits()
        limits.diagnostics = 5
        let text = (0..<20).map {
            Mistakes.backend("  inherit: none\n" + Mistakes.servers, name: "b\($0)") + "---\n"
        }
        let problems = resolve(fleet(1) + text.joined(), limits)
        #expect(problems.count == 6)
        #expect(problems.last?.message == "and 15 more mistakes")
    }
}
