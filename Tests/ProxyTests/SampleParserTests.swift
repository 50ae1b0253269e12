import Testing

@testable import Proxy

@Suite struct SampleParserTests {
    private func parse(_ text: String) throws -> (sample: SampleConfiguration, match: MatchKind?) {
        try SampleParser(backends: ["be": 4]) { name throws(SampleParser.Mistake) in
            guard name == "m" else { throw SampleParser.Mistake(text: "no map \(name)") }
            return 7
        }.parse(text)
    }

    @Test func `a fetch and its converters are read in order`() throws {
        let parsed = try parse("req.hdr(Host),lower,field(-2,.:),map_beg(m,x),upper,host_only")
        #expect(parsed.sample.fetch == .header("host"))
        #expect(
            parsed.sample.converters
                == [.lower, .field(-2, ".:"), .map(7, .prefix, default: "x"), .upper, .hostOnly]
        )
    }

    @Test(arguments: [
        ("path_beg", MatchKind.prefix), ("url_end", .suffix), ("hdr_sub(x)", .substring),
    ])
    func `a suffix of the fetch says how to match`(text: String, expected: MatchKind) throws {
        #expect(try parse(text).match == expected)
    }

    @Test func `numbers and truths match as such`() throws {
        #expect(try parse("nbsrv(be)").match == .integer)
        #expect(try parse("nbsrv(be)").sample.fetch == .usableServers(4))
        #expect(try parse("always_true").match == .boolean)
        #expect(try parse("path").match == nil)
    }

    @Test(arguments: [
        "", ",", "path,", "nothing", "hdr", "hdr()", "hdr(a,b)", "path(x)", "path,map",
        "path,map(n)", "path,map(m,a,b)",
        "path,lower(x)", "path,field(0,.)", "path,field(1,)", "hdr(a", "hdr)a(", "path,regsub(a,b)",
        "nbsrv(none)", "path_reg",
    ])
    func `what cannot be read is a mistake`(text: String) {
        #expect(throws: SampleParser.Mistake.self) { try parse(text) }
    }
}
