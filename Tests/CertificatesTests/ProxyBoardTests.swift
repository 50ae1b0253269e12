import Certificates
import Model
import Testing

@testable import Controller

struct ProxyBoardTests {
    @Test func `what documents want from issuers is wanted once`() throws {
        let origin = Origin(file: "a.yaml", line: 1, column: 1)
        let issuer = DesiredIssuer(name: "ca", directory: "https://ca.test", origin: origin)
        var issued = DesiredCertificate(
            name: try CertificateFileName("/certs/a.pem"),
            document: "a",
            source: .issuer(issuer),
            origin: origin
        )
        issued.dnsNames = ["a.test"]
        let files = DesiredCertificate(
            name: try CertificateFileName("/certs/b.pem"),
            document: "b",
            source: .files(certificate: "b", key: "b"),
            origin: origin
        )
        var fleet = DesiredFleet(name: try FleetName("edge"), proxies: [], origin: origin)
        fleet.certificates = [issued, files]
        let wanted = Session.wanted(by: [fleet, fleet])
        #expect(wanted == [WantedCertificate("a", from: issuer, covering: ["a.test"])])
        let board = ProxyBoard()
        let target = ProxyTarget(name: try ProxyName("lb1"), runtime: .unix("/a"))
        board.set([target, target])
        #expect(board.proxies == [target])
    }
}
