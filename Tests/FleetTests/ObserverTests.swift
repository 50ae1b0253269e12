import Fleet
import Model
import Planning
import Simulation
import Testing

struct ObserverTests {
    private func observe(
        _ transport: ScriptedTransport,
        maps: [String] = []
    ) async throws(FleetError) -> ObservedProxy {
        let scope = ObservationScope(maps: maps.map { FleetFixture.map($0) })
        return try await Observer(transport: transport, clock: SimulatedClock())
            .observe(FleetFixture.target(), scope)
    }

    private func cause(_ transport: ScriptedTransport) async -> FleetError.Cause? {
        do {
            _ = try await observe(transport)
            return nil
        } catch {
            return error.cause
        }
    }

    @Test func `servers, limits, empty backends and maps are read on one connection`() async throws
    {
        let transport = ScriptedTransport { command, _ in
            switch command {
            case "show servers state":
                .reply(
                    Script.states([Script.row("web1", admin: 8, weight: 7, result: 3, checks: 6)])
                )
            case "show backend": .reply("# name\nshop\nempty")
            case "show map hosts.map": .reply("0x1 a.example shop\n0x2 b.example two words")
            case "show map other.map":
                .reply("[3]: Unknown map identifier. Please use #<id> or <file>.")
            case let text where text.hasPrefix("show stat"):
                .reply("# pxname,svname,scur,slim,bck,\nshop,web1,3,50,1,")
            default: nil
            }
        }
        let observed = try await observe(transport, maps: ["hosts.map", "other.map"])
        let server = observed.backends[FleetFixture.name("shop")]?.servers[
            FleetFixture.name("web1")
        ]
        #expect(server?.admin == .drain)
        #expect(server?.weight.value == 7)
        #expect(server?.maxconn == 50)
        #expect(server?.isBackup == true)
        #expect(server?.isChecked == true && server?.isCheckEnabled == true)
        #expect(server?.hasPassedCheck == true)
        #expect(server?.endpoint == Endpoint("10.0.0.1:80"))
        #expect(observed.backends[FleetFixture.name("empty")]?.servers == [:])
        #expect(observed.maps[FleetFixture.map("hosts.map")]?.entries.last?.value == "two words")
        #expect(observed.maps[FleetFixture.map("other.map")] == nil)
        #expect(observed.incarnation == Incarnation(pid: 7, startTime: 1))
        #expect(transport.connections == 1 && transport.closed >= 1)
    }

    @Test func `backends made at runtime show who made them and whether rules reach them`()
        async throws
    {
        let (shop, blog): (BackendName, BackendName) = (
            FleetFixture.name("shop"), FleetFixture.name("blog")
        )
        let guid = BackendIdentity.guid(of: blog, from: FleetFixture.name("http"))
        let transport = ScriptedTransport { command, _ in
            switch command {
            case "show info": .reply("Name: HAProxy\nVersion: 3.4.0\nPid: 7\nStart_time_sec: 1")
            case "show servers state": .reply(Script.states([Script.row("web1")]))
            case "show backend": .reply("# name\nshop\nblog")
            case "dump stats-file": .reply("#be guid,stot,\n\(guid),1,\n")
            case "show stat -1 4 -1":
                .reply("# pxname,svname,scur,slim,bck,status,\nshop,web1,3,50,1,UP,")
            case "show stat -1 2 -1":
                .reply(
                    "# pxname,svname,scur,slim,bck,status,\nshop,BACKEND,3,200,1,UP,\n"
                        + "blog,BACKEND,0,200,0,UP (UNPUB),"
                )
            default: nil
            }
        }
        let observed = try await observe(transport)
        #expect(observed.backends[blog]?.guid == guid)
        #expect(observed.backends[blog]?.isPublished == false)
        #expect(observed.backends[shop]?.guid == nil)
        #expect(observed.backends[shop]?.isPublished == true)
        #expect(observed.backends[shop]?.servers.count == 1)
    }

    @Test func `guids are found by the hash of the server's name`() async throws {
        let guid = ServerIdentity.guid(
            of: FleetFixture.path("web1"),
            attributes: ServerAttributes()
        )
        let transport = ScriptedTransport { command, _ in
            switch command {
            case "show info": .reply("Name: HAProxy\nVersion: 3.0.11\nPid: 7\nStart_time_sec: 1")
            case "show servers state":
                .reply(Script.states([Script.row("web1"), Script.row("web2")]))
            case "dump stats-file": .reply("#fe guid,stot,\n\n#be guid,stot,\n\(guid),1,\n")
            default: nil
            }
        }
        let observed = try await observe(transport)
        let servers = observed.backends[FleetFixture.name("shop")]?.servers
        #expect(servers?[FleetFixture.name("web1")]?.guid == guid)
        #expect(servers?[FleetFixture.name("web2")]?.guid == nil)
    }

    @Test(arguments: [
        (TransportError.absent, FleetError.Cause.absent),
        (.refused, .refused),
        (.permissionDenied, .permissionDenied),
        (.timedOut, .hanging(.seconds(3))),
    ])
    func `a proxy that cannot be reached is named with the cause`(
        error: TransportError,
        cause expected: FleetError.Cause
    ) async {
        #expect(await cause(ScriptedTransport(refusal: error)) == expected)
    }

    @Test func `a proxy that hangs meets the deadline`() async {
        let transport = ScriptedTransport { command, _ in command == "show info" ? .hang : nil }
        #expect(await cause(transport) == .hanging(.seconds(10)))
        #expect(transport.closed >= 1)
    }

    @Test func `a reply cut in the middle makes the whole unknown`() async {
        let transport = ScriptedTransport { command, _ in
            command == "show servers state" ? .cut("1\n# be_id be_na") : nil
        }
        #expect(await cause(transport) == .cut(answered: 0, sent: 3))
    }

    @Test func `something that is no Runtime API is not understood`() async {
        let transport = ScriptedTransport { command, _ in
            command == "prompt" ? .cut("HTTP/1.1 400 Bad Request\r\n\r\n") : nil
        }
        guard case .unreadable? = await cause(transport) else {
            Issue.record("understood")
            return
        }
    }

    @Test func `an old worker is not taken for the proxy`() async {
        let transport = ScriptedTransport { command, _ in
            command == "show info" ? .reply("Version: 2.6.1\nPid: 7\nStopping: 1") : nil
        }
        #expect(await cause(transport) == .stopping)
    }

    @Test func `a socket without the level says which line to change`() async {
        let transport = ScriptedTransport { command, _ in
            command == "show servers state" ? .reply("[3]: Permission denied") : nil
        }
        #expect(await cause(transport) == .wrongLevel(command: "show servers state"))
    }

    @Test func `an error says what was tried, where, and what to do`() async {
        do {
            _ = try await observe(ScriptedTransport(refusal: .absent))
        } catch {
            #expect(
                error.description == "lb1 (unix:run/lb1.sock): observing: there is no socket; "
                    + "is the proxy running with this `stats socket`?"
            )
        }
    }
}
