import Foundation
import Stage

/// A repository that declares one backend on many proxies, and the proxies.
final class FleetStage {
    private let folder: TemporaryFolder
    private let home: String
    private let repository: GitWorktree
    private let count: Int
    private var child: ChildProcess?
    private var asked = 0
    private let pretended: PretendFleet?
    /// The newest commit.
    private(set) var head = ""

    var bare: String { repository.bare }

    /// Only a repository, for one proxy.
    init(folder: TemporaryFolder, proxies: Int = 1, pretended: PretendFleet? = nil) throws {
        self.folder = folder
        self.pretended = pretended
        count = proxies
        home = "fleet-\(UUID().uuidString.prefix(6))"
        try folder.folder("\(home)/run")
        repository = try GitWorktree(
            path: folder.path("\(home)/tree"),
            bare: folder.path("\(home)/fleet.git")
        )
        try folder.folder("\(home)/tree/boot")
        try folder.folder("\(home)/tree/backends")
        try folder.write(Self.boot, to: "\(home)/tree/boot/app.cfg")
    }

    /// Starts proxies of this kind; nil is one real apus-proxy.
    convenience init(
        _ folder: TemporaryFolder,
        _ program: PretendProxy.Program?,
        proxies: Int,
        _ servers: Int
    ) async throws {
        let sockets = try folder.folder("s\(UUID().uuidString.prefix(4))")
        let fleet = PretendFleet(
            program ?? .apusProxy,
            folder: sockets,
            proxies: proxies,
            servers: servers
        )
        try self.init(folder: folder, proxies: proxies, pretended: fleet)
        var command = ChildProcess.Command("\(Programs.folder)/apus-bench", fleet.arguments)
        if program == nil {
            try folder.write(Self.boot, to: "\(home)/app.cfg")
            command = ChildProcess.Command(
                Programs.apusProxy,
                ["-f", folder.path("\(home)/app.cfg")]
            )
            command.environment = ["SOCKET": fleet.socket(0)]
        }
        let child = try ChildProcess(
            "proxies",
            command,
            logPath: folder.path("\(home)/proxies.log")
        )
        self.child = child
        let last = fleet.socket(proxies - 1)
        try await Deadline.wait(for: "answer of the proxies: \(child.log)", within: .seconds(30)) {
            (try? RuntimeConsole.ask("show info", socket: last))?.contains("Pid:") == true
        }
    }

    func stop() { child?.stop() }

    /// Commits this many servers.
    func declare(servers: Int) throws {
        let proxies = (0..<count).map { number in
            "    - {name: lb\(number), runtime: \"unix:\(pretended?.socket(number) ?? "run/lb.sock")\"}\n"
        }
        try folder.write(
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: edge}
            spec:
              boot: boot/app.cfg
              rollout: {maxParallel: 64}
              proxies:

            """ + proxies.joined(),
            to: "\(home)/tree/fleet.yaml"
        )
        // In files of a size that people would write.
        var text = """
            apiVersion: apus/v1
            kind: Backend
            metadata: {name: \(PretendProxy.backend)}
            spec:
              fleets: {matchNames: [edge]}
              server: {weight: 100}
              servers:

            """
        for number in 0..<servers {
            text += "    s\(number): \(PretendProxy.host(number)):8080\n"
        }
        try folder.write(text, to: "\(home)/tree/backends/app.yaml")
        head = try repository.commit("Declare \(servers) servers")
        try repository.push()
    }

    /// Runs `apus`, which must succeed and say these words.
    func cost(of arguments: [String], says words: String) throws -> ProcessMeter.Cost {
        let cost = try ProcessMeter.cost(
            of: command(arguments),
            logPath: folder.path("\(home)/measured.log")
        )
        guard cost.status == 0, cost.output.contains(words) else {
            throw BenchFailure(
                "apus \(arguments[0]) ended with status \(cost.status): \(cost.output.suffix(800))"
            )
        }
        return cost
    }

    /// CPU of `apus run` in a stretch of time after its first pass, and the passes in it.
    ///
    /// With an interval below that of heartbeats every connection is one of a pass.
    func watch(every interval: String, for time: Duration) async throws -> (
        cpuSeconds: Double, passes: Int
    ) {
        let arguments = [
            "run", bare, "--listen", "127.0.0.1:0", "--drift-interval", interval, "--interval",
            "1h",
        ]
        let controller = try ChildProcess(
            "apus run",
            command(arguments),
            logPath: folder.path("\(home)/run.log")
        )
        defer { controller.stop() }
        try await Deadline.wait(for: "first pass: \(controller.log)", within: .seconds(60)) {
            controller.log.contains("fleet converged")
        }
        try await Task.sleep(for: .seconds(2))
        let (before, first) = (ProcessMeter.cpuTime(of: controller.pid), try connections())
        try await Task.sleep(for: time)
        let cpu = ProcessMeter.cpuTime(of: controller.pid) - before
        return (Double(cpu) / 1e9, try connections() - first)
    }

    /// Seconds from a revision that was read to a proxy that runs it, as `apus run` logs them.
    func converge() async throws -> Double {
        let controller = try ChildProcess(
            "apus run",
            command(["run", bare, "--listen", "127.0.0.1:0"]),
            logPath: folder.path("\(home)/run.log")
        )
        defer { controller.stop() }
        try await Deadline.wait(for: "the fleet: \(controller.log)", within: .seconds(60)) {
            controller.log.contains("proxy converged")
        }
        let times = ["revision seen", "proxy converged"].map { words in
            let line = controller.log.split(separator: "\n").first { $0.contains(words) } ?? ""
            let parts = line.prefix(12).split(separator: ":").map { Double($0) ?? 0 }
            return parts.reduce(0) { $0 * 60 + $1 }
        }
        return times[1] - times[0]
    }

    /// Connections to a proxy, ours not counted.
    private func connections() throws -> Int {
        guard let pretended else { return 0 }
        asked += 1
        let info = try RuntimeConsole.ask("show info", socket: pretended.socket(0))
        let line = info.split(separator: "\n").first { $0.hasPrefix("CumConns: ") }
        return (line.flatMap { Int($0.dropFirst(10)) } ?? 0) - asked
    }

    private func command(_ arguments: [String]) -> ChildProcess.Command {
        var command = ChildProcess.Command(Programs.apus, arguments)
        command.environment = ["XDG_STATE_HOME": folder.path("\(home)/state"), "NO_COLOR": "1"]
        return command
    }

    private static let boot = """
        global
            stats socket "${SOCKET}" mode 600 level admin
            stats timeout 60s
        defaults
            mode http
            timeout connect 2s
            timeout client 30s
            timeout server 30s
        backend \(PretendProxy.backend)
            balance roundrobin

        """
}
