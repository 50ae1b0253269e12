import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct StateChangeTests {
    @Test(arguments: [
        StateChange.serverDeleted(backend: "b", server: "s"), .maxconn(7),
        .map(name: "m", .add(version: 1, reference: 0x1000, key: "k", value: "v w")),
        .map(name: "m", .set(reference: 1, value: "")), .map(name: "m", .remove(reference: 2)),
        .map(name: "m", .clear(version: .max)), .map(name: "m", .prepare),
        .map(name: "m", .commit(version: 9)),
        .backendDeleted("b"), .rateLimit(.sessions, 9),
        .agent(.init(backend: "b", server: "s", isEnabled: false, address: "::1", text: "")),
        .cookies(backend: "b", isDynamic: true, key: "k"),
        .variable(name: "proc.x", "int(1)", isFormat: false),
        .variable(name: "proc.y", "", isFormat: true),
        .agent(.init(backend: "b", server: "s", isHealthy: false, port: 65_535)),
        .backend(.init(name: "b", id: 3, isPublished: false, addition: nil)),
        .backend(
            .init(
                name: "b",
                id: 9,
                isPublished: true,
                addition: BackendAddition(name: "b", defaults: "d", mode: .tcp, guid: "g")
            )
        ),
        .frontend(.init(name: "f", isPaused: true, isShut: false, maxconn: 0)),
        .wholeMap(
            .init(
                name: "m",
                bootDigest: .max,
                currentVersion: 1,
                nextVersion: 2,
                lastReference: 3,
                entries: [.init(reference: 3, key: "k", value: "v")],
                pending: [(version: UInt32(2), entries: [])]
            )
        ),
    ])
    func `a change is read as it was written`(change: StateChange) throws {
        var writer = StateWriter()
        change.write(to: &writer)
        var reader = StateReader(writer.bytes[...])
        #expect(try StateChange(from: &reader) == change)
        #expect(reader.isAtEnd)
    }
}
