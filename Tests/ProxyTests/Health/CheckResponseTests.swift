import Testing

@testable import Proxy

@Suite struct CheckResponseTests {
    private func read(_ text: String, isClosed: Bool = false) -> CheckResponse? {
        guard
            case .response(let response) = CheckResponse.read(Array(text.utf8), isClosed: isClosed)
        else { return nil }
        return response
    }

    @Test func `a head is read with either end of line`() throws {
        let response = try #require(read("HTTP/1.1 404 Not Found\nX-A:\t b \n\nrest"))
        #expect(response.status == 404 && response.reason == "Not Found")
        #expect(response.fields.first?.name == "x-a" && response.fields.first?.value == "b")
        #expect(response.body == Array("rest".utf8) && !response.isWhole)
    }

    @Test func `a body ends with its length, its last chunk or the connection`() {
        #expect(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")?.isWhole == true)
        #expect(read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")?.isWhole == false)
        #expect(read("HTTP/1.1 200 OK\r\n\r\nok", isClosed: true)?.isWhole == true)
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
        #expect(read(chunks)?.isWhole == false && read(chunks + "0\r\n\r\n")?.isWhole == true)
        #expect(read("HTTP/1.1 204 None\r\n\r\n")?.isWhole == true)
    }

    @Test(arguments: [
        "SSH-2.0", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 099 No\r\n\r\n",
    ])
    func `what is no response is invalid`(_ text: String) {
        guard case .invalid = CheckResponse.read(Array(text.utf8), isClosed: true) else {
            Issue.record("read")
            return
        }
    }

    @Test func `patterns that cannot be compiled match nothing`() {
        var patterns = CheckPatterns()
        let found = patterns.matches("(", [1])
        #expect(!found)
    }
}
