import Stage
import Testing

/// A session resumes where it was made and nowhere else: a line of a list that asks for a client certificate is not
/// entered with what a line without one has handed out. `openssl s_client` keeps the sessions.
@Suite(.serialized) struct TLSResumptionTests {
    /// The name under which a client was served, if it was, and whether its session was taken up again.
    struct Visit: Equatable {
        let served: String?
        let isReused: Bool
    }

    private static func visit(
        _ name: String,
        port: UInt16,
        _ options: String,
        in folder: TemporaryFolder
    ) throws -> Visit {
        let request = "GET / HTTP/1.1\\r\\nHost: \(name)\\r\\nConnection: close\\r\\n\\r\\n"
        let result = try ChildProcess.run(
            .init(
                "/bin/bash",
                [
                    "-c",
                    "cd \(folder.path) && printf '\(request)' | timeout 10 openssl s_client "
                        + "-connect 127.0.0.1:\(port) -servername \(name) -ign_eof \(options)",
                ]
            )
        )
        return Visit(
            served: result.output.firstMatch(of: #/served ([^;]*);/#).map { String($0.1) },
            isReused: result.output.contains("Reused, TLS")
        )
    }

    private static func makeCertificates(in folder: TemporaryFolder) throws {
        for name in ["open", "closed"] {
            let made = try ChildProcess.run(
                .init(
                    "/bin/bash",
                    [
                        "-c",
                        "cd \(folder.path) && openssl req -x509 -newkey ec -pkeyopt "
                            + "ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=\(name).example "
                            + "-keyout \(name).key -out \(name).crt && "
                            + "cat \(name).crt \(name).key > \(name).pem",
                    ]
                )
            )
            try #require(made.status == 0, "\(made.errors)")
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a session from a line without client certificates opens no line with them`(
        _ version: String
    ) async throws {
        let port = try FreePorts.take(1)[0]
        let folder = try TemporaryFolder("resumption")
        defer { folder.remove() }
        try Self.makeCertificates(in: folder)
        try folder.write(
            """
            \(folder.path)/open.pem open.example
            \(folder.path)/closed.pem [verify required ca-file \(folder.path)/closed.crt] closed.example

            """,
            to: "list"
        )
        let proxy = try ProxyProcess(
            """
            global
                stats socket $DIR/stats.sock level admin
            defaults
                mode http
                timeout client 10s
                timeout server 10s
                timeout connect 10s
            frontend web
                bind 127.0.0.1:\(port) ssl crt-list \(folder.path)/list
                http-request return status 200 content-type text/plain lf-string "served %[ssl_fc_sni];"
            """,
            isFollowed: false
        )
        defer { proxy.stop() }
        try await proxy.waitUntilReady()
        func visit(_ name: String, _ options: String) throws -> Visit {
            try Self.visit(name, port: port, "\(version) \(options)", in: folder)
        }
        let first = try visit("open.example", "-sess_out session")
        #expect(first == Visit(served: "open.example", isReused: false))
        let again = try visit("open.example", "-sess_in session")
        #expect(again == Visit(served: "open.example", isReused: true))
        let elsewhere = try visit("closed.example", "-sess_in session")
        #expect(elsewhere == Visit(served: nil, isReused: false))
        let shown = try visit("closed.example", "-cert closed.crt -key closed.key")
        #expect(shown == Visit(served: "closed.example", isReused: false))
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a session of one process resumes in another that has the same keys of tickets`(
        _ version: String
    ) async throws {
        let ports = try FreePorts.take(2)
        let folder = try TemporaryFolder("tickets")
        defer { folder.remove() }
        try Self.makeCertificates(in: folder)
        let keys = ["QUFB", "QkJC", "Q0ND"].map { String(repeating: $0, count: 16) }
        try folder.write(keys.joined(separator: "\n"), to: "keys")
        let proxies = try ports.map { port in
            try ProxyProcess(
                """
                global
                    stats socket $DIR/stats.sock level admin
                defaults
                    mode http
                    timeout client 10s
                    timeout server 10s
                    timeout connect 10s
                frontend web
                    bind 127.0.0.1:\(port) ssl crt \(folder.path)/open.pem tls-ticket-keys \(folder.path)/keys
                    http-request return status 200 content-type text/plain lf-string "served %[ssl_fc_sni];"
                """,
                isFollowed: false
            )
        }
        defer { for proxy in proxies { proxy.stop() } }
        for proxy in proxies { try await proxy.waitUntilReady() }
        func visit(_ place: Int, _ options: String) throws -> Visit {
            try Self.visit(
                "open.example",
                port: ports[place],
                "\(version) \(options)",
                in: folder
            )
        }
        let first = try visit(0, "-sess_out session")
        #expect(first == Visit(served: "open.example", isReused: false))
        let elsewhere = try visit(1, "-sess_in session")
        #expect(elsewhere == Visit(served: "open.example", isReused: true))
    }
}
