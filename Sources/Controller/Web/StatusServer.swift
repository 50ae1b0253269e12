import FoundationEssentials
import Hummingbird
package import Logging
import ServiceLifecycle

/// `/healthz`, `/readyz`, `/metrics` and `/api/v1/status` over HTTP.
package struct StatusServer: Service {
    private let application: Application<RouterResponder<BasicRequestContext>>

    /// `onListening` hears the address once it is bound, e.g. `127.0.0.1:9480`.
    package init(
        board: StatusBoard,
        host: String,
        port: Int,
        logger: Logger,
        onListening: @escaping @Sendable (String) -> Void
    ) {
        application = Application(
            router: Self.router(board),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: "apus"
            ),
            onServerRunning: { channel in
                let address = channel.localAddress
                onListening("\(address?.ipAddress ?? host):\(address?.port ?? port)")
            },
            logger: logger
        )
    }

    /// Serves until graceful shutdown.
    package func run() async throws { try await application.run() }

    private static func router(_ board: StatusBoard) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("healthz") { _, _ in answer("ok\n") }
        router.get("readyz") { _, _ in
            board.isReady
                ? answer("ready\n")
                : answer(
                    "no pass has ended yet, or no revision is free of mistakes\n",
                    .serviceUnavailable
                )
        }
        router.get("metrics") { _, _ in
            answer(
                board.metrics,
                type: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            )
        }
        router.get("api/v1/status") { _, _ in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let text = String(decoding: try encoder.encode(board.status), as: UTF8.self)
            return answer(text + "\n", type: "application/json")
        }
        return router
    }

    private static func answer(
        _ text: String,
        _ status: HTTPResponse.Status = .ok,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
