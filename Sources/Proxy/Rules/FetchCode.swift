/// What a fetch takes its value from.
package enum FetchCode: UInt8, BitwiseCopyable, Sendable {
    // Constants and the process.
    case alwaysTrue, alwaysFalse, constantBoolean, constantInteger, constantText, constantBinary
    case constantAddress, environment, date, dateMicroseconds, hostname, random, uuid, uniqueID
    case threadCount, thread, processNumber, variable, stopping
    // The connection and the proxies.
    case source, destination, sourcePort, destinationPort, sourceIsLocal, destinationIsLocal
    case frontendName, frontendID, backendName, backendID, serverName, serverID
    case frontendConnections, backendConnections, usableServers
    case freeConnections
    /// What, `TLSFact` says.
    case tls
    case isFirstRequest
    // The request.
    case method, path, pathAndQuery, url, query, parameter, parameterInteger, base, requestVersion
    case requestHeader, requestFullHeader, requestHeaderCount, requestFullHeaderCount
    case requestHeaderAddress, requestHeaderInteger, requestHeaderNames, requestHeaders
    case requestCookie, requestCookieCount, requestCookieInteger, requestCookieNames, urlAddress,
        urlPort
    case requestLength
    case isHTTP, bearer
    // The response.
    case status, responseVersion, responseHeader, responseFullHeader, responseHeaderCount
    case responseFullHeaderCount, responseHeaderAddress, responseHeaderInteger
    case responseHeaderNames, responseHeaders, responseCookie, responseCookieCount
    case responseCookieNames
    case responseCookieInteger
    // What was kept of the transaction.
    case requestCapture, responseCapture, capturedMethod, capturedURI, capturedRequestVersion

    /// Several values may be found one after the other; an acl looks at each.
    package var isRepeated: Bool {
        switch self {
        case .requestHeader, .requestFullHeader, .requestHeaderAddress, .requestHeaderInteger,
            .requestCookie, .requestCookieInteger, .responseHeader, .responseFullHeader,
            .responseHeaderAddress, .responseHeaderInteger, .responseCookie,
            .responseCookieInteger, .parameter, .parameterInteger:
            true
        default: false
        }
    }
}

/// What an argument in parentheses may be.
package enum ArgumentKind: Sendable {
    case text, integer, backend, frontend, variable, map, regex, address
    /// A number or the name of a variable.
    case operand
}

/// One fetch by name: its type, arguments and what HAProxy's manual says it is.
package struct FetchKeyword: Sendable {
    package let name: String
    package let code: FetchCode
    package let kind: Sample.Kind
    package let arguments: [ArgumentKind]
    /// How many of the arguments have to be given.
    package let required: Int
    package let summary: String
    /// Of a fetch of TLS.
    package var tls = TLSFact()

    private init(
        _ name: String,
        _ code: FetchCode,
        _ kind: Sample.Kind,
        _ summary: String,
        _ arguments: [ArgumentKind] = [],
        required: Int? = nil
    ) {
        self.name = name
        self.code = code
        self.kind = kind
        self.arguments = arguments
        self.required = required ?? arguments.count
        self.summary = summary
    }

    /// A fetch of TLS; its arguments may be left out.
    init(
        _ name: String,
        _ fact: TLSFact,
        _ kind: Sample.Kind,
        _ summary: String,
        _ arguments: [ArgumentKind] = []
    ) {
        self.init(name, .tls, kind, summary, arguments, required: 0)
        tls = fact
    }

    /// By the name in the configuration.
    package static let byName: [String: FetchKeyword] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) }
    )

    /// Every fetch, by group.
    package static let all: [FetchKeyword] = process + connection + tls + request + response

    private static let process: [FetchKeyword] = [
        .init("always_true", .alwaysTrue, .boolean, "true"),
        .init("always_false", .alwaysFalse, .boolean, "false"),
        .init("bool", .constantBoolean, .boolean, "a constant", [.text]),
        .init("int", .constantInteger, .integer, "a constant", [.integer]),
        .init("str", .constantText, .string, "a constant", [.text]),
        .init("bin", .constantBinary, .binary, "a constant in hexadecimal", [.text]),
        .init("ipv4", .constantAddress, .ipv4, "a constant", [.text]),
        .init("ipv6", .constantAddress, .ipv6, "a constant", [.text]),
        .init("meth", .constantText, .string, "a constant method", [.text]),
        .init("env", .environment, .string, "an environment variable at the start", [.text]),
        .init(
            "date",
            .date,
            .integer,
            "seconds since 1970 with an offset",
            [.integer, .text],
            required: 0
        ),
        .init("date_us", .dateMicroseconds, .integer, "microseconds of the current second"),
        .init("hostname", .hostname, .string, "the machine's name"),
        .init("rand", .random, .integer, "a number below a bound", [.integer], required: 0),
        .init("uuid", .uuid, .string, "a random UUID", [.integer], required: 0),
        .init("unique-id", .uniqueID, .string, "the request's unique-id-format"),
        .init("nbproc", .processNumber, .integer, "the number of processes: 1"),
        .init("proc", .processNumber, .integer, "the process's number: 1"),
        .init("nbthread", .threadCount, .integer, "the number of threads"),
        .init("thread", .thread, .integer, "the thread's number from 0"),
        .init("var", .variable, .any, "a variable, or a default", [.variable, .text], required: 1),
        .init("stopping", .stopping, .boolean, "the process is ending"),
    ]

    private static let connection: [FetchKeyword] = [
        .init("src", .source, .address, "the client's address"),
        .init("src_port", .sourcePort, .integer, "the client's port"),
        .init("src_is_local", .sourceIsLocal, .boolean, "the client is on this machine"),
        .init("dst", .destination, .address, "the address the client connected to"),
        .init("dst_port", .destinationPort, .integer, "the port the client connected to"),
        .init("dst_is_local", .destinationIsLocal, .boolean, "that address is on this machine"),
        .init("fe_name", .frontendName, .string, "the frontend's name"),
        .init("fe_id", .frontendID, .integer, "the frontend's id"),
        .init("be_name", .backendName, .string, "the backend's name"),
        .init("be_id", .backendID, .integer, "the backend's id"),
        .init("srv_name", .serverName, .string, "the server's name"),
        .init("srv_id", .serverID, .integer, "the server's id"),
        .init(
            "fe_conn",
            .frontendConnections,
            .integer,
            "connections of a frontend",
            [.frontend],
            required: 0
        ),
        .init(
            "be_conn",
            .backendConnections,
            .integer,
            "requests in a backend",
            [.backend],
            required: 0
        ),
        .init(
            "nbsrv",
            .usableServers,
            .integer,
            "usable servers of a backend",
            [.backend],
            required: 0
        ),
        .init(
            "be_conn_free",
            .freeConnections,
            .integer,
            "places that are free at its servers",
            [.backend],
            required: 0
        ),
        .init("http_first_req", .isFirstRequest, .boolean, "the first request of its connection"),
    ]

    private static let request: [FetchKeyword] =
        [
            .init("method", .method, .string, "the method"),
            .init("path", .path, .string, "the path"),
            .init("pathq", .pathAndQuery, .string, "path and query"),
            .init("url", .url, .string, "the request-target"),
            .init("url_ip", .urlAddress, .ipv4, "the IPv4 address in an absolute target"),
            .init("url_port", .urlPort, .integer, "the port in an absolute target"),
            .init("query", .query, .string, "what follows the question mark"),
            .init("base", .base, .string, "host and path"),
            .init(
                "http_auth_bearer",
                .bearer,
                .string,
                "the token after Bearer",
                [.text],
                required: 0
            ),
            .init("capture.req.method", .capturedMethod, .string, "the method, also afterwards"),
            .init("capture.req.uri", .capturedURI, .string, "the target, also afterwards"),
            .init("capture.req.ver", .capturedRequestVersion, .string, "the request's version"),
            .init(
                "capture.req.hdr",
                .requestCapture,
                .string,
                "a captured request header",
                [.integer]
            ),
            .init(
                "capture.res.hdr",
                .responseCapture,
                .string,
                "a captured response header",
                [.integer]
            ),
        ]
        + ["urlp", "url_param"].map {
            .init(
                $0,
                .parameter,
                .string,
                "a parameter of the query",
                [.text, .text, .text],
                required: 0
            )
        } + [
            .init(
                "urlp_val",
                .parameterInteger,
                .integer,
                "the same as a number",
                [.text, .text, .text],
                required: 0
            )
        ]
        + ["req.ver", "req_ver"].map { .init($0, .requestVersion, .string, "1.0 or 1.1") }
        + ["req.proto_http", "req_proto_http"].map { .init($0, .isHTTP, .boolean, "it is HTTP") }
        + ["req.len", "req_len"].map {
            .init($0, .requestLength, .integer, "bytes received so far")
        }
        + ["hdr", "req.hdr"].map {
            .init(
                $0,
                .requestHeader,
                .string,
                "a value of a header",
                [.text, .integer],
                required: 1
            )
        }
        + ["req.fhdr"].map {
            .init(
                $0,
                .requestFullHeader,
                .string,
                "a whole line of a header",
                [.text, .integer],
                required: 1
            )
        }
        + ["hdr_cnt", "req.hdr_cnt"].map {
            .init(
                $0,
                .requestHeaderCount,
                .integer,
                "how many values a header has",
                [.text],
                required: 0
            )
        }
        + ["req.fhdr_cnt"].map {
            .init(
                $0,
                .requestFullHeaderCount,
                .integer,
                "how many lines a header has",
                [.text],
                required: 0
            )
        }
        + ["hdr_ip", "req.hdr_ip"].map {
            .init(
                $0,
                .requestHeaderAddress,
                .address,
                "an address in a header",
                [.text, .integer],
                required: 1
            )
        }
        + ["hdr_val", "req.hdr_val"].map {
            .init(
                $0,
                .requestHeaderInteger,
                .integer,
                "a number in a header",
                [.text, .integer],
                required: 1
            )
        } + [
            .init(
                "req.hdr_names",
                .requestHeaderNames,
                .string,
                "the names of all headers",
                [.text],
                required: 0
            ),
            .init("req.hdrs", .requestHeaders, .string, "all headers"),
        ]
        + ["cook", "req.cook"].map {
            .init($0, .requestCookie, .string, "the value of a cookie", [.text], required: 0)
        }
        + [
            .init(
                "req.cook_names",
                .requestCookieNames,
                .string,
                "the names of all cookies",
                [.text],
                required: 0
            )
        ]
        + ["cook_cnt", "req.cook_cnt"].map {
            .init(
                $0,
                .requestCookieCount,
                .integer,
                "how often a cookie is sent",
                [.text],
                required: 0
            )
        }
        + ["cook_val", "req.cook_val"].map {
            .init($0, .requestCookieInteger, .integer, "a cookie's number", [.text], required: 0)
        }

    private static let response: [FetchKeyword] =
        [
            .init("status", .status, .integer, "the response's status"),
            .init(
                "res.hdr_names",
                .responseHeaderNames,
                .string,
                "the names of all headers",
                [.text],
                required: 0
            ),
            .init("res.hdrs", .responseHeaders, .string, "all headers"),
        ]
        + ["res.ver", "resp_ver"].map { .init($0, .responseVersion, .string, "1.0 or 1.1") }
        + ["shdr", "res.hdr"].map {
            .init(
                $0,
                .responseHeader,
                .string,
                "a value of a header",
                [.text, .integer],
                required: 1
            )
        } + [
            .init(
                "res.fhdr",
                .responseFullHeader,
                .string,
                "a whole line of a header",
                [.text, .integer],
                required: 1
            )
        ]
        + ["shdr_cnt", "res.hdr_cnt"].map {
            .init(
                $0,
                .responseHeaderCount,
                .integer,
                "how many values a header has",
                [.text],
                required: 0
            )
        } + [
            .init(
                "res.fhdr_cnt",
                .responseFullHeaderCount,
                .integer,
                "how many lines a header has",
                [.text],
                required: 0
            )
        ]
        + ["shdr_ip", "res.hdr_ip"].map {
            .init(
                $0,
                .responseHeaderAddress,
                .address,
                "an address in a header",
                [.text, .integer],
                required: 1
            )
        }
        + ["shdr_val", "res.hdr_val"].map {
            .init(
                $0,
                .responseHeaderInteger,
                .integer,
                "a number in a header",
                [.text, .integer],
                required: 1
            )
        }
        + ["scook", "res.cook"].map {
            .init($0, .responseCookie, .string, "a cookie that is set", [.text], required: 0)
        }
        + [
            .init(
                "res.cook_names",
                .responseCookieNames,
                .string,
                "the names of all cookies that are set",
                [.text],
                required: 0
            )
        ]
        + ["scook_cnt", "res.cook_cnt"].map {
            .init($0, .responseCookieCount, .integer, "how often it is set", [.text], required: 0)
        }
        + ["scook_val", "res.cook_val"].map {
            .init($0, .responseCookieInteger, .integer, "its number", [.text], required: 0)
        }
}
