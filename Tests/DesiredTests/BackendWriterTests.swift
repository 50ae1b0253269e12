import Model
import Testing

@testable import Desired

@Suite struct BackendWriterTests {
    private func server(_ name: String) throws -> ObservedServer {
        ObservedServer(name: try ServerName(name), id: 1, endpoint: Endpoint("10.0.0.1:80"))
    }

    @Test func `one server shares nothing, several share what all of them have`() throws {
        var shown = ServerAttributes()
        shown[.maxconn] = .integer(5)
        var writer = BackendWriter(
            name: try BackendName("b"),
            section: nil,
            withoutAttributes: false
        )
        writer.add(try server("a"), shown: shown, isWhole: true)
        #expect(writer.lines == ["  servers:", "    a: {address: \"10.0.0.1:80\", maxconn: 5}"])
        shown[.weight] = .integer(9)
        writer.add(try server("b"), shown: shown, isWhole: true)
        #expect(
            writer.lines == [
                "  server: {maxconn: 5}", "  servers:", "    a: 10.0.0.1:80",
                "    b: {address: \"10.0.0.1:80\", weight: 9}",
            ]
        )
        #expect(writer.comments == [])
    }

    @Test func `a mark nobody can explain takes attributes out of what is managed`() throws {
        let writer = BackendWriter(
            name: try BackendName("b"),
            section: nil,
            withoutAttributes: true
        )
        #expect(writer.lines.first == "  manage: [membership, address, weight, state]")
        #expect(writer.comments.count == 1)
    }
}
