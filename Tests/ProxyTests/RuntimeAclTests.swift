import Model
import RuntimeAPI
import Testing

@testable import Proxy

/// Commands about pattern lists, in the words that HAProxy 2.6 and 3.0 answered for the same files.
@Suite struct RuntimeAclTests {
    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture(
            """
            frontend fe
             bind :80
             acl l1 hdr(host) -f s.lst
             acl l2 src -f ip.lst
             acl l3 req.hdr_cnt(x) -f i.lst
             acl l4 path -m reg -f r.lst
             http-request deny if l1 l2 l3 l4
             http-request set-header x %[path,map(m.map)]
            """,
            files: [
                "s.lst": "a\nb x\nc\n", "ip.lst": "10.0.0.0/8\n192.168.1.1\n", "i.lst": "1\n5:9\n",
                "r.lst": "^/a.*\n", "m.map": "k1 v1\nk2 v 2\n",
            ]
        )
    }

    /// Without the references, which HAProxy makes of addresses.
    private func bare(_ text: String) -> String {
        text.split(separator: "\n").map { line in
            line.hasPrefix("0x") ? "0x" + line.drop { $0 != " " } : String(line)
        }.joined(separator: "\n")
    }

    @Test func `lists answer as HAProxy's do`() throws {
        let fixture = try fixture()
        for (line, answer) in [
            ("show acl #0", "0x a\n0x b x\n0x c"),
            ("show acl s.lst", "0x a\n0x b x\n0x c"),
            ("add acl s.lst new", ""),
            ("add acl ip.lst foo", "[3] 'foo' is not a valid IPv4 or IPv6 address."),
            ("add acl ip.lst 1.2.3.4", ""),
            ("show acl ip.lst", "0x 10.0.0.0/8\n0x 192.168.1.1\n0x 1.2.3.4"),
            ("add acl i.lst x", "[3] 'x' is not a number."),
            ("del acl s.lst zz", "[3] Key not found."),
            ("del acl nope x", "[3] Unknown map identifier. Please use #<id> or <file>."),
            ("add acl nope x", "[3] Unknown ACL identifier. Please use #<id> or <file>."),
            ("add acl", "[3] 'add acl' expects two parameters: ACL identifier and pattern."),
            ("del acl s.lst", "[3] This command expects two parameters: ACL identifier and key."),
            ("clear acl", "[3] Missing ACL identifier."),
            ("clear acl nope", "[3] Unknown ACL identifier. Please use #<id> or <file>."),
            ("clear acl s.lst", ""), ("show acl s.lst", ""),
            ("prepare acl s.lst", "[6] New version created: 1"),
            ("add acl @1 s.lst q", ""), ("show acl @1 s.lst", "0x q"),
            (
                "add acl @2 s.lst w",
                "[3] Version number in the future, please use 'prepare acl' before."
            ),
            ("commit acl @1 s.lst", ""), ("show acl s.lst", "0x q"),
            ("commit acl s.lst", "[3] Missing version number."),
            ("commit acl @9 s.lst", "[3] Version number out of range."),
            ("commit acl @2 nope", "[3] Unknown ACL identifier. Please use #<id> or <file>."),
            ("commit acl @2", "[3] Missing ACL identifier."),
            ("prepare acl nope", "[3] Unknown ACL identifier. Please use #<id> or <file>."),
            ("get acl", "[3] Missing ACL identifier and/or key."),
            ("get acl s.lst", "[3] Missing ACL identifier and/or key."),
            ("get acl s.lst q", "type=str, case=sensitive, match=yes, idx=tree, pattern=\"q\""),
            ("get acl s.lst zz", "type=str, case=sensitive, match=no"),
            (
                "get acl ip.lst 10.1.2.3",
                "type=ip, case=sensitive, match=yes, idx=tree, pattern=\"10.0.0.0/8\""
            ),
            ("get acl ip.lst 11.1.1.1", "type=ip, case=sensitive, match=no"),
            ("get acl i.lst 6", "type=int, case=sensitive, match=yes, idx=list, pattern=\"5:9\""),
            (
                "get acl r.lst /abc",
                "type=reg, case=sensitive, match=yes, idx=list, pattern=\"^/a.*\""
            ),
            ("get acl nope x", "[3] Unknown ACL identifier. Please use #<id> or <file>."),
            (
                "get map m.map k1",
                "type=str, case=sensitive, found=yes, idx=tree, key=\"k1\", value=\"v1\", type=\"str\""
            ),
            ("get map m.map k9", "type=str, case=sensitive, found=no"),
            ("show map s.lst", "[3] Unknown map identifier. Please use #<id> or <file>."),
            ("show acl m.map", "[3] Unknown ACL identifier. Please use #<id> or <file>."),
            ("del map s.lst q", "[3] Unknown map identifier. Please use #<id> or <file>."),
        ] {
            #expect(bare(fixture.run(line)) == answer, "\(line)")
        }
        #expect(fixture.run("add acl r.lst [").hasPrefix("[3] regex '[' is invalid ("))
        let lists = fixture.run("show acl").split(separator: "\n")
        #expect(lists.count == 5)
        #expect(
            lists[1].hasPrefix("0 (s.lst) pattern loaded from file 's.lst' used by acl at file ")
        )
        #expect(lists[1].hasSuffix(". curr_ver=1 next_ver=1 entry_cnt=1"))
        #expect(fixture.run("show map").split(separator: "\n").count == 2)
    }

    @Test func `lists are part of transactions`() throws {
        let fixture = try fixture()
        fixture.run("begin", session: 1)
        #expect(fixture.run("add acl s.lst q", session: 1) == "[6] Queued.")
        #expect(
            fixture.run("clear acl s.lst", session: 2)
                == "[3] Map s.lst is part of another session's transaction."
        )
        #expect(!fixture.run("show acl s.lst").contains(" q"))
        fixture.run("commit", session: 1)
        #expect(fixture.run("show acl s.lst").hasSuffix(" q\n"))
    }

    @Test func `a rate limit is kept, told and taken back`() throws {
        let fixture = try fixture()
        for (line, answer) in [
            ("set rate-limit", "[3] 'set rate-limit' only supports :"),
            ("set rate-limit connections", "[3] 'set rate-limit' only supports :"),
            ("set rate-limit connections global", "[3] Expects an integer value."),
            ("set rate-limit connections global -1", "[3] Value out of range."),
            ("set rate-limit ssl-sessions global 0", ""),
            ("set rate-limit connections global 50", ""),
            ("set rate-limit sessions global 20", ""),
        ] {
            #expect(fixture.run(line).hasPrefix(answer), "\(line)")
        }
        #expect(fixture.plane.rateLimits == [0, 50, 20])
        let info = fixture.run("show info")
        #expect(info.contains("ConnRateLimit: 50\n") && info.contains("SessRateLimit: 20\n"))
        let before = fixture.run("show state digest -")
        for line in [
            "begin", "set rate-limit connections global 9", "del map m.map nope", "commit",
        ] {
            fixture.run(line)
        }
        #expect(fixture.run("show state digest -") == before)
        #expect(fixture.plane.rateLimits == [0, 50, 20])
    }

    @Test func `counters are cleared by those who may`() throws {
        let fixture = try fixture()
        #expect(fixture.run("clear counters", level: .user) == "[3] Permission denied")
        #expect(fixture.run("clear counters", level: .operator) == "")
        #expect(fixture.run("clear counters all", level: .operator) == "[3] Permission denied")
        #expect(fixture.run("clear counters all") == "")
        #expect(fixture.plane.clears == [false, true])
    }
}
