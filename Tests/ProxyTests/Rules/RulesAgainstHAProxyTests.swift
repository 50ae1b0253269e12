import Foundation
import Testing

@testable import Proxy

/// A real HAProxy with one configuration, ended with the test.
final class HAProxyOnSocket {
    static let program =
        ProcessInfo.processInfo.environment["HAPROXY_PROGRAM"] ?? "/usr/sbin/haproxy"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let process = Process()
    private let file: String
    let path: String

    /// `SOCKET` in the text stands for the path the frontend listens on.
    init(_ text: String, name: String) throws {
        path = "/tmp/apus-rules-\(SystemProcess.id)-\(name).sock"
        file = "/tmp/apus-rules-\(SystemProcess.id)-\(name).cfg"
        try Data(text.replacing("SOCKET", with: path).utf8).write(to: URL(filePath: file))
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = ["-db", "-f", file]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let deadline = MonotonicClock.milliseconds + 5000
        var epoll = EpollLoop()
        while (try? TestClient(path: path)) == nil, process.isRunning,
            MonotonicClock.milliseconds < deadline
        { _ = epoll.wait(milliseconds: 5) }
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
        SystemProcess.remove(path)
        SystemProcess.remove(file)
    }
}

/// What rules make of one request, next to what HAProxy makes of it.
@Suite(.serialized, .enabled(if: HAProxyOnSocket.isInstalled)) struct RulesAgainstHAProxyTests {
    /// Every fetch and converter over one request; absent values are empty texts.
    static let expressions = [
        "method", "path", "pathq", "url", "query", "base", "req.ver", "req.hdr(host)",
        "req.hdr(x-list)", "req.hdr(x-list,1)", "req.hdr(x-list,4)", "req.hdr(x-list,-1)",
        "req.hdr(x-list,-2)", "req.hdr(x-list,9)", "req.fhdr(x-list)", "req.fhdr(x-list,1)",
        "req.hdr_cnt(x-list)", "req.fhdr_cnt(x-list)", "req.hdr_ip(x-ip)", "req.hdr_ip(x-ip,1)",
        "req.hdr_ip(x-ip6)", "req.hdr_val(x-num)", "req.hdr_val(x-neg)", "req.hdr(x-empty)",
        "req.hdr(missing)", "req.cook(sid)", "req.cook(theme)", "req.cook_cnt(sid)",
        "req.cook(nope)", "urlp(a)", "urlp(b)", "urlp(empty)", "urlp(none)", "urlp(b),url_dec",
        "always_true", "always_false", "bool(true)", "int(-5)", "str(x y)", "str(\"a,b\")",
        "bin(48656C6C6F)", "ipv4(1.2.3.4)", "ipv6(2001:DB8::0:1)", "meth(GET)", "env(NOPE)",
        "nbproc", "fe_name", "fe_id", "http_first_req", "var(txn.unset)",
        "capture.req.method", "capture.req.uri", "req.hdr_names",
        "req.hdr(host),lower", "req.hdr(host),upper", "req.hdr(host),length",
        "req.hdr(host),host_only", "req.hdr(host),port_only", "path,bytes(1)", "path,bytes(1,4)",
        "path,bytes(99)", "path,field(2,/)", "path,field(-1,/)", "path,field(2,/,2)",
        "path,field(-2,/,2)", "path,field(2,/,0)", "path,field(9,/)", "req.hdr(x-word),word(1,-)",
        "req.hdr(x-word),word(2,-)", "req.hdr(x-word),word(-1,-)", "req.hdr(x-word),word(2,-,2)",
        "req.hdr(x-word),word(-2,-,2)", "req.hdr(x-word),word(1,-,0)",
        "req.hdr(x-word),field(2,-)", "str(aabaa),ltrim(a)", "str(aabaa),rtrim(a)",
        "str(a),concat(-,,z)", "str(a),concat(-)", "str(foo),regsub(o,0)",
        "str(foo),regsub(o,0,g)", "str(foo),regsub(O,0,gi)", "str(abc),regsub(x*,-,g)",
        "str(\"k=v\"),regsub(\"(.*)=(.*)\",\"\\2=\\1\")", "str(x),length,bool,iif(a,b)",
        "int(0),not",
        "int(4),bool,iif(yes,no)", "int(5),add(2)", "int(5),sub(9)", "int(-5),mul(3)",
        "int(17),div(5)", "int(-17),div(5)", "int(17),mod(5)", "int(-17),mod(5)", "int(17),div(0)",
        "int(12),and(10)", "int(12),or(3)", "int(12),xor(10)", "int(5),cpl", "int(5),neg",
        "int(5),odd", "int(5),even", "int(9223372036854775807),add(1)",
        "int(-9223372036854775807),sub(5)", "str(12ab),add(1)", "str(-12),add(1)",
        "ipv4(10.1.2.3),ipmask(16)", "ipv4(10.1.2.3),ipmask(255.255.255.0)",
        "ipv6(2001:db8:1::5),ipmask(24,48)", "str(hello),hex", "str(6A6B),hex2i", "int(10),hex",
        "str(hello world),base64", "req.hdr(x-b64),b64dec", "str(a?>),ub64enc",
        "str(YT8-),ub64dec", "str(a b/c),url_enc", "str(a%20b+c),url_dec",
        "str(a%20b+c),url_dec(1)", "str(a%2),url_dec", "req.hdr(x-json),json",
        "str(héllo),json(utf8)", "str(hello),crc32", "str(hello),crc32c", "str(hello),djb2",
        "str(hello),djb2(1)", "str(hello),sdbm", "str(hello),sdbm(1)", "str(hello),wt6",
        "str(hello),wt6(1)", "str(hello),xxh32", "str(hello),xxh32(7)", "str(hello),xxh64",
        "str(hello),xxh64(7)", "str(a much longer text of more than thirty-two bytes),xxh64",
        "str(a much longer text of more than thirty-two bytes),xxh32",
        "str(a much longer text of more than thirty-two bytes),wt6",
        "str(x),set-var(txn.v),upper", "int(784111777),http_date", "int(784111777),utime(%Y-%m-%d)",
        "str(abc),strcmp(txn.unset)", "req.cook", "req.cook_val",
        "str(hello),sha1,hex", "str(hello),sha2,hex", "str(hello),sha2(384),hex",
        "str(hello),digest(md5),hex", "str(hello),digest(SHA512),hex",
        "str(hello),hmac(sha224,a2V5),hex", "str(hello),secure_memcmp(txn.unset)",
        "bin(0001FF10),be2dec(:,2)", "bin(0001FF10),be2hex(:,2)", "str(a),add_item(-,,b)",
        "str(x),length,add(3)", "req.hdr(x-num),add(1),mul(2),sub(3)",
    ]

    /// Conditions over the same request.
    static let conditions = [
        "{ path /some/path/file.html }", "{ path /SOME/path/file.html }",
        "{ path -i /SOME/path/file.html }", "{ path_beg /some }", "{ path_beg some }",
        "{ path_end .html }", "{ path_sub path/f }", "{ path_dir path }", "{ path_dir /some/ }",
        "{ path_dir som }", "{ path_dom html }", "{ hdr_dom(host) example.com }",
        "{ hdr_dom(host) -i example.com }", "{ hdr_dom(host) -i com }",
        "{ hdr_dom(host) -i ample }",
        "{ path_reg ^/s.*l$ }", "{ path_reg -i ^/S.*L$ }", "{ path_reg nope }", "{ path_len 20 }",
        "{ path_len 1:19 }", "{ path_len gt 19 }", "{ hdr(x-list) two }", "{ hdr(x-list) four }",
        "{ hdr(x-list) five }", "{ hdr_cnt(x-list) 5 }", "{ hdr_cnt(x-list) ge 5 le 5 }",
        "{ hdr_cnt(missing) 0 }", "{ hdr(missing) -m found }", "{ hdr(x-empty) -m found }",
        "{ hdr_val(x-num) 42 }", "{ hdr_val(x-num) lt 42 }", "{ hdr_val(x-neg) -- -7 }",
        "{ hdr_ip(x-ip) 10.0.0.0/8 }", "{ hdr_ip(x-ip) 192.168.0.0/16 }",
        "{ hdr_ip(x-ip) 172.16.0.0/12 }", "{ hdr_ip(x-ip6) 2001:db8::/32 }",
        "{ hdr_ip(x-ip) 10.1.2.0/255.255.255.0 }", "{ cook(sid) abc }", "{ cook(sid) second }",
        "{ cook_beg(sid) sec }", "{ urlp(a) 1 }", "{ urlp(a) 2 }", "{ urlp_val(a) 2 }",
        "{ urlp_reg(b) ^hello }", "{ method GET }", "{ method POST }", "{ method GET POST }",
        "{ url_beg /some }", "{ query -m beg a=1 }", "{ base_beg www }",
        "{ base -i -m sub example }",
        "{ bool(1) }", "{ int(3) 1:5 }", "{ int(3),odd }", "{ str(x) -m str x }",
        "{ str(10.0.0.1) -m ip 10.0.0.0/24 }", "{ str(12) -m int 10:20 }", "{ str(abc) -m len 3 }",
        "{ bin(41) -m bin 41 }", "METH_GET", "METH_POST", "HTTP_1.1", "HTTP_1.0", "HTTP_URL_SLASH",
        "HTTP_URL_ABS", "TRUE", "FALSE", "!FALSE", "FALSE or TRUE", "TRUE !METH_POST",
        "HTTP_CONTENT",
        "TRUE FALSE || METH_GET", "named", "!named", "named two_lines",
    ]

    /// What a rule makes of a header that is sent back.
    static let changes = [
        "set-header x-num 1", "add-header x-list five", "del-header x-list", "set-path /p",
        "set-pathq /p?q=1", "set-query z=1", "set-method PUT", "set-uri /u?x=y",
        "replace-path /some(.*) /any\\1", "replace-pathq ([^?]*)(.*) /x\\1\\2",
        "replace-uri ^/(.*) /v/\\1", "replace-header x-num (.)(.) \\2\\1",
        "replace-value x-list t(.*) T<\\1>", "replace-value x-list ^four$ 4", "set-var(txn.a) path",
        "set-header x-num %[path,field(2,/)]-%[method]", "set-header x-num \"a  b\"",
        "del-header x-l -m beg", "del-header word -m sub", "del-header num -m end",
        "del-header ^x-n -m reg", "set-header x-num %{+Q}[path]",
        "set-var-fmt(txn.a) \"<%[method]>\"",
    ]

    private static func configuration() -> String {
        var text = """
            defaults
              mode http
              timeout client 5s
              timeout server 5s
              timeout connect 5s
            frontend fe
              bind unix@SOCKET
              acl named path -m beg /some
              acl two_lines method POST
              acl two_lines method GET

            """
        for (number, expression) in expressions.enumerated() {
            let quoted =
                "\"%[\(expression.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))]\""
            text +=
                "  http-request return status 200 content-type text/plain lf-string \(quoted) if { req.hdr(x-case) e\(number) }\n"
        }
        for (number, condition) in conditions.enumerated() {
            let guarded = condition.replacing(" or ", with: " { req.hdr(x-case) c\(number) } or ")
                .replacing(" || ", with: " { req.hdr(x-case) c\(number) } || ")
            text +=
                "  http-request return status 200 content-type text/plain string yes if \(guarded) { req.hdr(x-case) c\(number) }\n"
        }
        for (number, change) in changes.enumerated() {
            text +=
                "  http-request \(change.replacing("\\", with: "\\\\")) if { req.hdr(x-case) h\(number) }\n"
        }
        text += "  http-request return status 200 content-type text/plain lf-string "
        text +=
            "\"%[method] %[url] %[path] %[query] num=%[req.fhdr(x-num)] list=%[req.fhdr(x-list,1)]|%[req.fhdr(x-list)]"
        text += " word=%[req.hdr(x-word)] a=%[var(txn.a)]\" if { req.hdr(x-case) -m beg h }\n"
        text += "  http-request redirect location /there code 303 if { req.hdr(x-case) r0 }\n"
        text += "  http-request redirect prefix http://new code 301 if { req.hdr(x-case) r1 }\n"
        text +=
            "  http-request redirect scheme https drop-query append-slash if { req.hdr(x-case) r2 }\n"
        text += "  http-request redirect prefix / set-cookie SEEN=1 if { req.hdr(x-case) r3 }\n"
        text +=
            "  http-request redirect location %[path,field(2,/)] code 307 clear-cookie A= if { req.hdr(x-case) r4 }\n"
        text += "  http-request deny if { req.hdr(x-case) d0 }\n"
        text += "  http-request deny deny_status 429 if { req.hdr(x-case) d1 }\n"
        text +=
            "  http-request deny status 404 content-type text/plain string gone hdr x-why %[method] if { req.hdr(x-case) d2 }\n"
        text +=
            "  http-request return status 204 hdr x-a 1 hdr x-b %[path] if { req.hdr(x-case) d3 }\n"
        text +=
            "  http-request return status 418 content-type a/b string t if { req.hdr(x-case) d4 }\n"
        text += "  http-after-response set-header x-after %[status] if { always_true }\n"
        return text + "  http-request return status 200 content-type text/plain string no\n"
    }

    @Test func `expressions, conditions and rules come out as in HAProxy`() throws {
        let text = Self.configuration()
        let theirs = try HAProxyOnSocket(text, name: "theirs")
        defer { theirs.end() }
        let path = "/tmp/apus-rules-\(SystemProcess.id)-ours.sock"
        SystemProcess.remove(path)
        let ours = try ProxyUnderTest(text.replacing("SOCKET", with: path), name: "rules")
        defer {
            ours.end()
            SystemProcess.remove(path)
        }
        let cases =
            Self.expressions.enumerated().map { ("e\($0.offset)", $0.element) }
            + Self.conditions.enumerated().map { ("c\($0.offset)", $0.element) }
            + Self.changes.enumerated().map { ("h\($0.offset)", $0.element) }
            + (0..<5).map { ("r\($0)", "redirect \($0)") }
            + (0..<5).map { ("d\($0)", "answer \($0)") }
        for (name, what) in cases {
            let (expected, found) = (
                try RuleBench.answer(theirs.path, name), try RuleBench.answer(path, name)
            )
            #expect(found == expected, "\(what)")
        }
    }
}
