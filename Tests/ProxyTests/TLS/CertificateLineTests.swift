import Testing

@testable import Proxy

struct CertificateLineTests {
    @Test func `a line has a file, options between brackets and filters`() throws {
        let line = try #require(
            try CertificateLine.read("/a.pem [alpn x ssl-min-ver TLSv1.2]  *.a !b # why", number: 7)
        )
        #expect(line.certificate == "/a.pem")
        #expect(line.number == 7)
        #expect(line.options == ["alpn", "x", "ssl-min-ver", "TLSv1.2"])
        #expect(line.filters == ["*.a", "!b"])
        #expect(try CertificateLine.read("/a.pem[verify none]b", number: 1)?.filters == ["b"])
    }

    @Test(arguments: ["", "  ", "# comment", "\r"])
    func `empty lines and comments say nothing`(text: String) throws {
        #expect(try CertificateLine.read(text[...], number: 1) == nil)
    }

    @Test(arguments: ["/a [alpn x", "/a alpn] x", "/a [x] [y]"])
    func `brackets that do not match are refused`(text: String) {
        #expect(throws: TLSContext.Mistake.self) { try CertificateLine.read(text[...], number: 1) }
    }

    @Test func `options are shown in HAProxy's order`() {
        var line = CertificateLine(certificate: "/a", number: 1)
        line.options = ["ssl-max-ver", "TLSv1.3", "no-tls-tickets", "alpn", "x", "verify", "none"]
        #expect(
            line.orderedOptions == [
                "alpn", "x", "verify", "none", "ssl-max-ver", "TLSv1.3", "no-tls-tickets",
            ]
        )
        #expect(TLSConfiguration.join("/base", "a") == "/base/a")
        #expect(TLSConfiguration.join("/base", "/a") == "/a")
    }
}
