import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Requests to authorities over HTTPS; the only place of this room that knows a network.
package struct HTTPSFetch: Sendable {
    /// Larger answers are not an authority's.
    private static let bodyLimit = 1 << 20

    private let client: HTTPClient

    /// Trusts the system's authorities, or only those of a PEM file; has to be shut down.
    package init(trusting file: String? = nil) {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file { tls.trustRoots = .file(file) }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(30))
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Lends requests, each at most a minute long, and closes every connection when the body is done.
    package func closing<Value: Sendable>(
        _ body: (@escaping ACMEFetch) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(fetch))
        } catch {
            result = .failure(error)
        }
        try await shutdown()
        return try result.get()
    }

    /// Closes every connection; to be called once, when nothing is sent any more.
    package func shutdown() async throws { try await client.shutdown() }

    /// Sends one request.
    package var fetch: ACMEFetch {
        let client = client
        return { request in
            var message = HTTPClientRequest(url: request.url)
            message.method = HTTPMethod(rawValue: request.method.rawValue)
            message.headers.add(name: "user-agent", value: "apus/0.1.0")
            if request.method == .post {
                message.headers.add(name: "content-type", value: "application/jose+json")
                message.body = .bytes(ByteBuffer(bytes: request.body))
            }
            let answer = try await client.execute(message, timeout: .seconds(60))
            let body = try await answer.body.collect(upTo: Self.bodyLimit)
            var fields: [String: String] = [:]
            for (name, value) in answer.headers {
                let name = name.lowercased()
                fields[name] = fields[name].map { "\($0), \(value)" } ?? value
            }
            return ACMEResponse(
                status: Int(answer.status.code),
                fields: fields,
                body: Array(body.readableBytesView)
            )
        }
    }
}
