import Fleet
import Foundation
import Model
import Testing

struct SocketTransportTests {
    private let transport = SocketTransport()

    private func failure(_ address: RuntimeAddress) async -> TransportError? {
        do {
            let connection = try await transport.connect(to: address, within: .seconds(2))
            await connection.close()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a path without a socket is absent`() async {
        #expect(await failure(.unix("/nonexistent/lb.sock")) == .absent)
    }

    @Test func `a file that is no socket refuses`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(await failure(.unix(file.path)) == .refused)
    }

    @Test func `a port nobody listens on refuses`() async {
        #expect(await failure(.tcp(host: "127.0.0.1", port: 1)) == .refused)
    }

    @Test func `a name that does not resolve says so`() async {
        guard case .failed? = await failure(.tcp(host: "no-such-host.invalid", port: 9_999)) else {
            Issue.record("resolved")
            return
        }
    }
}
