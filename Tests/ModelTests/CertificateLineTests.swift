import Model
import Testing

struct CertificateLineTests {
    @Test func `a line prints as a list holds it`() throws {
        let line = CertificateLine(
            try CertificateFileName("certs/shop.pem"),
            options: try CertificateOptions(parsing: "[alpn h2]"),
            filters: ["b.example", "!a.example", "b.example"]
        )
        #expect(line.description == "certs/shop.pem [alpn h2] !a.example b.example")
        #expect(line.conditions == "[alpn h2] !a.example b.example")
        #expect(CertificateLine(line.certificate).description == "certs/shop.pem")
        #expect(CertificateLine(line.certificate).conditions == "")
    }

    @Test(arguments: ["a.example", "*.a.example", "!b.example", "!*.x", "*", "_dmarc.example"])
    func `host names, wildcards and exceptions are filters`(_ text: String) {
        #expect(CertificateLine.isFilter(text))
    }

    @Test(arguments: ["", "!", "*.", "a b", "a]", "[a", "a;b", "a*.example", "ä.example", "*."])
    func `what a list would read otherwise is no filter`(_ text: String) {
        #expect(!CertificateLine.isFilter(text))
    }
}
