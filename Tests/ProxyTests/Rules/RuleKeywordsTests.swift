import Testing

@testable import Proxy

@Suite struct RuleKeywordsTests {
    @Test func `every fetch and converter has one name, a meaning and arguments in reach`() {
        #expect(FetchKeyword.byName.count == FetchKeyword.all.count)
        #expect(ConverterKeyword.byName.count == ConverterKeyword.all.count)
        for keyword in FetchKeyword.all {
            #expect(!keyword.summary.isEmpty && keyword.required <= keyword.arguments.count)
        }
        for keyword in ConverterKeyword.all {
            #expect(!keyword.summary.isEmpty && keyword.required <= keyword.arguments.count)
        }
        #expect(FetchCode.requestHeader.isRepeated && !FetchCode.path.isRepeated)
        #expect(ConverterCode.lower != .upper)
    }

    @Test func `the README lists what there is`() throws {
        let source = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let readme = try #require(SystemProcess.read("/\(source)/README.md"))
        for name in FetchKeyword.all.map(\.name) + ConverterKeyword.all.map(\.name) {
            #expect(readme.contains("`\(name)`"), "\(name)")
        }
    }

    @Test func `a call is taken apart as HAProxy does`() throws {
        var scanner = CallScanner(#"conv("a,b",'c)',d\,e,\1),next"#)
        let first = try scanner.call()
        #expect(first.name == "conv" && first.arguments == ["a,b", "c)", "d,e", #"\1"#])
        let takesComma = scanner.takesComma()
        #expect(takesComma)
        let second = try scanner.call()
        #expect(second.name == "next" && second.arguments.isEmpty && scanner.isAtEnd)
        #expect(throws: RuleMistake.self) {
            var open = CallScanner("f(a")
            _ = try open.call()
        }
    }

    @Test func `a sink that is gone takes nothing`() {
        let socket = LogSocket(.descriptor(-1))
        #expect(socket.send([0..<1], of: ByteSlice("x")) == 0)
    }

    @Test func `every alias of log formats has a name of its own`() {
        #expect(Set(LogAlias.allCases.map(\.name)).count == LogAlias.allCases.count)
        #expect(SyslogLevel(named: "info") == .info && SyslogLevel(named: "loud") == nil)
    }

    @Test func `a draft keeps each text once and numbers variables by scope`() throws {
        var draft = RuleBookDraft()
        #expect(
            draft.intern("abc") == draft.intern("abc") && draft.string(draft.intern("abc")) == "abc"
        )
        let made = draft.variable("txn.a")
        let number = try #require(made)
        #expect(VariableScope(ofNumber: number) == .transaction && draft.variable("a") == nil)
        let book: RuleBook = draft.compile()
        defer { book.free() }
        #expect(book.text.count == 3 && RulesDraft().settle(into: &draft).request.isEmpty)
        #expect(Verdict.proceed.passes && !Verdict.reject.passes)
    }

    @Test func `dates are written as logs and headers want them`() {
        var arena = Arena(capacity: 256)
        defer { arena.free() }
        LogDate.appendHTTP(784_111_777, to: &arena)
        #expect(arena.slice(from: 0).text == "Sun, 06 Nov 1994 08:49:37 GMT")
        arena.reset()
        LogDate.appendSyslog(784_111_777, to: &arena)
        #expect(arena.slice(from: 0).text == "Nov  6 08:49:37")
        arena.reset()
        LogDate.appendISO(784_111_777, microseconds: 5, offset: -3600, to: &arena)
        #expect(arena.slice(from: 0).text == "1994-11-06T07:49:37.000005-01:00")
        #expect(WallClock.microseconds > 1_600_000_000_000_000)
    }
}
