package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Requests to authorities over HTTPS; the only place of this room that knows a network.
package enum AsyncHTTPFetch {
    /// Larger answers are not an authority's.
    private static let bodyLimit = 1 << 20

    /// A client that trusts the system's authorities, or only those of a PEM file; to be shut down by its owner.
    package static func makeClient(trusting file: String? = nil) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file { tls.trustRoots = .file(file) }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(30))
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Requests through this client, each at most a minute long.
    package static func fetch(with client: HTTPClient) -> ACMEFetch {
        { request in
            var message = HTTPClientRequest(url: request.url)
            message.method = HTTPMethod(rawValue: request.method.rawValue)
            message.headers.add(name: "user-agent", value: "apus/0.1.0")
            if request.method == .post {
                message.headers.add(name: "content-type", value: "application/jose+json")
                message.body = .bytes(ByteBuffer(bytes: request.body))
            }
            let answer = try await client.execute(message, timeout: .seconds(60))
            let body = try await answer.body.collect(upTo: bodyLimit)
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
