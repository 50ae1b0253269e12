import Model
import Testing

@testable import Proxy

struct CertificateStoreTests {
    private func configuration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration()
        for (name, text) in [("/a", TestCertificates.first), ("/b", TestCertificates.wildcard)] {
            configuration.certificates[name] = try Certificate(pem: text)
        }
        var list = CertificateList(name: "/list")
        list.lines = [
            CertificateLine(certificate: "/a", number: 1),
            CertificateLine(certificate: "/b", number: 2),
        ]
        configuration.lists["/list"] = list
        var bind = TLSBindConfiguration(origin: Origin(file: "f", line: 1, column: 1))
        bind.sources = [.list("/list")]
        configuration.binds = [bind]
        return configuration
    }

    private func line(_ name: String, in snapshot: TLSBindSnapshot) -> Int32 {
        let text = RawText.make(name)
        defer { text.free() }
        return snapshot.line(for: text.slice, .init(ecdsa: true, rsa: true))
    }

    @Test func `only what changed makes a new snapshot`() throws {
        let store = CertificateStore(try configuration())
        let first = try #require(store.takeSnapshot()).binds[0]
        #expect(store.takeSnapshot() == nil)
        #expect(line("a.example", in: first) == 0)
        #expect(line("x.b.example", in: first) == 1)
        #expect(line("b.example", in: first) == 1)
        #expect(line("y.x.b.example", in: first) == -1)
        #expect(first.defaultLine(.init(ecdsa: true, rsa: true)) == 0)
        let renewed = try Certificate(pem: TestCertificates.renewed)
        #expect(store.replace("/a", with: renewed) == 1)
        let second = try #require(store.takeSnapshot())
        // The names are the same, so their table is too.
        #expect(second.binds[0].names.count == first.names.count)
        #expect(second.retired.count == 1)
    }

    @Test func `a line more is found, and so is what it is renewed by`() throws {
        let store = CertificateStore(try configuration())
        _ = store.takeSnapshot()
        store.addEmpty("/c")
        #expect(store.replace("/c", with: try Certificate(pem: TestCertificates.other)) == 0)
        var more = CertificateLine(certificate: "/c", number: 0)
        more.filters = ["b0.example", "!no.b0.example"]
        #expect(store.add(more, to: "/list") == 1)
        let grown = try #require(store.takeSnapshot()).binds[0]
        #expect(line("b0.example", in: grown) == 2)
        #expect(line("a.example", in: grown) == 0 && line("x.b.example", in: grown) == 1)
        let renewed = try Certificate(pem: TestCertificates.other)
        #expect(store.replace("/c", with: renewed) == 1)
        let swapped = try #require(store.takeSnapshot()).binds[0]
        #expect(swapped.lines.count == 3 && line("b0.example", in: swapped) == 2)
    }

    @Test func `other names make another table`() throws {
        let store = CertificateStore(try configuration())
        _ = store.takeSnapshot()
        #expect(store.replace("/a", with: try Certificate(pem: TestCertificates.other)) == 1)
        let bind = try #require(store.takeSnapshot()).binds[0]
        #expect(line("a.example", in: bind) == -1)
        #expect(line("c.example", in: bind) == 0)
    }

    @Test func `a draft of lines puts filters in place of the certificate's names`() throws {
        let context = try TLSContext(serving: TLSOptions())
        var draft = TLSBindDraft(context: context, isStrict: false)
        let certificate = try Certificate(pem: TestCertificates.first)
        draft.add(
            certificate,
            context: context,
            filters: ["*.A.example", "!no.a.example", "*"],
            isDefault: false,
            group: 0
        )
        let snapshot = draft.makeSnapshot()
        defer { snapshot.free() }
        #expect(line("x.a.example", in: snapshot) == 0)
        #expect(line("no.a.example", in: snapshot) == -1)
        #expect(line("a.example", in: snapshot) == -1)
        #expect(snapshot.defaultLine(.init()) == 0)
    }
}
