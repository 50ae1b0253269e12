import Testing

@testable import Proxy

@Suite struct CheckDraftTests {
    private func steps(_ section: String, defaults: String = "") throws -> [CheckStep.Action] {
        let fixture = try RuntimeFixture(
            "\(defaults)\nbackend b\n\(section)\n server s 10.0.0.1:80 check\n"
        )
        return fixture.service.checkTargets.first?.script?.steps.map(\.action) ?? []
    }

    private func request(_ change: (inout HTTPCheckConfiguration) -> Void = { _ in })
        -> CheckStep.Action
    {
        var request = HTTPCheckConfiguration()
        change(&request)
        return .request(request)
    }

    @Test func `a request and a judgement are added where none are written`() throws {
        let usual = CheckStep.Action.expect(.defaultStatus)
        #expect(try steps(" option httpchk") == [request(), usual])
        #expect(try steps(" http-check connect\n option httpchk").count == 3)
        #expect(try steps(" option tcp-check").isEmpty)
        #expect(try steps(" tcp-check send x").isEmpty)
    }

    @Test func `rules of a section take the place of those of its defaults`() throws {
        let defaults =
            " option httpchk GET /status HTTP/1.1\n http-check send hdr X-Test true body test"
        let inherited = try steps("", defaults: defaults)
        #expect(
            inherited.first
                == request {
                    ($0.method, $0.uri, $0.version) = ("GET", "/status", "HTTP/1.1")
                    $0.headers = [.init(name: "X-Test", value: "true")]
                    $0.body = "test"
                }
        )
        #expect(try steps(" option httpchk", defaults: defaults).first == request())
        #expect(
            try steps(" http-check send uri /x", defaults: defaults).first
                == request { $0.uri = "/x" }
        )
    }

    @Test func `a second send starts from nothing`() throws {
        let actions = try steps(
            " option httpchk GET /a\n http-check send hdr A b\n http-check send uri /c"
        )
        #expect(actions.count == 3)
        #expect(actions[1] == request { $0.uri = "/c" })
    }

    @Test func `defaults become a section's own only when it adds to them`() {
        var draft = CheckDraft()
        draft.append(CheckStep(.send([1])), to: \.tcp)
        draft.kind = .tcp
        #expect(draft.inherited.script == draft.script && draft.script?.steps[0].number == 1)
        var own = draft.inherited
        own.append(CheckStep(.send([2])), to: \.tcp)
        #expect(own.script?.steps.map(\.action) == [.send([2])])
    }
}
