import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct StatsPageTests {
    private static let boot = """
        frontend fe
         bind :80
         stats enable
         stats uri /stats
         stats auth ops:secret
         stats admin if TRUE
         stats show-legends
         http-request use-service prometheus-exporter if { path /metrics }
         default_backend web
        backend web
         server web1 10.0.0.1:80 check
         server web2 10.0.0.2:80 disabled
         server web3 10.0.0.3:80 backup
        """

    private func ask(
        _ fixture: RuntimeFixture,
        _ target: String,
        method: String = "GET",
        body: String = "",
        credentials: String? = "ops:secret",
        service: Int = 1
    ) -> StatsResponse {
        var request = StatsRequest(method: method, target: target)
        request.body = body
        request.credentials = credentials
        let services = fixture.service.configuration.services
        return fixture.service.answer(request, to: services[service], now: fixture.now)
    }

    @Test func `the page has a row for each server, with its state`() throws {
        let response = ask(try RuntimeFixture(Self.boot), "/stats")
        #expect(response.status == "200 OK")
        #expect(response.type == "text/html; charset=utf-8")
        for text in [
            "<caption>web</caption>", "<tr class=\"up\">", "<tr class=\"maint\">",
            "<tr class=\"nocheck\">", "10.0.0.1:80", "name=\"b\" value=\"#3\"",
        ] {
            #expect(response.body.contains(text), "\(text)")
        }
    }

    @Test func `CSV and JSON are those of show stat`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        #expect(ask(fixture, "/stats;csv").body == fixture.run("show stat"))
        #expect(ask(fixture, "/stats;json;norefresh").body == fixture.run("show stat json"))
    }

    @Test func `nobody sees it without the password`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        for credentials in [nil, "ops:wrong", "ops"] {
            let response = ask(fixture, "/stats", credentials: credentials)
            #expect(response.status == "401 Unauthorized")
            #expect(response.fields == ["www-authenticate: Basic realm=\"HAProxy Statistics\""])
        }
    }

    @Test func `the form changes servers and leads back`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        func post(_ body: String) -> [String] {
            ask(fixture, "/stats", method: "POST", body: body).fields
        }
        #expect(post("s=web1&s=web2&action=maint&b=%233") == ["location: /stats;st=DONE"])
        #expect(try fixture.state("web/web1").adminBits & 1 == 1)
        #expect(post("s=web1&s=nope&action=ready&b=%233") == ["location: /stats;st=PART"])
        #expect(post("s=nope&action=ready&b=%233") == ["location: /stats;st=ERRP"])
        #expect(post("action=ready&b=%233") == ["location: /stats;st=NONE"])
        #expect(post("s=web1&action=explode&b=%233") == ["location: /stats;st=UNKN"])
        #expect(ask(fixture, "/stats;st=DONE").body.contains("Action processed successfully."))
    }

    @Test func `hostile names do not reach the page as markup`() throws {
        let settings = StatsConfiguration()
        var row = StatRow()
        row.append(.proxyName, .text("<script>"))
        row.append(.serverName, .text("\"&"))
        row.append(.type, .number(2))
        let html = StatsPage(settings: settings, info: InfoTable(), rows: [row]).html
        #expect(!html.contains("<script>") && html.contains("&lt;script&gt;"))
        #expect(html.contains("&quot;&amp;"))
    }

    @Test func `numbers and times are easy to read`() {
        #expect(StatsPage.grouped(1_234_567) == "1,234,567")
        #expect(StatsPage.grouped(-1000) == "-1,000" && StatsPage.grouped(0) == "0")
        #expect([59, 200, 7300, 100_000].map(StatsPage.age) == ["59s", "3m20s", "2h1m", "1d3h"])
    }

    @Test(arguments: [
        ("stats foo", "is not supported by apus-proxy"),
        ("stats admin if LOCALHOST", "takes only 'if TRUE'"),
        ("stats auth nobody", "expects a user:password account"),
        ("http-request use-service lua.x", "is not supported by apus-proxy"),
    ])
    func `what is not carried out is refused by name`(line: String, text: String) {
        let boot = "defaults\n mode http\nfrontend fe\n bind :80\n \(line)\n"
        let parsed = ConfigParser.parse(files: [(name: "b", text: boot)], environment: [:]) { _ in
            nil
        }
        #expect(parsed.diagnostics.contains { $0.description.contains(text) })
    }
}
