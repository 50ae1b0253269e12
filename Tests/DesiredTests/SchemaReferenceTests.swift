import Foundation
import Simulation
import Testing

@testable import Desired

@Suite struct SchemaReferenceTests {
    @Test func `every kind has its page and every page its keys`() throws {
        for kind in SchemaReference.kinds {
            let page = try SchemaReference.page(of: kind.name)
            #expect(page.summary == kind.summary)
            #expect(!page.keys.isEmpty)
            for key in page.keys {
                let below = try SchemaReference.page(of: "\(kind.name).\(key.name)")
                #expect(below.path == "\(kind.name).spec.\(key.name)")
                #expect(below.summary == key.summary)
                #expect(key.summary.hasSuffix("."), "\(below.path)")
            }
        }
    }

    @Test func `a path goes down to one attribute, through names and lists`() throws {
        let inter = try SchemaReference.page(of: "backend.server.inter")
        #expect(inter.path == "Backend.spec.server.inter")
        #expect(inter.form == "a duration such as 500ms, 2s or 10m")
        #expect(inter.keys.isEmpty)
        let server = try SchemaReference.page(of: "Backend.servers")
        #expect(server.keys.map(\.name).prefix(3) == ["address", "state", "id"])
        #expect(try SchemaReference.page(of: "Fleet.proxies.runtime").isRequired)
        #expect(
            try SchemaReference.page(of: "Fleet.metadata.labels").path == "Fleet.metadata.labels"
        )
    }

    @Test(arguments: [
        ("Bakend", "there is no kind Bakend; did you mean Backend?"),
        ("", "there is no kind "),
        ("Backend.server.wieght", "Backend.spec.server has no key wieght; did you mean weight?"),
        ("Backend.", "Backend.spec has no key "),
        ("Map.name.x", "Map.spec.name has no key x"),
    ])
    func `what does not exist is named, with the nearest that does`(path: String, message: String) {
        #expect(throws: SchemaReference.Unknown(description: message)) {
            try SchemaReference.page(of: path)
        }
    }

    @Test func `the reference reads as the golden file says`() {
        let file = Mistakes.folder.appending(path: "Golden/reference.md")
        let difference = Golden.difference(of: SchemaReference.markdown(), from: file)
        #expect(difference == nil, "\(difference ?? "")")
    }
}
