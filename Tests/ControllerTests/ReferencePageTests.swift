import Desired
import Testing

@testable import Controller

@Suite struct ReferencePageTests {
    private func text(_ path: String?, columns: Int = 80) throws -> String {
        let page = try path.map { try SchemaReference.page(of: $0) }
        return TerminalStyle(hasColor: false).render(ReferencePage(page, columns: columns).lines)
    }

    @Test func `without a path the kinds are listed`() throws {
        let text = try text(nil)
        for kind in SchemaReference.kinds { #expect(text.contains("  \(kind.name)")) }
    }

    @Test func `one attribute is a page of its own`() throws {
        #expect(
            try text("Backend.server.inter") == """
                Backend.spec.server.inter
                  a duration such as 500ms, 2s or 10m
                  Time between two checks; default 2s. HAProxy 2.5.

                """
        )
    }

    @Test(arguments: [40, 80, 160]) func `no line is wider than the terminal`(columns: Int) throws {
        for kind in SchemaReference.kinds {
            for line in try text(kind.name, columns: columns).split(separator: "\n") {
                #expect(line.count <= columns, "\(line)")
            }
        }
    }

    @Test func `what is required is marked`() throws {
        let text = try text("Route")
        #expect(text.contains("  hosts *"))
        #expect(text.hasSuffix("  * required\n"))
    }
}
