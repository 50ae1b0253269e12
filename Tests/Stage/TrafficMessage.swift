import Proxy

/// The few HTTP/1.1 messages that clients and origins exchange, as browsers and servers would send them.
enum TrafficMessage {
    /// A browser-like request of about 350 bytes.
    static func question(_ request: TrafficPlan.Request, plan: TrafficPlan) -> ScratchBuffer {
        let text = """
            GET \(request.path) HTTP/1.1\r
            Host: \(request.host)\r
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
            Accept-Encoding: gzip, deflate, br\r
            Accept-Language: en-GB,en;q=0.5\r
            Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r
            \(plan.closesConnections ? "Connection: close\r\n" : "")\r

            """
        return filled(with: text, body: 0)
    }

    /// An answer whose head names the origin by number in `X-Server`.
    static func answer(of origin: TrafficPlan.Origin, plan: TrafficPlan) -> ScratchBuffer {
        let number = plan.origins.firstIndex { $0.name == origin.name } ?? 0
        let text = """
            HTTP/1.1 200 OK\r
            Server: \(origin.name)\r
            Date: Mon, 23 Nov 2026 02:45:18 GMT\r
            Content-Type: text/plain\r
            Content-Length: \(plan.bodySize)\r
            ETag: "5f2b-1a2b3c"\r
            Accept-Ranges: bytes\r
            X-Server: \(number)\r
            \r

            """
        return filled(with: text, body: plan.bodySize)
    }

    private static func filled(with text: String, body: Int) -> ScratchBuffer {
        var buffer = ScratchBuffer(capacity: text.utf8.count + body)
        for byte in text.utf8 { buffer.append(byte: byte) }
        for _ in 0..<body { buffer.append(byte: UInt8(ascii: "x")) }
        return buffer
    }

    /// What a client reads from the head of an answer.
    struct Head {
        var status = 0
        var contentLength = 0
        /// The number in `X-Server`, or -1.
        var origin = -1

        init(_ bytes: ByteSlice) {
            guard bytes.count > 12 else { return }
            status = TrafficMessage.number(bytes, at: 9)
            var line = 0
            while let end = TrafficMessage.endOfLine(bytes, from: line) {
                let count = end - line
                // Told apart by length and first letter first: this runs once for every answer.
                if count > 16, bytes[line] | 0x20 == UInt8(ascii: "c"),
                    bytes[line + 14] == UInt8(ascii: ":"),
                    bytes[line + 8] | 0x20 == UInt8(ascii: "l")
                {
                    contentLength = TrafficMessage.number(bytes, at: line + 16)
                } else if count > 9, bytes[line] | 0x20 == UInt8(ascii: "x"),
                    bytes[line + 8] == UInt8(ascii: ":"),
                    bytes[line + 2] | 0x20 == UInt8(ascii: "s")
                {
                    origin = TrafficMessage.number(bytes, at: line + 10)
                }
                line = end + 2
            }
        }
    }

    static func number(_ bytes: ByteSlice, at start: Int) -> Int {
        var value = 0
        var index = start
        while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 {
            value = value * 10 + Int(bytes[index] - 48)
            index += 1
        }
        return value
    }

    private static func endOfLine(_ bytes: ByteSlice, from start: Int) -> Int? {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10 { return index }
            index += 1
        }
        return nil
    }

    /// The offset behind the empty line, or nil.
    static func endOfHead(_ bytes: ByteSlice) -> Int? {
        var index = 3
        while index < bytes.count {
            // Only a line feed can end the head; step over everything else quickly.
            if bytes[index] == 10, bytes[index - 2] == 10, bytes[index - 1] == 13 {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    /// True if a request without body is complete.
    static func endsHead(_ bytes: ByteSlice) -> Bool {
        let count = bytes.count
        return count >= 4 && bytes[count - 1] == 10 && bytes[count - 2] == 13
            && bytes[count - 3] == 10
    }

    /// True for a health check: a request for `/health`.
    static func isCheck(_ bytes: ByteSlice) -> Bool {
        var index = 0
        while index < min(bytes.count, 16), bytes[index] != 32 { index += 1 }
        guard bytes.count > index + 7 else { return false }
        return bytes[index + 1] == UInt8(ascii: "/") && bytes[index + 2] == UInt8(ascii: "h")
            && bytes[index + 3] == UInt8(ascii: "e") && bytes[index + 7] == UInt8(ascii: "h")
    }
}
