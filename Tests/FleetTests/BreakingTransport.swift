import Fleet
import Model
import Synchronization

/// Breaks the connection at one of the sends, before it or after it: a controller killed there leaves the same.
final class BreakingTransport: RuntimeTransport {
    private let base: any RuntimeTransport
    private let point: Int
    private let reaches: Bool
    private let count = Mutex(0)

    /// The `point`th send, counted from 1, is the last; with `reaches` the proxy still gets it.
    init(_ base: any RuntimeTransport, at point: Int, reaches: Bool) {
        self.base = base
        self.point = point
        self.reaches = reaches
    }

    /// The point was come to.
    var hasBroken: Bool { count.withLock { $0 } >= point }

    func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection {
        BreakingConnection(try await base.connect(to: address, within: limit), self)
    }

    fileprivate enum Turn { case pass, last, broken }

    fileprivate func turn() -> Turn {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return number < point ? .pass : number == point && reaches ? .last : .broken
    }
}

private final class BreakingConnection: RuntimeConnection {
    private let base: any RuntimeConnection
    private let transport: BreakingTransport

    init(_ base: any RuntimeConnection, _ transport: BreakingTransport) {
        self.base = base
        self.transport = transport
    }

    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
        switch transport.turn() {
        case .pass: try await base.send(bytes, within: limit)
        case .last:
            try await base.send(bytes, within: limit)
            // Only when the proxy has answered is it certain that it has carried it out.
            _ = try await base.receive(within: limit)
            throw .reset
        case .broken: throw .reset
        }
    }

    func receive(within limit: Duration) async throws(TransportError) -> [UInt8] {
        try await base.receive(within: limit)
    }

    func close() async { await base.close() }
}
