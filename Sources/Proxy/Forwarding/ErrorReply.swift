/// The proxy's own answers, with the texts of HAProxy 2.6's built-in error files.
enum ErrorReply {
    /// Appends a whole response; `connection` is the line that says what becomes of the connection, or empty.
    static func write(
        _ status: Int,
        to output: inout ScratchBuffer,
        connection: StaticString,
        withBody: Bool
    ) {
        if let (line, body) = ruleText(status) {
            return write(line, body, to: &output, connection: connection, withBody: withBody)
        }
        let (line, body) = status < 500 ? clientText(status) : serverText(status)
        write(line, body, to: &output, connection: connection, withBody: withBody)
    }

    private static func write(
        _ line: StaticString,
        _ body: StaticString,
        to output: inout ScratchBuffer,
        connection: StaticString,
        withBody: Bool
    ) {
        output.append("HTTP/1.1 ")
        output.append(line)
        output.append("\r\ncontent-length: ")
        output.append(decimal: body.utf8CodeUnitCount)
        output.append("\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n")
        output.append(connection)
        output.append("\r\n")
        if withBody { output.append(body) }
    }

    /// Pages that only rules send.
    private static func ruleText(_ status: Int) -> (line: StaticString, body: StaticString)? {
        switch status {
        case 401:
            (
                "401 Unauthorized",
                "<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n"
            )
        case 403:
            (
                "403 Forbidden",
                "<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n"
            )
        case 404:
            (
                "404 Not Found",
                "<html><body><h1>404 Not Found</h1>\nThe resource could not be found.\n</body></html>\n"
            )
        case 407:
            (
                "407 Unauthorized",
                "<html><body><h1>407 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n"
            )
        case 410:
            (
                "410 Gone",
                "<html><body><h1>410 Gone</h1>\nThe resource is no longer available and will not be available again.\n</body></html>\n"
            )
        case 413:
            (
                "413 Payload Too Large",
                "<html><body><h1>413 Payload Too Large</h1>\nThe request entity exceeds the maximum allowed.\n</body></html>\n"
            )
        case 421:
            (
                "421 Misdirected Request",
                "<html><body><h1>421 Misdirected Request</h1>\nRequest sent to a non-authoritative server.\n</body></html>\n"
            )
        case 422:
            (
                "422 Unprocessable Content",
                "<html><body><h1>422 Unprocessable Content</h1>\nThe server cannot process the contained instructions.\n</body></html>\n"
            )
        case 425:
            (
                "425 Too Early",
                "<html><body><h1>425 Too Early</h1>\nYour browser sent early data.\n</body></html>\n"
            )
        case 429:
            (
                "429 Too Many Requests",
                "<html><body><h1>429 Too Many Requests</h1>\nYou have sent too many requests in a given amount of time.\n</body></html>\n"
            )
        case 501:
            (
                "501 Not Implemented",
                "<html><body><h1>501 Not Implemented</h1>\n.The server does not support the functionality required to fulfill the request.\n</body></html>\n"
            )
        default: nil
        }
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
