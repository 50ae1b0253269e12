import Model
import Planning
import Testing

@testable import Controller

struct ChangeWordsTests {
    private static func words(_ json: String) throws -> String {
        let change: Change = try StateDatabase.decoded(json)
        return change.words
    }

    static let sayings = [
        #"{"op":"addServer","server":"shop/s1","id":7,"endpoint":"10.0.0.1:80","attributes":{"check":"","weight":"10","guid":"apus:1:2"}}"#:
            "add server shop/s1 10.0.0.1:80 check weight 10",
        #"{"op":"setAdmin","server":"shop/s1","from":"maint","to":"ready"}"#:
            "shop/s1 maint → ready",
        #"{"op":"setWeight","server":"shop/s1","from":100,"to":50}"#: "shop/s1 weight 100 → 50",
        #"{"op":"awaitUp","server":"shop/s1","within":"5500ms"}"#:
            "wait until shop/s1 is up, at most 5500ms",
        #"{"op":"deleteServer","server":"shop/s1"}"#: "delete server shop/s1",
        #"{"op":"addMapEntry","map":"hosts.map","key":"a.example","value":"shop"}"#:
            "hosts.map: add a.example → shop",
        #"{"op":"publishBackend","backend":"shop"}"#: "publish backend shop",
    ]

    @Test(arguments: sayings.keys.sorted()) func `a change is told in words`(json: String) throws {
        #expect(try Self.words(json) == Self.sayings[json])
    }
}
