import Foundation
import Model
import Simulation
import Testing

@testable import Desired

@Suite struct FleetSchemaTests {
    @Test func `the JSON Schema reads as the golden file says`() {
        let file = Mistakes.folder.appending(path: "Golden/schema.json")
        let difference = Golden.difference(of: FleetSchema.jsonSchema(), from: file)
        #expect(difference == nil, "\(difference ?? "")")
    }

    @Test func `the JSON Schema is JSON and knows every kind and every server attribute`() throws {
        let data = Data(FleetSchema.jsonSchema().utf8)
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let definitions = try #require(schema["$defs"] as? [String: Any])
        #expect(
            definitions.keys.sorted() == [
                "Acl", "Backend", "Certificate", "Fleet", "Frontend", "Issuer", "Limits", "Map",
                "Policy", "Route", "ServerAttributes", "ServerTemplate",
            ]
        )
        let attributes = try #require(definitions["ServerAttributes"] as? [String: Any])
        let properties = try #require(attributes["properties"] as? [String: Any])
        let shared = ServerAttribute.allCases.filter { $0.mutability != .identity }.map(\.keyword)
        #expect(properties.keys.sorted() == shared.sorted())
    }
}
