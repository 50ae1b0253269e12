import Crypto
import FoundationEssentials
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// A TLS handshake as a client makes it, to see which certificate is really served.
struct WireProbe: Sendable {
    /// Where to connect.
    struct Place: Hashable, Sendable, CustomStringConvertible {
        let host: String
        let port: Int

        /// `HOST:PORT`, an IPv6 address in brackets; nil for anything else.
        init?(_ text: some StringProtocol) {
            guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
                let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
            else { return nil }
            let host = text[..<colon]
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
            self.host = String(isBracketed ? host.dropFirst().dropLast() : host[...])
            self.port = port
        }

        var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// A handshake that did not come about, in words.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// For connecting and shaking hands together.
    var limit = TimeAmount.seconds(5)

    /// SHA-1 of the leaf that is served to who asks for `name`, in upper-case hexadecimal digits.
    ///
    /// The handshake is completed, so the proxy has the key; whether a client would trust it is not asked.
    func sha1(at place: Place, servedTo name: String) async throws(Failure) -> String {
        do {
            let group = MultiThreadedEventLoopGroup.singleton
            var settings = TLSConfiguration.makeClientConfiguration()
            settings.certificateVerification = .noHostnameVerification
            let context = try NIOSSLContext(configuration: settings)
            let promise = group.next().makePromise(of: String.self)
            let bootstrap = ClientBootstrap(group: group).connectTimeout(limit)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let witness = HandshakeWitness(promise)
                        try channel.pipeline.syncOperations.addHandlers(
                            try NIOSSLClientHandler(
                                context: context,
                                serverHostname: name,
                                customVerificationCallback: { chain, verdict in
                                    let leaf = try? chain.first?.toDERBytes()
                                    let digits = Insecure.SHA1.hash(data: leaf ?? [])
                                        .map { String(Int($0) + 0x100, radix: 16).dropFirst() }
                                    witness.saw(digits.joined().uppercased())
                                    verdict.succeed(.certificateVerified)
                                }
                            ),
                            witness
                        )
                    }
                }
            let channel: any Channel
            do {
                channel = try await bootstrap.connect(host: place.host, port: place.port).get()
            } catch {
                // Nobody else keeps the promise of a channel that never was.
                promise.fail(error)
                throw error
            }
            channel.eventLoop.scheduleTask(in: limit) {
                promise.fail(Failure(description: "no handshake in time"))
            }
            let sha1: String
            do {
                sha1 = try await promise.futureResult.get()
            } catch {
                try? await channel.close()
                throw error
            }
            try? await channel.close()
            return sha1
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "\(place): \(error)")
        }
    }
}

/// Keeps what a handshake showed until it is completed, and only then tells of it.
private final class HandshakeWitness: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<String>
    private var sha1 = ""

    init(_ promise: EventLoopPromise<String>) { self.promise = promise }

    /// The leaf that the other side showed.
    func saw(_ sha1: String) { self.sha1 = sha1 }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            promise.succeed(sha1)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(
            WireProbe.Failure(description: "the connection ended before the handshake did")
        )
        context.fireChannelInactive()
    }
}
