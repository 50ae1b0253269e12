import Foundation
import Stage
import Testing

/// One process follows another, and no client notices.
struct ReplacementTests {
    /// How many times a process is replaced; the README's number comes from 100.
    static let rounds =
        ProcessInfo.processInfo.environment["APUS_REPLACEMENTS"].flatMap { Int($0) } ?? 4

    private static func configuration(port: UInt16, origins: [UInt16], global: String = "")
        -> String
    {
        let servers = origins.enumerated().map { "    server s\($0) 127.0.0.1:\($1)" }
        return """
            global
                stats socket $DIR/stats.sock level admin expose-fd listeners
                nbthread 2
            \(global)
            defaults
                mode http
                timeout client 10s
                timeout server 10s
                timeout connect 10s
            listen edge
                bind 127.0.0.1:\(port)
                balance roundrobin
            \(servers.joined(separator: "\n"))
            """
    }

    /// Origins and clients at a steady rate, half of them with a connection for each request.
    private static func traffic(closing: Bool) throws -> Traffic {
        var plan = TrafficPlan()
        plan.origins = [TrafficPlan.Origin(name: "a"), TrafficPlan.Origin(name: "b")]
        plan.rate = 400
        plan.connections = 8
        plan.closesConnections = closing
        return try Traffic(plan)
    }

    private func pid(_ proxy: ProxyProcess) throws -> Int {
        let line = try proxy.ask("show info").split(separator: "\n").first { $0.hasPrefix("Pid: ") }
        return try #require(line.flatMap { Int($0.dropFirst(5)) })
    }

    private static func isAlive(_ pid: Int) -> Bool { kill(pid_t(pid), 0) == 0 }

    @Test(.timeLimit(.minutes(3)), arguments: [false, true])
    func `SIGUSR2 replaces the process and loses no request`(closing: Bool) async throws {
        let traffic = try Self.traffic(closing: closing)
        defer { traffic.stop() }
        let port = try FreePorts.take(1)[0]
        let proxy = try ProxyProcess(
            Self.configuration(port: port, origins: traffic.originPorts),
            ["-p", "/dev/null"]
        )
        var current = Int(proxy.process.pid)
        defer {
            kill(pid_t(current), SIGTERM)
            proxy.stop()
        }
        try await proxy.waitUntilReady()
        traffic.send(to: [port])
        for round in 0..<Self.rounds {
            let before = traffic.report.completed
            kill(pid_t(current), SIGUSR2)
            try await Deadline.wait(for: "successor \(round): \(proxy.process.log)") {
                (try? pid(proxy)).map { $0 != current } == true
            }
            let next = try pid(proxy)
            let previous = current
            current = next
            try await Deadline.wait(for: "end of the process before, round \(round)") {
                round == 0 ? !proxy.process.isRunning : !Self.isAlive(previous)
            }
            try await Deadline.wait(for: "traffic") { traffic.report.completed > before + 50 }
        }
        #expect(traffic.report.failures == [:])
        #expect(traffic.report.failed == 0)
    }

    @Test func `-x and -sf take the sockets over from a process named by its socket`() async throws
    {
        let traffic = try Self.traffic(closing: true)
        defer { traffic.stop() }
        let port = try FreePorts.take(1)[0]
        let first = try ProxyProcess(Self.configuration(port: port, origins: traffic.originPorts))
        defer { first.stop() }
        try await first.waitUntilReady()
        traffic.send(to: [port])
        let second = try ProxyProcess(
            Self.configuration(port: port, origins: traffic.originPorts),
            ["-x", first.socket, "-sf", "\(first.process.pid)"]
        )
        defer { second.stop() }
        try await second.waitUntilReady()
        try await Deadline.wait(for: "end of the first") { !first.process.isRunning }
        let before = traffic.report.completed
        try await Deadline.wait(for: "traffic") { traffic.report.completed > before + 50 }
        #expect(traffic.report.failures == [:])
        #expect(first.process.exitStatus == 0)
    }

    @Test(
        .enabled(if: Programs.find("haproxy") != nil, "no haproxy in PATH: `make setup`"),
        arguments: [false, true]
    )
    func `the sockets pass between HAProxy and apus-proxy both ways`(ourselvesFirst: Bool)
        async throws
    {
        let traffic = try Self.traffic(closing: true)
        defer { traffic.stop() }
        let port = try FreePorts.take(1)[0]
        let haproxy = try #require(Programs.find("haproxy")) + ["-db"]
        let programs =
            ourselvesFirst ? [[Programs.apusProxy], haproxy] : [haproxy, [Programs.apusProxy]]
        let text = Self.configuration(port: port, origins: traffic.originPorts)
        let first = try ProxyProcess(text, program: programs[0])
        defer { first.stop() }
        try await first.waitUntilReady()
        traffic.send(to: [port])
        let second = try ProxyProcess(
            text,
            program: programs[1],
            ["-x", first.socket, "-sf", "\(first.process.pid)"]
        )
        defer { second.stop() }
        try await second.waitUntilReady()
        try await Deadline.wait(for: "end of the first: \(second.process.log)") {
            !first.process.isRunning
        }
        let before = traffic.report.completed
        try await Deadline.wait(for: "traffic") { traffic.report.completed > before + 50 }
        #expect(traffic.report.failures == [:])
    }

    @Test func `a master replaces its worker and answers on its own command line`() async throws {
        let traffic = try Self.traffic(closing: false)
        defer { traffic.stop() }
        let port = try FreePorts.take(1)[0]
        let folder = try TemporaryFolder("master")
        defer { folder.remove() }
        let socket = folder.path("master.sock")
        let proxy = try ProxyProcess(
            Self.configuration(port: port, origins: traffic.originPorts),
            ["-W", "-S", socket, "-p", folder.path("pid")]
        )
        defer { proxy.stop() }
        try await proxy.waitUntilReady()
        traffic.send(to: [port])
        let first = try pid(proxy)
        #expect(first != Int(proxy.process.pid))
        try await Deadline.wait(for: "pidfile") {
            folder.read("pid") == "\(proxy.process.pid)\n"
        }
        #expect(try RuntimeConsole.ask("@1 show info", socket: socket).contains("Pid: \(first)\n"))
        #expect(try RuntimeConsole.ask("reload", socket: socket).hasPrefix("Success=1"))
        let second = try pid(proxy)
        #expect(second != first)
        try await Deadline.wait(for: "end of the first worker") {
            let shown = try RuntimeConsole.ask("show proc", socket: socket)
            return shown.contains("\(second) ") && !shown.contains("\(first) ")
        }
        proxy.process.signal("USR2")
        try await Deadline.wait(for: "third worker") { try pid(proxy) != second }
        #expect(traffic.report.failures == [:])
        proxy.process.stop()
        #expect(proxy.process.exitStatus == 0)
        #expect(!Self.isAlive(second))
    }

    @Test func `a worker that cannot start changes nothing`() async throws {
        let folder = try TemporaryFolder("master")
        defer { folder.remove() }
        let socket = folder.path("master.sock")
        let port = try FreePorts.take(1)[0]
        let proxy = try ProxyProcess(
            Self.configuration(port: port, origins: [port]),
            ["-W", "-S", socket]
        )
        defer { proxy.stop() }
        try await proxy.waitUntilReady()
        let first = try pid(proxy)
        try proxy.folder.write("global\n nonsense\n", to: "proxy.cfg")
        #expect(try RuntimeConsole.ask("reload", socket: socket).hasPrefix("Success=0"))
        #expect(try pid(proxy) == first)
    }

    @Test func `-D returns when the process serves, and says why when it cannot`() async throws {
        let folder = try TemporaryFolder("daemon")
        defer { folder.remove() }
        let port = try FreePorts.take(1)[0]
        try folder.write(
            Self.configuration(port: port, origins: [port]).replacing("$DIR", with: folder.path)
                + "\n",
            to: "proxy.cfg"
        )
        let arguments = ["-D", "-p", folder.path("pid"), "-f", folder.path("proxy.cfg")]
        let started = try ChildProcess.run(
            ProxyProcess.command([Programs.apusProxy] + arguments)
        )
        #expect(started.status == 0)
        let pid = try #require(Int(folder.read("pid").dropLast()))
        defer { kill(pid_t(pid), SIGKILL) }
        let socket = folder.path("stats.sock")
        #expect(try RuntimeConsole.ask("show info", socket: socket).contains("Pid: \(pid)\n"))
        kill(pid_t(pid), SIGUSR1)
        try await Deadline.wait(for: "end after a soft stop") { !Self.isAlive(pid) }
        #expect(folder.read("pid") == "")
        try folder.write(
            "global\n daemon\nfrontend f\n bind /no/such/folder/x\n mode http\n",
            to: "bad.cfg"
        )
        let failed = try ChildProcess.run(
            .init(Programs.apusProxy, ["-f", folder.path("bad.cfg")])
        )
        #expect(failed.status == 1)
        #expect(failed.errors.contains("/no/such/folder/x"))
    }
}
