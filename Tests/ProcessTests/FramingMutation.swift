import Simulation

/// Makes a request whose end is a matter of opinion: the same bytes for the same seed.
///
/// Bodies hold a whole request for `/smuggled`, so that a server that ends the message too early takes it
/// for one.
enum FramingMutation {
    private static let inner = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"

    static func make(_ seed: Seed) -> [UInt8] {
        var generator = seed.generator
        var body = body(using: &generator)
        var lines = ["Host: a.example"]
        // Half are good as far as this, or nothing would come through to be judged.
        if Bool.random(using: &generator) {
            let isChunked = Bool.random(using: &generator)
            if isChunked {
                body = "\(String(inner.utf8.count, radix: 16))\r\n\(inner)\r\n0\r\n\r\n"
            }
            lines.append(
                isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.utf8.count)"
            )
        } else {
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let line = framing(body.utf8.count, using: &generator)
                lines.insert(line, at: Int.random(in: 0...lines.count, using: &generator))
            }
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            lines.append(extra.randomElement(using: &generator) ?? "")
        }
        let method = ["POST", "PUT", "GET", "DELETE"].randomElement(using: &generator) ?? "POST"
        let version = Int.random(in: 0..<12, using: &generator) == 0 ? "1.0" : "1.1"
        var ending = "\r\n"
        if Int.random(in: 0..<16, using: &generator) == 0 { ending = "\n" }
        let head = ["\(method) /m\(seed.value) HTTP/\(version)"] + lines + ["", ""]
        var bytes = Array((head.joined(separator: ending) + body).utf8)
        if Int.random(in: 0..<3, using: &generator) == 0 { spoil(&bytes, using: &generator) }
        return bytes
    }

    /// Ways to say a length, most of them wrong.
    private static func framing(_ count: Int, using generator: inout SeededGenerator) -> String {
        let numbers = [count, count, count, 0, 1, count - 1, count + 3, inner.utf8.count]
        let number = numbers.randomElement(using: &generator) ?? count
        let forms = [
            "Content-Length: \(number)", "Content-Length: \(number)", "Content-Length:\(number)",
            "Content-Length: +\(number)", "Content-Length : \(number)",
            " Content-Length: \(number)",
            "Content-Length: \(number), \(number)", "Content-Length: 0\(number)",
            "Content-Length: \(number)\r\nContent-Length: \(count)",
            "Content-Length:\t\(number)\t",
            "Content-Length: 0x\(String(number, radix: 16))", "Content-Length: -\(number)",
            "Content-Length: \(number) ", "Content-Length: \u{b}\(number)", "Content-Length: ",
            "Content_Length: \(number)", "Content-Length: 1844674407370955161\(number)",
            "Content-Length: \(number)\r\n ", "X: y\nContent-Length: \(number)",
            "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", "Transfer-Encoding:chunked",
            "Transfer-Encoding : chunked", " Transfer-Encoding: chunked",
            "Transfer-Encoding:\u{b}chunked", "Transfer-Encoding: \u{c}chunked",
            "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx",
            "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: , chunked",
            "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: identity", "Transfer-Encoding: ", "TRANSFER-ENCODING: CHUNKED",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked", "Transfer_Encoding: chunked",
            "Transfer-Encoding:\r\n chunked", "Transfer-Encoding\r\n: chunked",
            "X: y\nTransfer-Encoding: chunked", "X: y\rTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\u{0}", "Transfer-Encoding\u{0}: chunked",
            "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: ch\u{212a}unked",
        ]
        return forms.randomElement(using: &generator) ?? ""
    }

    private static let extra = [
        "Expect: 100-continue", "Connection: close", "Connection: keep-alive, Transfer-Encoding",
        "Connection: Content-Length", "Upgrade: h2c", "TE: trailers", "X: \u{ff}", ": empty",
        "no colon", "X:\r\n folded", "Content-Encoding: chunked", "Proxy-Connection: close",
        "Host: b.example", "X-HTTP-Method-Override: HEAD", "Trailer: Content-Length",
    ]

    /// A body: plain, in good chunks, or in chunks that readers understand differently.
    private static func body(using generator: inout SeededGenerator) -> String {
        let size = String(inner.utf8.count, radix: 16)
        let bodies = [
            inner, inner, "", "x=1", "0\r\n\r\n\(inner)", "\(size)\r\n\(inner)\r\n0\r\n\r\n",
            "\(size)\r\n\(inner)\r\n0\r\n\r\n", "\(size);a=b\r\n\(inner)\r\n0\r\n\r\n",
            "\(size);a=\"\r\n\(inner)\r\n0\r\n\r\n", "\(size) \r\n\(inner)\r\n0\r\n\r\n",
            "\(size);\n\(inner)\r\n0\r\n\r\n", "\(size)\n\(inner)\n0\n\n",
            "0x\(size)\r\n\(inner)\r\n0\r\n\r\n", "+\(size)\r\n\(inner)\r\n0\r\n\r\n",
            "0\(size)\r\n\(inner)\r\n00\r\n\r\n", "\(size)\r\n\(inner)XX0\r\n\r\n",
            "\(size)\r\n\(inner)\r\n0\r\nX: y\r\n\r\n",
            "\(size)\r\n\(inner)\r\n0\r\nContent-Length: 5\r\n\r\n", "2\r\nab\r\n0\r\n\(inner)",
            "10000000000000000\(size)\r\n\(inner)\r\n0\r\n\r\n",
            "\r\n\(size)\r\n\(inner)\r\n0\r\n\r\n",
            "\(size)\r\r\n\(inner)\r\n0\r\n\r\n", "1\r\nZ\r\n0\r\n\r\n", "0\r\n\r\n",
            "0\n\n\(inner)",
            "-1\r\n\(inner)\r\n0\r\n\r\n", "\(size)\r\n\(inner)\r\n0;\r\n\r\n",
            "0\r\nX: y\n\n\(inner)",
        ]
        return bodies.randomElement(using: &generator) ?? ""
    }

    /// One byte behind the request line put in, taken away or changed.
    private static func spoil(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        let special = Array("\r\n\t \0:;,0aG\u{7f}".utf8) + [0x80, 0xff]
        let place = Int.random(in: 24..<bytes.count, using: &generator)
        let byte = special.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes.insert(byte, at: place)
        case 1: bytes.remove(at: place)
        default: bytes[place] = byte
        }
    }
}
