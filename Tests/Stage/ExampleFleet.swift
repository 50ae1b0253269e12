import Foundation

/// The fleet of `examples/` on this machine: its origins, its proxies, its repository, and `apus run`.
///
/// Everything lies in one temporary folder and listens on ports the kernel chose; `close` leaves nothing.
package final class ExampleFleet {
    /// Which program serves as the proxy.
    package struct ProxyProgram: Sendable, CustomStringConvertible {
        package let name: String
        /// The program and the arguments before `-f`.
        package let words: [String]

        package init(name: String, words: [String]) {
            self.name = name
            self.words = words
        }

        package static var apusProxy: ProxyProgram {
            ProxyProgram(name: "apus-proxy", words: [Programs.apusProxy])
        }
        package var description: String { name }
    }

    /// One proxy of the fleet.
    package struct Proxy {
        package let name: String
        package let port: UInt16
        package let socket: String
        package var process: ChildProcess
    }

    package let folder: TemporaryFolder
    package let traffic: Traffic
    package let repository: GitWorktree
    package let program: ProxyProgram
    package private(set) var proxies: [Proxy] = []
    package private(set) var controller: ChildProcess?
    package var stateFolder: String { folder.path("state") }
    /// Where the proxies run: boot file, maps and sockets.
    package var edge: String { folder.path("edge") }

    /// Lays the files out and starts the origins; proxies and controller wait to be started.
    package init(_ purpose: String, program: ProxyProgram = .apusProxy, traffic plan: TrafficPlan)
        throws
    {
        folder = try TemporaryFolder(purpose)
        self.program = program
        traffic = try Traffic(plan)
        let files = FileManager.default
        try files.copyItem(atPath: "\(Programs.top)/examples", toPath: folder.path("edge"))
        try folder.folder("edge/run")
        repository = try GitWorktree(path: folder.path("work"), bare: folder.path("fleet.git"))
        for name in try files.contentsOfDirectory(atPath: "\(Programs.top)/examples") {
            try files.copyItem(
                atPath: "\(Programs.top)/examples/\(name)",
                toPath: folder.path("work/\(name)")
            )
        }
        for name in ["shop", "cache"] { try rewritePorts(in: "work/backends/\(name).yaml") }
    }

    /// Names of the origins that `examples/` and the demo's pushes use, with the ports written there.
    package static let origins: [(name: String, examplePort: Int)] =
        (1...6).map { ("shop-\($0)", 29_000 + $0) } + (1...5).map { ("cache-\($0)", 29_010 + $0) }

    /// The address of an origin, as a server line has it.
    package func address(of origin: String) -> String {
        let port = traffic.plan.origins.first { $0.name == origin }?.port ?? 0
        return "127.0.0.1:\(port)"
    }

    private func rewritePorts(in name: String) throws {
        var text = folder.read(name)
        for origin in Self.origins {
            text = text.replacing("127.0.0.1:\(origin.examplePort)", with: address(of: origin.name))
        }
        try folder.write(text, to: name)
    }

    /// Starts one proxy a name and waits until its socket answers.
    package func startProxies(_ names: [String] = ["lb1", "lb2", "lb3"]) async throws {
        let ports = try FreePorts.take(names.count)
        for (name, port) in zip(names, ports) {
            let socket = "\(edge)/run/\(name).sock"
            proxies.append(
                Proxy(name: name, port: port, socket: socket, process: try launch(name, port))
            )
        }
        for index in proxies.indices { try await waitForSocket(index) }
    }

    /// Starts a proxy again that has ended, on the same port and socket.
    package func restartProxy(_ index: Int) async throws {
        proxies[index].process = try launch(proxies[index].name, proxies[index].port)
        try await waitForSocket(index)
    }

    private func launch(_ name: String, _ port: UInt16) throws -> ChildProcess {
        var command = ChildProcess.Command(
            program.words[0],
            program.words.dropFirst() + ["-f", "boot/edge.cfg"]
        )
        command.folder = edge
        command.environment = ["APUS_SOCKET": "run/\(name).sock", "APUS_PORT": String(port)]
        return try ChildProcess(name, command, logPath: folder.path("\(name).log"))
    }

    private func waitForSocket(_ index: Int) async throws {
        let proxy = proxies[index]
        try await Deadline.wait(for: "answer of \(proxy.name) (\(program)): \(proxy.process.log)") {
            guard proxy.process.isRunning else {
                throw Died(name: proxy.name, log: proxy.process.log)
            }
            return (try? RuntimeConsole.ask("show info", socket: proxy.socket))?.contains("Pid:")
                == true
        }
    }

    /// A program that ended although it should run.
    package struct Died: Error, CustomStringConvertible {
        let name: String
        let log: String

        package var description: String { "\(name) ended by itself; it said:\n\(log)" }
    }

    /// Starts `apus run` on the bare repository.
    package func startController(_ options: [String] = []) throws {
        controller = try ChildProcess(
            "apus run",
            command(
                ["run", repository.bare, "--listen", "127.0.0.1:0", "--log-format", "json"]
                    + options
            ),
            logPath: folder.path("apus.log")
        )
    }

    /// Ends `apus run`, which finishes what it has begun.
    package func stopController() {
        controller?.stop()
        controller = nil
    }

    /// Runs `apus` with these arguments to its end.
    @discardableResult
    package func apus(_ arguments: String...) throws -> ChildProcess.Result {
        try apus(arguments: arguments)
    }

    /// Runs `apus` with these arguments to its end.
    package func apus(arguments: [String]) throws -> ChildProcess.Result {
        try ChildProcess.run(command(arguments))
    }

    /// Starts `apus` with these arguments; the caller ends it.
    package func startApus(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess("apus", command(arguments), logPath: folder.path("watch.log"))
    }

    private func command(_ arguments: [String]) -> ChildProcess.Command {
        var command = ChildProcess.Command(Programs.apus, arguments)
        command.folder = edge
        command.environment = ["XDG_STATE_HOME": stateFolder, "NO_COLOR": "1", "COLUMNS": "76"]
        return command
    }

    /// What each proxy runs.
    package func views() throws -> [ProxyView] {
        try proxies.map {
            try ProxyView(socket: $0.socket, maps: ["maps/hosts.map", "maps/apus.map"])
        }
    }

    /// Ends everything and removes the folder; idempotent.
    package func close() {
        traffic.stop()
        controller?.stop()
        for proxy in proxies { proxy.process.stop(within: .milliseconds(500)) }
        folder.remove()
    }
}
