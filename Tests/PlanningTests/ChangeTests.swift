import FoundationEssentials
import Model
import Planning
import Testing

/// The form in which changes stand in saved plans; others read it, so it must not move.
@Suite struct ChangeTests {
    private static func examples() throws -> [(Change, String)] {
        let path = ServerPath(try BackendName("shop"), try ServerName("s1"))
        let (one, two) = (try #require(Weight(1)), try #require(Weight(2)))
        let endpoint = try #require(Endpoint("10.0.0.1:80"))
        var attributes = ServerAttributes()
        attributes[.inter] = AttributeValue("2s", for: .inter)
        let server = #""server":"shop/s1""#
        return [
            (
                .addServer(path, id: 7, endpoint: endpoint, attributes: attributes),
                #"{"attributes":{"inter":"2s"},"endpoint":"10.0.0.1:80","id":7,"op":"addServer",\#(server)}"#
            ),
            (.enableHealth(path), #"{"op":"enableHealth",\#(server)}"#),
            (
                .setAdmin(path, from: nil, to: .drain),
                #"{"op":"setAdmin",\#(server),"to":"drain"}"#
            ),
            (
                .setWeight(path, from: one, to: two),
                #"{"from":1,"op":"setWeight",\#(server),"to":2}"#
            ),
            (
                .setAddress(path, from: endpoint, to: endpoint),
                #"{"from":"10.0.0.1:80","op":"setAddress",\#(server),"to":"10.0.0.1:80"}"#
            ),
            (.setMaxconn(path, from: nil, to: 9), #"{"op":"setMaxconn",\#(server),"to":9}"#),
            (
                .setCheckAddress(path, address: nil, port: 8080),
                #"{"op":"setCheckAddress","port":8080,\#(server)}"#
            ),
            (
                .setAgentAddress(path, address: "10.0.0.9", port: nil),
                #"{"address":"10.0.0.9","op":"setAgentAddress",\#(server)}"#
            ),
            (
                .awaitUp(path, within: Milliseconds(5500)),
                #"{"op":"awaitUp",\#(server),"within":"5500ms"}"#
            ),
            (.grace(path, Milliseconds(5000)), #"{"op":"grace",\#(server),"within":"5s"}"#),
            (
                .awaitRemovable(path, within: Milliseconds(0)),
                #"{"op":"awaitRemovable",\#(server),"within":"0ms"}"#
            ),
            (.deleteServer(path), #"{"op":"deleteServer",\#(server)}"#),
        ]
    }

    private static func backendExamples() throws -> [(Change, String)] {
        let name = try BackendName("shop")
        return [
            (
                .addBackend(name, from: try DefaultsName("http"), guid: "apus:1:2"),
                #"{"backend":"shop","defaults":"http","guid":"apus:1:2","op":"addBackend"}"#
            ),
            (.publishBackend(name), #"{"backend":"shop","op":"publishBackend"}"#),
            (.unpublishBackend(name), #"{"backend":"shop","op":"unpublishBackend"}"#),
            (.deleteBackend(name), #"{"backend":"shop","op":"deleteBackend"}"#),
        ]
    }

    private static func patternExamples() throws -> [(Change, String)] {
        let map = try PatternFileName("hosts.map")
        let entry = MapEntry(key: "a", value: "b c")
        return [
            (
                .addMapEntry(map, entry),
                #"{"key":"a","map":"hosts.map","op":"addMapEntry","value":"b c"}"#
            ),
            (
                .setMapEntry(map, key: "a", from: "b", to: "c"),
                #"{"from":"b","key":"a","map":"hosts.map","op":"setMapEntry","to":"c"}"#
            ),
            (
                .deleteMapEntry(map, entry),
                #"{"key":"a","map":"hosts.map","op":"deleteMapEntry","value":"b c"}"#
            ),
            (
                .replaceMap(map, entries: [entry], added: 1, changed: 2, removed: 3),
                #"{"added":1,"changed":2,"entries":[{"key":"a","value":"b c"}],"map":"hosts.map","op":"replaceMap","removed":3}"#
            ),
            (
                .addPattern(map, "a b"),
                #"{"list":"hosts.map","op":"addPattern","pattern":"a b"}"#
            ),
            (
                .deletePattern(map, "10.0.0.0/8"),
                #"{"list":"hosts.map","op":"deletePattern","pattern":"10.0.0.0/8"}"#
            ),
            (
                .setLimit(.rate(.sslSessions), from: 0, to: 7),
                #"{"from":0,"limit":"rate-limit ssl-sessions global","op":"setLimit","to":7}"#
            ),
        ]
    }

    private static func certificateExamples() throws -> [(Change, String)] {
        let name = try CertificateFileName("certs/a.pem")
        let list = try CertificateFileName("certs/edge.crtlist")
        let options = try CertificateOptions(parsing: "[alpn h2]")
        let line = CertificateLine(name, options: options, filters: ["a.example"])
        var issued = Build.issued("a")
        issued.notAfter = 9
        issued.payloadSize = 7
        let update = CertificateUpdate(from: nil, to: issued, isNew: true)
        let (sha1, sha256) = (issued.fingerprint.sha1, issued.fingerprint.sha256)
        let shownLine =
            #"{"certificate":"certs/a.pem","filters":["a.example"],"options":"alpn h2"}"#
        return [
            (
                .storeCertificate(name, update),
                #"{"certificate":"certs/a.pem","op":"storeCertificate","update":{"isNew":true,"#
                    + #""notAfter":9,"size":7,"to":{"sha1":"\#(sha1)","sha256":"\#(sha256)"}}}"#
            ),
            (
                .deleteCertificate(name, was: sha1),
                #"{"certificate":"certs/a.pem","op":"deleteCertificate","was":"\#(sha1)"}"#
            ),
            (
                .addCertificateLine(list, line),
                #"{"line":\#(shownLine),"list":"certs/edge.crtlist","op":"addCertificateLine"}"#
            ),
            (
                .deleteCertificateLine(list, line, number: 3),
                #"{"line":\#(shownLine),"list":"certs/edge.crtlist","number":3,"op":"deleteCertificateLine"}"#
            ),
            (
                .abortTransaction(
                    CertificateTransaction(name, sha1: sha1),
                    after: Milliseconds(10_000)
                ),
                #"{"op":"abortTransaction","transaction":{"certificate":"certs/a.pem","sha1":"\#(sha1)"},"within":"10s"}"#
            ),
        ]
    }

    @Test func `every change is written flat and read back`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for (change, text) in try Self.examples() + Self.patternExamples() + Self.backendExamples()
            + Self.certificateExamples()
        {
            let data = try encoder.encode(change)
            #expect(String(decoding: data, as: UTF8.self) == text)
            #expect(try JSONDecoder().decode(Change.self, from: data) == change)
        }
    }

    @Test(arguments: [
        #"{"op":"fly","server":"a/b"}"#, #"{"op":"deleteServer","server":"a"}"#,
        #"{"op":"deleteServer","server":"a/b c"}"#,
        #"{"op":"grace","server":"a/b","within":"soon"}"#,
        #"{"op":"addMapEntry","map":"a;b","key":"k","value":"v"}"#, "{}",
        #"{"op":"addBackend","backend":"a"}"#,
        #"{"op":"setLimit","limit":"maxconn","from":0,"to":7}"#, #"{"op":"addPattern","list":"a"}"#,
        #"{"op":"storeCertificate","certificate":"*a"}"#,
        #"{"op":"addCertificateLine","list":"l","line":{"certificate":"a","filters":[],"options":"b"}}"#,
    ])
    func `what cannot be a change is refused`(text: String) {
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(Change.self, from: Data(text.utf8))
        }
    }
}
