import Testing

@testable import Proxy

struct TLSTroubleTests {
    @Test func `errors are named as OpenSSL names them`() {
        #expect(VerificationError.number(of: "X509_V_OK") == 0)
        #expect(VerificationError.number(of: "X509_V_ERR_CERT_HAS_EXPIRED") == 10)
        #expect(VerificationError.number(of: "X509_V_ERR_EC_KEY_EXPLICIT_PARAMS") == 94)
        #expect(VerificationError.number(of: "X509_V_ERR_OK") == nil)
        var arena = Arena(capacity: 256)
        defer { arena.free() }
        for (number, name) in [
            (0, "X509_V_OK"), (23, "X509_V_ERR_CERT_REVOKED"),
            (94, "X509_V_ERR_EC_KEY_EXPLICIT_PARAMS"), (95, "95"), (4000, "4000"),
        ] {
            arena.reset()
            VerificationError.append(nameOf: Int64(number), to: &arena)
            #expect(arena.slice(from: 0).text == name)
        }
    }

    @Test func `what is let pass is named or numbered`() throws {
        let some = try #require(TLSIgnoredErrors("10,X509_V_ERR_CERT_REVOKED,70"))
        #expect([10, 23, 70].allSatisfy(some.contains))
        #expect(![0, 9, 22, 71, 128, -1].contains(where: some.contains))
        #expect(try #require(TLSIgnoredErrors("all")).contains(127))
        for mistake in ["", "0", "128", "nope", "10,"] {
            #expect(TLSIgnoredErrors(mistake) == nil, "\(mistake)")
        }
    }

    @Test func `a fetch knows whose TLS it is about`() {
        let wanted: [(String, TLSFact.Holder, TLSFact.Topic)] = [
            ("ssl_fc_sni", .client, .serverName), ("ssl_bc_curve", .server, .curve),
            ("ssl_f_der", .own, .der), ("ssl_s_chain_der", .server, .chain),
            ("ssl_c_r_dn", .client, .rootSubject), ("bc_err", .server, .connectionError),
        ]
        for (name, holder, topic) in wanted {
            let fact = FetchKeyword.byName[name]?.tls
            #expect(fact?.holder == holder && fact?.topic == topic, "\(name)")
        }
    }

    @Test func `every trouble has HAProxy's words`() {
        #expect(TLSTrouble.handshake.text.text == "SSL handshake failure")
        #expect(TLSTrouble.empty.isSilence && !TLSTrouble.handshake.isSilence)
    }

    @Test func `sessions are kept for servers whose name does not come from clients`() {
        var server = TLSServerSnapshot()
        server.number = 7
        #expect(TLSScene.key(of: server, slot: 3) == 0)
        server.resumes = true
        #expect(TLSScene.key(of: server, slot: 3) == 7 << 32 | 3)
        server.source = .client
        #expect(TLSScene.key(of: server, slot: 3) == 0)
    }
}
