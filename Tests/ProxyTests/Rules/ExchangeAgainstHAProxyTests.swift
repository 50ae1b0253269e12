import Foundation
import Testing

@testable import Proxy

/// What fetches, converters and actions make of a whole exchange with a server, next to what HAProxy 2.6 makes of it.
@Suite(.serialized, .enabled(if: HAProxyOnSocket.isInstalled)) struct ExchangeAgainstHAProxyTests {
    /// Looked at when the request is on its way to the server. Names, dates and chance are brought to a value
    /// that is the same in both.
    static let requests = [
        "cook_val(sid)", "cook_cnt(sid)", "hdr(x-list)", "hdr_cnt(x-list)", "hdr_ip(x-ip)",
        "hdr_val(x-num)", "req_ver", "req.hdrs", "req.len,bool", "req_len,bool", "req.proto_http",
        "req_proto_http", "req.cook_val(sid)", "capture.req.ver", "capture.req.hdr(0)",
        "http_auth_bearer", "http_auth_bearer(x-b64)", "be_id", "be_name", "fe_id", "fe_conn(fe)",
        "url_ip", "url_port", "url_param(a)", "urlp(b)", "stopping", "thread", "proc", "dst",
        "dst_is_local", "src", "src_is_local", "unique-id", "be_conn_free(app)",
        "nbsrv(app)", "str(app),nbsrv", "hostname", "rand(1)", "uuid,length",
        "date,div(100000000)", "date_us,div(1000000)", "str(a%0d%0ab),url_dec,cut_crlf",
        "int(258),htonl,hex", "int(784111777),ltime(%Y-%m)", "path,capture-req(1)",
        "str(a),set-var(txn.q),unset-var(txn.q)",
        "str(x),capture-req(1)", "src,length",
    ]

    /// Looked at when the response is on its way back.
    static let responses = [
        "res.ver", "resp_ver", "be_conn(app)", "status", "res.hdr(x-list)", "res.hdr(x-list,2)",
        "res.hdr(x-list,-1)", "res.fhdr(x-list)", "res.fhdr(x-list,1)", "res.hdr_cnt(x-list)",
        "res.fhdr_cnt(x-list)", "res.hdr_ip(x-ip)", "res.hdr_val(x-num)", "res.hdr_names",
        "res.hdr_names(-)", "res.hdrs", "res.cook(sid)", "res.cook_cnt(sid)", "res.cook_val(n)",
        "res.cook(none)", "scook(sid)", "scook_cnt(sid)", "scook_val(n)", "shdr(x-list)",
        "shdr_cnt(x-list)", "shdr_ip(x-ip)", "shdr_val(x-num)", "srv_name", "srv_id", "be_name",
        "capture.res.hdr(0)", "capture.req.uri", "capture.req.method",
        "res.hdr(x-num),capture-res(1)", "var(txn.case)", "res.hdr(x-list),lower",
    ]

    /// Rules, each with what it shows in `X-Out`.
    static let actions = [
        ("http-request set-src str(1.2.3.4)", "src"),
        ("http-request set-src-port int(77)", "src_port"),
        ("http-request set-dst str(5.6.7.8)", "dst"),
        ("http-request set-dst-port int(78)", "dst_port"),
        ("http-request unset-var(txn.kept)", "var(txn.kept)"),
        ("http-request set-var-fmt(txn.kept) %[method]-%[path]", "var(txn.kept)"),
        ("http-request allow", "var(txn.kept)"), ("http-response set-status 503", "status"),
        ("http-response set-status 299 reason Fine", "status"),
        ("http-response unset-var(txn.kept)", "var(txn.kept)"),
        ("http-response del-header x-list", "res.hdr_cnt(x-list)"),
        ("http-response strict-mode on", "var(txn.kept)"),
        ("http-after-response add-header x-more 1", "var(txn.kept)"),
    ]

    private static func configuration(_ origin: UInt16) -> String {
        var text = """
            global
              nbthread 1
            defaults
              mode http
              timeout client 5s
              timeout server 5s
              timeout connect 5s
            frontend fe
              bind unix@SOCKET
              capture request header x-word len 8
              capture response header x-num len 8
              declare capture request len 8
              declare capture response len 8
              unique-id-format %[path]
              default_backend app

            """
        for (number, expression) in responses.enumerated() {
            text +=
                "  http-response set-var(txn.out) \(expression) if { var(txn.case) -m str s\(number) }\n"
        }
        text += """
              http-response set-header x-out <%[var(txn.out)]>
            backend app
              http-request set-var(txn.case) req.hdr(x-case)
              http-request set-var(txn.kept) str(kept)

            """
        for (number, expression) in requests.enumerated() {
            text +=
                "  http-request set-var(txn.out) \(expression) if { var(txn.case) -m str q\(number) }\n"
        }
        for (number, action) in actions.enumerated() {
            let phase = action.0.prefix { $0 != " " }
            text += "  \(action.0) if { var(txn.case) -m str a\(number) }\n"
            if phase != "http-request" { continue }
            text +=
                "  http-request set-var(txn.out) \(action.1) if { var(txn.case) -m str a\(number) }\n"
        }
        text += "  http-request deny if { var(txn.case) -m str a6 }\n"
        for (number, action) in actions.enumerated() where !action.0.hasPrefix("http-request") {
            text +=
                "  http-response set-var(txn.out) \(action.1) if { var(txn.case) -m str a\(number) }\n"
        }
        return text + """
              server one 127.0.0.1:\(origin)

            """
    }

    @Test func `a request, its response and what rules do to them come out as in HAProxy`() throws {
        let origin = try RecordingOrigin { _ in
            .text(
                "HTTP/1.1 201 Made\r\nX-List: One, two\r\nX-List: three\r\nX-Ip: 10.9.8.7\r\nX-Num: 12\r\n"
                    + "Set-Cookie: sid=abc; path=/\r\nSet-Cookie: n=5\r\nContent-Length: 2\r\n\r\nok"
            )
        }
        defer { origin.close() }
        let text = Self.configuration(origin.port)
        let theirs = try HAProxyOnSocket(text, name: "exchange-theirs")
        defer { theirs.end() }
        let path = "/tmp/apus-exchange-\(SystemProcess.id)-ours.sock"
        SystemProcess.remove(path)
        let ours = try ProxyUnderTest(text.replacing("SOCKET", with: path), name: "exchange")
        defer {
            ours.end()
            SystemProcess.remove(path)
        }
        let cases =
            Self.requests.enumerated().map { ("q\($0.offset)", $0.element) }
            + Self.responses.enumerated().map { ("s\($0.offset)", $0.element) }
            + Self.actions.enumerated().map { ("a\($0.offset)", $0.element.0) }
        for (name, what) in cases {
            // HAProxy forwards names of fields in lower case, apus-proxy as they came.
            let expected = try RuleBench.answer(theirs.path, name).lowercased()
            let found = try RuleBench.answer(path, name).lowercased()
            #expect(expected.contains("x-out: <") || name == "a6", "\(what)")
            #expect(found == expected, "\(what)")
        }
    }

    @Test func `every name that the README lists is compared, or known to be newer than 2.6`() {
        let newer: Set = ["nbthread", "param", "req.cook_names", "res.cook_names"]
        let handshakes: Set = ["fc_err", "fc_err_str", "bc_err", "bc_err_str", "x509_v_err_str"]
        let everything =
            RulesAgainstHAProxyTests.expressions + RulesAgainstHAProxyTests.conditions
            + RulesAgainstHAProxyTests.changes + Self.requests + Self.responses
            + Self.actions.flatMap { [$0.0, $0.1] }
        var used: Set<String> = []
        for text in everything {
            let names = text.split { !($0.isLetter || $0.isNumber || "._-".contains($0)) }
            used.formUnion(names.map(String.init))
        }
        for name in FetchKeyword.all.map(\.name) + ConverterKeyword.all.map(\.name)
        // What concerns TLS needs a handshake: `ServerTLSTests`, `TLSClientCheckTests`.
        where !newer.contains(name) && !handshakes.contains(name) && !name.hasPrefix("ssl_") {
            #expect(used.contains(name), "\(name)")
        }
    }
}
