import Model
import Testing

struct DesiredIssuerTests {
    @Test func `an issuer asks by http-01 unless its document says otherwise`() {
        let origin = Origin(file: "a.yaml", line: 1, column: 1)
        let issuer = DesiredIssuer(name: "a", directory: "https://a.example", origin: origin)
        #expect(issuer.challenge == .http01)
        #expect(issuer.contact.isEmpty && issuer.hook == nil)
    }
}
