import Foundation

extension FuzzTarget {
    /// The top of the repository.
    private static let top = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What mutations begin from: inputs that are all right, and those that `make fuzz` found to reach more.
    package var corpus: [[UInt8]] { written + found }

    private var written: [[UInt8]] {
        switch self {
        case .request: Self.requests.map { Array($0.utf8) }
        case .response: Self.responses.map { Array($0.utf8) }
        case .chunks: Self.bodies.map { Array($0.utf8) }
        case .proxy: Self.proxyHeaders
        case .session: Self.files(in: "Tests/RuntimeAPITests/Transcripts/Scripts") + Self.commands
        case .client, .tables: Self.files(in: "Tests/RuntimeAPITests/Transcripts") + Self.commands
        case .boot: Self.files(in: "examples/boot") + [Array("defaults\n mode http\n".utf8)]
        case .format: Self.formats.map { Array($0.utf8) }
        case .map: ["a b\n# c\n10.0.0.0/8 d\n1:5 e\n^x(.*)$ f g\n".utf8].map { Array($0) }
        case .yaml: Self.files(in: "examples").filter { $0.count < 32_768 }
        case .cel: Self.expressions.map { Array($0.utf8) }
        }
    }

    private static let requests = [
        "GET / HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n",
        "POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        "PUT http://a.example:80/x HTTP/1.1\r\nHost: a.example:80\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nConnection: keep-alive, x\r\nExpect: 100-continue\r\n\r\n",
    ]

    private static let responses = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: a\r\n\r\nhello",
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        "HTTP/1.0 301 Moved\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    ]

    private static let bodies = [
        "5\r\nhello\r\n0\r\n\r\n", "a;x=y\r\n0123456789\r\n3\r\nabc\r\n0\r\nTrailer: v\r\n\r\n",
        "0\r\n\r\n",
        "00000001\r\na\r\nffff\r\n",
    ]

    private static let proxyHeaders: [[UInt8]] = [
        Array("PROXY TCP4 1.2.3.4 5.6.7.8 80 443\r\nGET".utf8),
        Array("PROXY TCP6 ::1 2001:db8::2 1 65535\r\n".utf8), Array("PROXY UNKNOWN x\r\n".utf8),
        [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, 15]
            + [1, 2, 3, 4, 5, 6, 7, 8, 0, 80, 1, 187, 4, 0, 0],
        [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x20, 0, 0, 0],
    ]

    private static let expressions = [
        "names.all(n, n.matches('^[a-z]+-[0-9]{1,3}$')) && now > timestamp('2026-01-01T00:00:00Z')",
        "[1, 2, 3].map(i, i > 1, i * 2).exists(i, i == 4) ? {'a': x}['a'] : [x, 'b' + \"c\"]",
        "duration('1h30m') + duration('-1.5s') < duration('2h') || 1 / 0 == 1u && !(2.5e3 >= 7)",
        "cidr('10.0.0.0/8').containsIP('10.1.2.3') || b'\\x00\\377'.size() == 2 || has({'k': 1}.k)",
        "r'\\d' + '\\u00e9\\n' == string(x.size()) && type(x) == list && -(-9223372036854775808) < 0",
    ]

    private static let formats = [
        "%ci:%cp [%tr] %ft %b/%s %TR/%Tw %ST %{+Q}r %{-E}[req.hdr(host,-1),lower,field(2,.)] %%",
        "path_beg /a -m reg -i ^x(y|z)$ } !{ src 10.0.0.0/8 ::1 } { hdr_cnt(a) gt 3",
        "%[str(\"a,b\"),regsub(\"(.)\",\"\\1\",g),bytes(1,2),map_ip_int(virt@x,3)] %[date(-1,ms),utime(%H)]",
    ]

    private static let commands = [
        "show servers state; show info\nset server a/b weight 50%\n",
        "add server a/b 10.0.0.1:80 check inter 2s weight 10 id 7\nprompt\nwait 1s srv-removable a/b\n",
        "add map @3 m.map <<\na b\nc d\n\nset severity-output number;commit map @3 m.map\n",
    ].map { Array($0.utf8) }

    /// Every file below a folder, in order of path.
    private static func files(in folder: String) -> [[UInt8]] {
        let path = top.appending(path: folder).path
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.sorted().compactMap { FileManager.default.contents(atPath: "\(path)/\($0)") }
            .map { Array($0) }
    }

    /// One file a target, one input a line in base64: thousands of tiny files would be a burden to Git.
    private var corpusFile: URL { Self.top.appending(path: "Tests/Fuzz/Corpora/\(rawValue).txt") }

    private var found: [[UInt8]] {
        guard let text = try? String(contentsOf: corpusFile, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { Data(base64Encoded: String($0)) }
            .map { Array($0) }
    }

    /// Keeps the smallest of the inputs that a run found, at most 256 KiB of them; returns how many.
    package func replaceCorpus(with inputs: [[UInt8]]) throws -> Int {
        let known = Set(written)
        var budget = 256 * 1024
        var lines: [String] = []
        for input in inputs.filter({ !known.contains($0) }).sorted(by: { $0.count < $1.count }) {
            budget -= input.count
            guard budget >= 0 else { break }
            lines.append(Data(input).base64EncodedString())
        }
        try Data(lines.sorted().map { $0 + "\n" }.joined().utf8).write(to: corpusFile)
        return lines.count
    }

    /// Inputs that once crashed this target: `Tests/Fuzz/Crashes/<target>-<digest>`.
    package var crashes: [(name: String, input: [UInt8])] {
        let folder = Self.top.appending(path: "Tests/Fuzz/Crashes").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { $0.hasPrefix("\(rawValue)-") }.compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, Array($0)) }
        }
    }

    /// Keeps an input that crashed, so that `FuzzTests` replays it from now on.
    package func keep(_ input: [UInt8]) throws -> String {
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in input { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let name = "Tests/Fuzz/Crashes/\(rawValue)-\(String(digest, radix: 16))"
        try Data(input).write(to: Self.top.appending(path: name))
        return name
    }
}
