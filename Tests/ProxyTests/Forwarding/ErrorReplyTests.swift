import Testing

@testable import Proxy

@Suite struct ErrorReplyTests {
    private func reply(_ status: Int, keepsAlive: Bool = false, withBody: Bool = true) -> String {
        var output = ScratchBuffer(capacity: 1024)
        defer { output.free() }
        ErrorReply.write(
            status,
            to: &output,
            connection: keepsAlive ? "" : "connection: close\r\n",
            withBody: withBody
        )
        return String(decoding: output.bytes.array, as: UTF8.self)
    }

    @Test(arguments: [
        200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 414, 417, 431, 500,
        501, 502, 503, 504, 505,
    ])
    func `an answer announces exactly its body`(_ status: Int) throws {
        let text = reply(status)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(parts[0].contains("content-length: \(parts[1].utf8.count)\r\n"))
        #expect(text.hasPrefix("HTTP/1.1 \(status) "))
        #expect(parts[1].hasSuffix("</body></html>\n"))
        #expect(ResponseParserTests.parse(text).result == .complete)
    }

    @Test func `503 is HAProxy's`() {
        #expect(
            reply(503) == """
                HTTP/1.1 503 Service Unavailable\r\ncontent-length: 107\r\ncache-control: no-cache\r\n\
                content-type: text/html\r\nconnection: close\r\n\r\n\
                <html><body><h1>503 Service Unavailable</h1>
                No server is available to handle this request.
                </body></html>

                """
        )
    }

    @Test func `a HEAD request gets no body`() {
        #expect(reply(503, withBody: false).hasSuffix("\r\n\r\n"))
        #expect(!reply(503, keepsAlive: true).contains("connection"))
    }
}
