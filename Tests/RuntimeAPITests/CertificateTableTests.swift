import RuntimeAPI
import Testing

/// Against what HAProxy 2.6.12 and 3.0.11 print.
struct CertificateTableTests {
    @Test func `names and the transaction are told apart`() throws {
        let text = "# transaction\n*certs/n.pem\n# filename\ncerts/a.pem\ncerts/n.pem\n"
        let table = try CertificateTable.parse(text)
        #expect(table.transaction == "certs/n.pem")
        #expect(table.names == ["certs/a.pem", "certs/n.pem"])
        #expect(try CertificateTable.parse("") == CertificateTable())
        #expect(try CertificateTable.parse("# filename\na.pem\n").transaction == nil)
    }

    @Test func `a certificate is described`() throws {
        let text = """
            Filename: certs/b.pem
            Status: Used
            Serial: 32D6677C961A3FD176BDF2176495E27D002914ED
            notBefore: Nov 23 18:04:34 2026 GMT
            notAfter: Feb  1 08:04:34 2027 GMT
            Subject Alternative Name: DNS:b.example, IP Address:192.0.2.1, DNS:www.b.example
            Algorithm: EC256
            SHA1 FingerPrint: 2158D7EDAD04228C672CCCF49CF4DE1B48B1BFB6
            Subject: /CN=b.example
            Issuer: /CN=b.example
            OCSP Response Key: 

            """
        let details = try #require(CertificateDetails.parse(text))
        #expect(details.status == "Used")
        #expect(details.serial == "32D6677C961A3FD176BDF2176495E27D002914ED")
        #expect(details.notBefore == 1_795_457_074)
        #expect(details.notAfter == 1_801_469_074)
        #expect(details.names == ["b.example", "www.b.example"])
        #expect(details.algorithm == "EC256")
        #expect(details.sha1 == "2158D7EDAD04228C672CCCF49CF4DE1B48B1BFB6")
    }

    @Test func `an empty certificate has no fingerprint, and a complaint is no certificate`() throws
    {
        let empty = "Filename: certs/n.pem\nStatus: Empty\nOCSP Response Key: \n"
        let details = try #require(CertificateDetails.parse(empty))
        #expect(details.status == "Empty")
        #expect(details.sha1 == nil)
        #expect(
            CertificateDetails.parse(
                "Can't display the certificate: Not found or the certificate is a bundle!"
            ) == nil
        )
    }

    @Test func `the lines of a list have numbers, options and filters`() throws {
        let text = """
            # list
            certs/a.pem:1
            certs/b.pem:3 [alpn h2,http/1.1\0 verify none] *.b.example !x.b.example
            certs/c:d.pem:17 c.example

            """
        let rows = try CertificateListTable.parse(text).rows
        #expect(rows.map(\.certificate) == ["certs/a.pem", "certs/b.pem", "certs/c:d.pem"])
        #expect(rows.map(\.number) == [1, 3, 17])
        #expect(rows.map(\.options) == ["", "alpn h2,http/1.1 verify none", ""])
        #expect(rows[1].filters == ["*.b.example", "!x.b.example"])
        #expect(throws: TableError.self) { try CertificateListTable.parse("# list\nnothing\n") }
    }

    @Test(arguments: [
        "", "Feb", "Foo 21 18:04:34 2027 GMT", "Feb 40 18:04:34 2027 GMT", "Feb 21 18:04 2027 GMT",
        "Feb 21 18:04:34 99999 GMT",
    ])
    func `what is no date is left out`(_ date: String) throws {
        let text = "Filename: a\nStatus: Used\nnotAfter: \(date)\n"
        #expect(try #require(CertificateDetails.parse(text)).notAfter == nil)
    }
}
