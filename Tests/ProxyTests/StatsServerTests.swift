import Testing

@testable import Proxy

@Suite struct StatsServerTests {
    private func parse(_ text: String) -> (request: StatsRequest?, length: Int)? {
        StatsRequest.parse(Array(text.utf8))
    }

    @Test func `a request is taken once it is whole`() throws {
        let head =
            "POST /s HTTP/1.1\r\nhost: x\r\nContent-Length: 3\r\n"
            + "Authorization: basic b3BzOnNlY3JldA==\r\n\r\n"
        #expect(parse(head) == nil && parse(head + "a=") == nil)
        let (request, length) = try #require(parse(head + "a=bGET"))
        #expect(request?.method == "POST" && request?.target == "/s" && request?.body == "a=b")
        #expect(request?.credentials == "ops:secret")
        #expect(length == head.utf8.count + 3)
    }

    @Test(arguments: [
        "GET\r\n\r\n", "GET / HTTP/1.1\r\nfoo\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    ])
    func `what makes no sense ends the connection`(text: String) throws {
        #expect(try #require(parse(text)).request == nil)
    }

    @Test func `forms and credentials are decoded`() {
        #expect(FormText.decoded("a+b%2Fc%") == "a b/c%")
        #expect(FormText.base64("YTpi") == "a:b")
        #expect(FormText.base64("YT*i") == nil)
    }
}
