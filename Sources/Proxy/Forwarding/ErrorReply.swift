/// The proxy's own answers, with the texts of HAProxy 2.6's built-in error files.
enum ErrorReply {
    /// Appends a whole response.
    static func write(
        _ status: Int,
        to output: inout ScratchBuffer,
        keepsAlive: Bool,
        isVersion10: Bool,
        withBody: Bool
    ) {
        let (line, body) = status < 500 ? clientText(status) : serverText(status)
        output.append("HTTP/1.1 ")
        output.append(line)
        output.append("\r\ncontent-length: ")
        output.append(decimal: body.utf8CodeUnitCount)
        output.append("\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n")
        if !keepsAlive { output.append("connection: close\r\n") }
        if keepsAlive, isVersion10 { output.append("connection: keep-alive\r\n") }
        output.append("\r\n")
        if withBody { output.append(body) }
    }

    private static func clientText(_ status: Int) -> (line: StaticString, body: StaticString) {
        switch status {
        case 200:
            ("200 OK", "<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n")
        case 405:
            (
                "405 Method Not Allowed",
                """
                <html><body><h1>405 Method Not Allowed</h1>
                A request was made of a resource using a request method not supported by that resource
                </body></html>

                """
            )
        case 408:
            (
                "408 Request Time-out",
                """
                <html><body><h1>408 Request Time-out</h1>
                Your browser didn't send a complete request in time.
                </body></html>

                """
            )
        case 414:
            (
                "414 URI Too Long",
                "<html><body><h1>414 URI Too Long</h1>\nThe request target is too long.\n</body></html>\n"
            )
        case 417:
            (
                "417 Expectation Failed",
                "<html><body><h1>417 Expectation Failed</h1>\nThe expectation is not known.\n</body></html>\n"
            )
        case 431:
            (
                "431 Request Header Fields Too Large",
                """
                <html><body><h1>431 Request Header Fields Too Large</h1>
                The request has too many or too long header fields.
                </body></html>

                """
            )
        default:
            (
                "400 Bad Request",
                "<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n"
            )
        }
    }

    private static func serverText(_ status: Int) -> (line: StaticString, body: StaticString) {
        switch status {
        case 502:
            (
                "502 Bad Gateway",
                """
                <html><body><h1>502 Bad Gateway</h1>
                The server returned an invalid or incomplete response.
                </body></html>

                """
            )
        case 503:
            (
                "503 Service Unavailable",
                """
                <html><body><h1>503 Service Unavailable</h1>
                No server is available to handle this request.
                </body></html>

                """
            )
        case 504:
            (
                "504 Gateway Time-out",
                "<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n</body></html>\n"
            )
        case 505:
            (
                "505 HTTP Version Not Supported",
                "<html><body><h1>505 HTTP Version Not Supported</h1>\nUse HTTP/1.1.\n</body></html>\n"
            )
        default:
            (
                "500 Internal Server Error",
                "<html><body><h1>500 Internal Server Error</h1>\nAn internal server error occurred.\n</body></html>\n"
            )
        }
    }
}
