import FoundationEssentials
import NIOCore
import NIOPosix
import Testing

@testable import Controller

@Suite struct TriggerSocketTests {
    @Test func `a notification is heard and answered`() async throws {
        let folder = try TemporaryFolder()
        let inbox = Inbox<Trigger>()
        let socket = TriggerSocket(path: folder.path + "/t.sock") { inbox.add(.push) }
        let channel = try await socket.listen()
        #expect(await TriggerSocket.notify(socket.path))
        let taken = await inbox.take(within: .seconds(10), on: Uptime(ContinuousClock()))
        #expect(taken == [.push])
        try await channel.close()
    }

    @Test func `nobody there is told at once`() async throws {
        let folder = try TemporaryFolder()
        #expect(await TriggerSocket.notify(folder.path + "/nobody.sock") == false)
    }

    @Test func `a socket that a killed process left behind is replaced`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/t.sock"
        let first = try await TriggerSocket(path: path + "0") {}.listen()
        // Under another name its owner does not take it away.
        try FileManager.default.moveItem(atPath: path + "0", toPath: path)
        try await first.close()
        let second = try await TriggerSocket(path: path) {}.listen()
        #expect(await TriggerSocket.notify(path))
        try await second.close()
    }

    @Test func `a socket that somebody serves is left to them`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/t.sock"
        let first = try await TriggerSocket(path: path) {}.listen()
        let error = await #expect(throws: TriggerSocket.Unavailable.self) {
            _ = try await TriggerSocket(path: path) {}.listen()
        }
        #expect(error?.description.contains("--trigger") == true)
        #expect(await TriggerSocket.notify(path))
        try await first.close()
    }

    @Test func `a path that no socket can have is refused with advice`() async throws {
        let socket = TriggerSocket(path: "/tmp/" + String(repeating: "x", count: 120)) {}
        let error = await #expect(throws: TriggerSocket.Unavailable.self) {
            _ = try await socket.listen()
        }
        #expect(error?.description.contains("--trigger") == true)
    }

    @Test func `a client that never ends its line is cut off`() async throws {
        let folder = try TemporaryFolder()
        let inbox = Inbox<Trigger>()
        let socket = TriggerSocket(path: folder.path + "/t.sock") { inbox.add(.push) }
        let server = try await socket.listen()
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: socket.path).get()
        // May fail: the server closes as soon as it has seen too much.
        try? await client.writeAndFlush(ByteBuffer(repeating: 0x78, count: 8192))
        try await client.closeFuture.get()
        #expect(await inbox.take(within: .zero, on: Uptime(ContinuousClock())).isEmpty)
        try await server.close()
    }
}
