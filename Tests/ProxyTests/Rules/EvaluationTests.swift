import Testing

@testable import Proxy

@Suite struct EvaluationTests {
    @Test(
        arguments: [
            ("%[method]", "GET"), ("%[path]", "/some/path/file.html"), ("%[str(a b)]", "a b"),
            ("%[req.hdr(x-list)]", "four"), ("%[req.hdr(x-list,2)]", "two"),
            ("%[req.fhdr(x-list,1)]", "one, two,three , \"q,uoted\""),
            ("%[req.hdr_cnt(x-list)]", "5"), ("%[src]:%[src_port]", "127.0.0.1:4242"),
            ("100%%", "100%"), ("%[str(x),concat(-,,y)]", "x-y"),
            ("%[req.hdr(x-num),add(8),mul(2)]", "100"), ("%[env(HOME)]", "/root"),
            ("%[req.hdr(missing)]", ""), ("%{+Q}[str(x)]", "x"),
            ("%[str(abc),crc32]", "891568578"), ("%[int(5),even]", "0"),
            ("%[req.hdr(x-ip6),ipmask(24,32)]", "2001:db8::"),
            ("%[path,regsub(\"o\",0,g)]", "/s0me/path/file.html"),
            ("%[str(a,b)]", nil), ("%[nonsense]", nil), ("%[str(a),nonsense]", nil), ("%zz", nil),
        ] as [(String, String?)]
    )
    func `a format has the text HAProxy gives it`(format: String, expected: String?) {
        #expect(RuleBench.text(format) == expected)
    }

    @Test(arguments: [
        ("if { path /some/path/file.html }", true), ("if { path_beg /other /some }", true),
        ("if { path_dir path }", true), ("if { path_dir pat }", false),
        ("if { hdr_dom(host) -i example.com }", true), ("if { hdr_dom(host) example }", false),
        ("if { path_reg ^/some/.*html$ }", true), ("if { path_len 20 }", true),
        ("if { path_len lt 20 }", false), ("if { hdr_val(x-num) 40:50 }", true),
        ("if { hdr_val(x-num) gt 42 }", false), ("if { hdr_ip(x-ip) 10.0.0.0/8 }", true),
        ("if { hdr_ip(x-ip) 192.168.7.9 }", true), ("if { hdr_ip(x-ip) 192.168.8.0/24 }", false),
        ("if { src 127.0.0.0/8 ::1 } METH_GET HTTP_1.1", true), ("if LOCALHOST", true),
        ("if { req.hdr(x-list) -m found }", true), ("if !{ req.hdr(nope) -m found }", true),
        ("if { hdr(x-list) -i FOUR }", true), ("unless { hdr(x-list) five }", true),
        ("if { urlp(a) 2 }", true), ("if { cook(sid) abc }", true),
        ("if { cook_cnt(sid) 2 }", true),
        ("if { path -f paths }", true), ("if { hdr_ip(x-ip) -f nets }", true),
        ("if { path -i -m sub -f words }", true), ("if { str(a) -f paths }", false),
        ("if FALSE or TRUE", true), ("if HTTP_URL_SLASH !HTTP_URL_ABS", true),
        ("if { path,map_reg(regs) two }", true), ("if { hdr_ip(x-ip),map_ip(netmap) small }", true),
    ])
    func `a condition holds when HAProxy says so`(condition: String, expected: Bool) {
        let files = [
            "paths": "# comment\n/some/path/file.html\n", "nets": "192.168.0.0/16\n",
            "words": "PATH\n", "regs": "^/none one\n^/some two\n",
            "netmap": "10.0.0.0/8 large\n10.1.0.0/16 small\n",
        ]
        #expect(RuleBench.holds(condition, files: files) == expected)
    }

    @Test(arguments: [
        "if", "if {", "if { path", "if nothing", "if { path_len x }", "if { src 1.2.3 }",
        "if { path_reg ( }", "if { path -x a }", "if { src -f missing }", "if or TRUE",
    ])
    func `what HAProxy refuses is refused`(condition: String) {
        #expect(RuleBench.holds(condition) == nil)
    }

    @Test(arguments: [
        ("set-header X-Num 43", "X-Num: 43\r\n"), ("set-path /new", "GET /new?a=1&"),
        ("set-query x=%[str(y)]", "GET /some/path/file.html?x=y HTTP/1.1\r\n"),
        ("set-method POST", "POST /some"), ("set-uri /u?v", "GET /u?v HTTP/1.1\r\n"),
        ("replace-path (.*)/file(.*) \\1\\2", "GET /some/path.html?a=1"),
        (
            "replace-header cookie sid=([a-z]+) sid=<\\1>",
            "Cookie: sid=<abc>\r\nCookie: sid=<second>\r\n"
        ),
        ("replace-value x-ip ^10\\.(.*) 11.\\1", "X-Ip: 11.1.2.3, 192.168.7.9\r\n"),
        ("add-header X-New a,b", "X-New: a,b\r\n"), ("set-header Host other", "Host: other\r\n"),
        ("deny", "deny("), ("return status 204", "reply("), ("reject", "reject"),
        ("redirect location /x", "redirect("),
    ])
    func `a rule changes the request as HAProxy does`(rule: String, expected: String) throws {
        let head = try #require(RuleBench.head(after: rule))
        #expect(head.contains(expected), "\(head)")
    }

    @Test func `a deleted header is gone and others stay`() throws {
        let head = try #require(RuleBench.head(after: "del-header x-list"))
        #expect(!head.lowercased().contains("x-list") && head.contains("X-Num: 42\r\n"))
        let byPattern = try #require(RuleBench.head(after: "del-header ^x- -m reg"))
        #expect(!byPattern.contains("X-") && byPattern.contains("Host: www.Example.com:8080\r\n"))
    }

    @Test func `rules may not change what frames a message`() {
        for name in ["content-length", "Transfer-Encoding", "connection"] {
            #expect(RuleBench.head(after: "set-header \(name) x") == nil)
        }
    }
}
