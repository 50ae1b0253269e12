import Fleet
import Model
import RuntimeAPI
import Simulation
import Testing

struct RuntimeClientTests {
    private func open(_ transport: ScriptedTransport) async throws(FleetError) -> RuntimeClient {
        try await RuntimeClient.open(
            FleetFixture.target(),
            over: transport,
            clock: SkippingClock(),
            limits: FleetLimits(),
            tried: "observing"
        )
    }

    @Test func `opening tells who is there`() async throws {
        let transport = ScriptedTransport { command, _ in
            guard command == "show info" else { return nil }
            return .reply(
                "Name: apus-proxy\nVersion: 3.2.0-apus\nFeatures: a,b\nPid: 9\nStart_time_sec: 4"
            )
        }
        let client = try await open(transport)
        #expect(client.incarnation == Incarnation(pid: 9, startTime: 4))
        #expect(client.capabilities.program == .apusProxy)
        #expect(client.capabilities.features == ["a", "b"])
        #expect(client.capabilities.hasInteractiveMode)
    }

    @Test func `what help lists counts more than the version`() async throws {
        let transport = ScriptedTransport { command, _ in
            guard command == "help" else { return nil }
            return .reply(
                """
                [6]: The following commands are valid at this level:
                  add backend <backend>     : add a new backend
                  begin [<delay>]           : collect changes
                  show info                 : report information
                  show state digest [-]     : digest of all changeable state
                  wait {-h|<delay_ms>}      : wait the specified delay
                """
            )
        }
        let capabilities = try await open(transport).capabilities
        #expect(capabilities.hasBackendCommands && capabilities.hasTransactions)
        #expect(capabilities.hasStateDigest && capabilities.hasWait)
        #expect(!capabilities.hasAgentCommands)
    }

    @Test func `commands of a batch travel together and replies come in their order`() async throws
    {
        let transport = ScriptedTransport { command, _ in
            command.hasPrefix("get weight") ? .reply(command) : nil
        }
        let client = try await open(transport)
        let servers = ["a", "b"].map { ServerReference(FleetFixture.path($0)) }
        let replies = await client.exchange(servers.map { (.getWeight($0), payload: nil) })
        #expect(replies.failure == nil)
        #expect(replies.answered.map(\.text) == ["get weight shop/a", "get weight shop/b"])
    }

    @Test func `replies before a failure are kept, and nothing is sent after it`() async throws {
        let transport = ScriptedTransport { command, _ in command == "show version" ? .hang : nil }
        let client = try await open(transport)
        let replies = await client.exchange([
            (.showBackend, payload: nil), (.showVersion, payload: nil),
            (.showBackend, payload: nil),
        ])
        #expect(replies.answered.count == 1)
        #expect(replies.failure?.cause == .hanging(.seconds(10)))
        let sent = transport.commands.count
        let later = await client.exchange([(.showBackend, payload: nil)])
        #expect(later.answered.isEmpty && later.failure?.cause == .hanging(.seconds(10)))
        #expect(transport.commands.count == sent)
    }

    @Test func `a proxy without a pid is not one`() async {
        let transport = ScriptedTransport { command, _ in
            command == "show info" ? .reply("Version: 2.6.0") : nil
        }
        do {
            _ = try await open(transport)
            Issue.record("opened")
        } catch {
            #expect(error.cause == .unreadable("`show info` names no pid or no version"))
        }
    }
}
