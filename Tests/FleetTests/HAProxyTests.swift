import Fleet
import Model
import Planning
import Testing

/// Observes, plans and applies on a real HAProxy; skipped where none is installed.
@Suite(.enabled(if: HAProxyProcess.isInstalled, "haproxy is not installed"))
struct HAProxyTests {
    private let transport = SocketTransport()
    private let clock = ContinuousClock()

    private func server(
        _ name: String,
        _ proxy: HAProxyProcess,
        host: String = "127.0.0.1",
        _ change: (inout DesiredServer) -> Void = { _ in }
    ) -> DesiredServer {
        var attributes = ServerAttributes()
        attributes[.check] = .flag
        attributes[.inter] = .duration(Milliseconds(100))
        attributes[.rise] = .integer(1)
        attributes[.weight] = .integer(10)
        var server = DesiredServer(
            name: FleetFixture.name(name),
            endpoint: FleetFixture.endpoint("\(host):\(proxy.originPort)"),
            attributes: attributes,
            origin: FleetFixture.origin
        )
        change(&server)
        return server
    }

    private func fleet(
        _ servers: [DesiredServer],
        _ proxy: HAProxyProcess,
        entries: [(String, String)] = []
    ) -> DesiredFleet {
        let shop = DesiredBackend(
            name: FleetFixture.name("shop"),
            document: "shop",
            servers: servers,
            origin: FleetFixture.origin
        )
        var map = DesiredMap(
            name: proxy.map,
            entries: entries.map {
                DesiredMapEntry(key: $0.0, value: $0.1, origin: FleetFixture.origin)
            },
            origin: FleetFixture.origin
        )
        map.unmanaged = .remove
        var fleet = DesiredFleet(
            name: FleetFixture.name("edge"),
            proxies: [proxy.target],
            backends: [shop],
            maps: [map],
            origin: FleetFixture.origin
        )
        fleet.removal.grace = Milliseconds(0)
        return fleet
    }

    /// One pass; what was planned, once it is confirmed that a second plan is empty.
    private func converge(_ fleet: DesiredFleet, _ proxy: HAProxyProcess) async throws -> [Change] {
        let observer = Observer(transport: transport, clock: clock)
        let scope = ObservationScope(fleet)
        let observed = try await observer.observe(proxy.target, scope)
        let plan = Planner.planProxy(fleet, observed: observed)
        let outcome = await Applier(transport: transport, clock: clock).apply(
            plan,
            to: proxy.target
        )
        #expect(outcome.ending == .complete, "\(outcome.results.filter { $0.result != .done })")
        let after = try await observer.observe(proxy.target, scope)
        #expect(Planner.planProxy(fleet, observed: after).steps.map(\.change) == [])
        return plan.steps.map(\.change)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `lists and limits converge, and back`(program: HAProxyProcess.Program) async throws {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        var fleet = fleet([], proxy)
        func pattern(_ text: String) -> DesiredPattern {
            DesiredPattern(text, origin: FleetFixture.origin)
        }
        func limit(_ target: LimitTarget, _ value: Int) -> DesiredLimit {
            DesiredLimit(target, value, origin: FleetFixture.origin)
        }
        var acl = DesiredAcl(
            name: proxy.list,
            patterns: [pattern("198.51.100.0/24"), pattern("192.0.2.9")],
            origin: FleetFixture.origin
        )
        let frontend = LimitTarget.frontendMaxconn(FleetFixture.name("public"))
        fleet.acls = [acl]
        fleet.limits = [
            limit(.globalMaxconn, 20), limit(frontend, 30), limit(.rate(.connections), 100),
            limit(.rate(.sessions), 200), limit(.rate(.sslSessions), 300),
            limit(.rate(.httpCompression), 400),
        ]
        let first = try await converge(fleet, proxy)
        #expect(first.count { $0.list != nil } == 2)
        #expect(first.count { $0.limit != nil } == 6)
        #expect(try await converge(fleet, proxy) == [])
        acl.unmanaged = .remove
        acl.patterns = [pattern("192.0.2.9")]
        fleet.acls = [acl]
        fleet.limits = [limit(.rate(.sessions), 0), limit(frontend, 31)]
        #expect(
            try await converge(fleet, proxy).map { "\($0)" }.sorted()
                == [
                    Change.deletePattern(proxy.list, "192.0.2.1"),
                    .deletePattern(proxy.list, "198.51.100.0/24"),
                    .setLimit(frontend, from: 30, to: 31),
                    .setLimit(.rate(.sessions), from: 200, to: 0),
                ].map { "\($0)" }.sorted()
        )
        fleet.acls = [
            DesiredAcl(
                name: FleetFixture.map("none.acl"),
                patterns: [],
                origin: FleetFixture.origin
            )
        ]
        fleet.limits = [limit(.frontendMaxconn(FleetFixture.name("none")), 1)]
        let observed = try await Observer(transport: transport, clock: clock)
            .observe(proxy.target, ObservationScope(fleet))
        let plan = Planner.planProxy(fleet, observed: observed)
        #expect(plan.steps.isEmpty)
        #expect(plan.remarks.count { $0.kind == .needsRestart } == 2)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `a fleet's life converges at every turn and leaves nothing to do`(
        program: HAProxyProcess.Program
    ) async throws {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        let first = fleet(
            [server("web1", proxy), server("web2", proxy) { $0.attributes[.check] = nil }],
            proxy,
            entries: [("shop.example.com", "shop")]
        )
        #expect(!(try await converge(first, proxy)).isEmpty)
        #expect(try await converge(first, proxy) == [])
        // In place: weight, maxconn, state, address of a checked and of an unchecked server.
        let second = fleet(
            [
                server("web1", proxy, host: "127.0.0.2") { $0.attributes[.weight] = .integer(5) },
                server("web2", proxy, host: "127.0.0.2") {
                    $0.attributes[.check] = nil
                    $0.attributes[.maxconn] = .integer(7)
                },
                server("web3", proxy) { $0.state = .drain },
            ],
            proxy,
            entries: [("shop.example.com", "boot"), ("new.example.com", "shop")]
        )
        let changes = try await converge(second, proxy)
        #expect(!changes.contains { if case .deleteServer = $0 { true } else { false } })
        // Replaced for an attribute, and the others removed.
        let third = fleet(
            [server("web1", proxy, host: "127.0.0.2") { $0.attributes[.fall] = .integer(7) }],
            proxy
        )
        let last = try await converge(third, proxy)
        #expect(last.count { if case .deleteServer = $0 { true } else { false } } == 3)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `a server that never comes up is not made ready`(program: HAProxyProcess.Program)
        async throws
    {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        let dead = server("dead", proxy) { server in
            server.attributes[.inter] = .duration(Milliseconds(10))
            server.endpoint = FleetFixture.endpoint("127.0.0.1:1")
        }
        var plan = Planner.planProxy(
            fleet([dead], proxy, entries: [("old.example", "boot")]),
            observed: try await Observer(transport: transport, clock: clock)
                .observe(proxy.target, ObservationScope(fleet([dead], proxy)))
        )
        plan.steps = plan.steps.map { step in
            guard case .awaitUp(let path, _) = step.change else { return step }
            let change = Change.awaitUp(path, within: Milliseconds(300))
            return Step(id: step.id, change: change, origin: step.origin, after: step.after)
        }
        let outcome = await Applier(transport: transport, clock: clock).apply(
            plan,
            to: proxy.target
        )
        #expect(outcome.ending == .partial)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `what it can do is read from what it says`(program: HAProxyProcess.Program) async throws {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        let observed = try await Observer(transport: transport, clock: clock)
            .observe(proxy.target, ObservationScope(maps: []))
        let capabilities = observed.capabilities
        #expect(capabilities.program == .haproxy)
        #expect(capabilities.commands?.contains(.enableAgent) == true)
        #expect(capabilities.hasWait == (capabilities.version >= ProxyVersion(3, 0)))
        #expect(!capabilities.hasStateDigest && !capabilities.hasTransactions)
        #expect(!capabilities.hasBackendCommands)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `the agent check of an added server runs`(program: HAProxyProcess.Program) async throws {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        let wanted = fleet(
            [
                server("web1", proxy) { server in
                    server.attributes[.agentCheck] = .flag
                    server.attributes[.agentPort] = .integer(Int(proxy.originPort))
                }
            ],
            proxy
        )
        let changes = try await converge(wanted, proxy)
        #expect(changes.contains(.enableAgent(FleetFixture.path("web1"))))
    }

    @Test(arguments: HAProxyProcess.programs)
    func `a drift by hand is found and repaired`(program: HAProxyProcess.Program) async throws {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        let wanted = fleet([server("web1", proxy)], proxy, entries: [("a.example", "shop")])
        _ = try await converge(wanted, proxy)
        let other = fleet(
            [server("web1", proxy) { $0.attributes[.weight] = .integer(99) }],
            proxy,
            entries: [("a.example", "boot")]
        )
        _ = try await converge(other, proxy)
        #expect(try await converge(wanted, proxy).count == 2)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `a surge replaces a server while its stand-in serves`(program: HAProxyProcess.Program)
        async throws
    {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        _ = try await converge(fleet([server("web1", proxy)], proxy), proxy)
        var wanted = fleet([server("web1", proxy) { $0.attributes[.fall] = .integer(9) }], proxy)
        wanted.backends[0].replacement = .surge
        wanted.backends[0].minCapacity = 100
        let changes = try await converge(wanted, proxy)
        #expect(changes.count { if case .deleteServer = $0 { true } else { false } } == 2)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `a thousand servers come and go in batches larger than the proxy's buffer`(
        program: HAProxyProcess.Program
    ) async throws {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        let servers = (1000..<2000).map { number in
            server("web\(number)", proxy) { $0.attributes[.check] = nil }
        }
        let entries = (0..<500).map { ("host\($0).example.com", "shop") }
        #expect(try await converge(fleet(servers, proxy, entries: entries), proxy).count > 2000)
        let removal = try await converge(fleet([], proxy), proxy)
        #expect(removal.count { if case .deleteServer = $0 { true } else { false } } == 1000)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `a server whose replacement is refused goes on serving`(program: HAProxyProcess.Program)
        async throws
    {
        let proxy = try await HAProxyProcess.start(program)
        defer { proxy.stop() }
        _ = try await converge(fleet([server("web1", proxy)], proxy), proxy)
        let wanted = fleet(
            [
                server("web1", proxy) { server in
                    server.attributes[.ssl] = .flag
                    server.attributes[.verify] = .word("required")
                    server.attributes[.caFile] = .word("/nonexistent/ca.pem")
                }
            ],
            proxy
        )
        let observer = Observer(transport: transport, clock: clock)
        let before = try await observer.observe(proxy.target, ObservationScope(wanted))
        let plan = Planner.planProxy(wanted, observed: before)
        let outcome = await Applier(transport: transport, clock: clock).apply(
            plan,
            to: proxy.target
        )
        #expect(outcome.ending == .partial)
        let after = try await observer.observe(proxy.target, ObservationScope(wanted))
        let servers = after.backends[FleetFixture.name("shop")]?.servers
        #expect(servers?.count == 1)
        #expect(servers?[FleetFixture.name("web1")]?.isServing == true)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `a restarted proxy is given everything again`(program: HAProxyProcess.Program) async throws
    {
        let first = try await HAProxyProcess.start(program)
        let wanted = fleet([server("web1", first)], first, entries: [("a.example", "shop")])
        let changes = try await converge(wanted, first)
        let observer = Observer(transport: transport, clock: clock)
        let before = try await observer.observe(first.target, ObservationScope(wanted))
        let second = try await first.restarted()
        defer { second.stop() }
        let after = try await observer.observe(second.target, ObservationScope(wanted))
        #expect(after.incarnation != before.incarnation)
        #expect(try await converge(wanted, second) == changes)
    }

    @Test(arguments: HAProxyProcess.programs)
    func `no proxy at the address is told from one that refuses`(program: HAProxyProcess.Program)
        async throws
    {
        let proxy = try await HAProxyProcess.start(program)
        proxy.stop()
        let observer = Observer(transport: transport, clock: clock)
        do {
            _ = try await observer.observe(proxy.target, ObservationScope(maps: []))
            Issue.record("observed")
        } catch {
            #expect(error.cause == .absent)
        }
        let closed = FleetFixture.target(.tcp(host: "127.0.0.1", port: 1))
        do {
            _ = try await observer.observe(closed, ObservationScope(maps: []))
            Issue.record("observed")
        } catch {
            #expect(error.cause == .refused)
        }
    }
}
