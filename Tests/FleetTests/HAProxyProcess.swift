import Fleet
import Foundation
import Model
import Planning
import Simulation
import Stage

/// A real HAProxy on unix sockets of its own, ended with the test.
final class HAProxyProcess: Sendable {
    /// A HAProxy on this machine.
    struct Program: Hashable, Sendable, CustomStringConvertible {
        let description: String
        /// What starts it.
        let words: [String]
    }

    /// The one of the distribution (2.6 on Debian 12), and those that `HAPROXY_28` and `HAPROXY_30` start.
    static let programs: [Program] = [
        ("haproxy", nil), ("haproxy-2.8", "HAPROXY_28"), ("haproxy-3.0", "HAPROXY_30"),
    ].compactMap { name, variable in
        Programs.find(name, variable: variable).map { Program(description: name, words: $0) }
    }

    static var isInstalled: Bool { !programs.isEmpty }

    let program: Program

    let target: ProxyTarget
    /// A port on which the proxy itself answers checks.
    let originPort: UInt16
    private let process: Process
    let folder: URL

    private init(
        _ program: Program,
        target: ProxyTarget,
        originPort: UInt16,
        process: Process,
        folder: URL
    ) {
        self.program = program
        self.target = target
        self.originPort = originPort
        self.process = process
        self.folder = folder
    }

    /// Starts with backends `shop` (empty) and `boot` (one server), and the map `hosts.map`.
    ///
    /// `adding` puts files into the folder and gives further sections.
    static func start(
        _ program: Program = programs[0],
        adding: (_ folder: URL) throws -> String = { _ in "" }
    ) async throws -> HAProxyProcess {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("apus-fleet-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("old.example boot\n".utf8).write(to: folder.appendingPathComponent("hosts.map"))
        try Data("192.0.2.1\n".utf8).write(to: folder.appendingPathComponent("bad.acl"))
        let socket = folder.appendingPathComponent("lb.sock").path
        let sections = try adding(folder)
        var generator = Seed(UInt64(folder.path.hashValue.magnitude)).generator
        for _ in 0..<5 {
            let port = UInt16.random(in: 21_000...31_000, using: &generator)
            if let process = try await launch(
                program,
                folder,
                socket: socket,
                port: port,
                sections
            ) {
                return HAProxyProcess(
                    program,
                    target: FleetFixture.target(.unix(socket)),
                    originPort: port,
                    process: process,
                    folder: folder
                )
            }
        }
        throw CocoaError(.executableLoad)
    }

    /// Nil when the port was taken.
    private static func launch(
        _ program: Program,
        _ folder: URL,
        socket: String,
        port: UInt16,
        _ sections: String = ""
    ) async throws -> Process? {
        let file = folder.appendingPathComponent("haproxy.cfg")
        let text = configuration(socket: socket, folder: folder.path, port: port) + sections
        try Data(text.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program.words[0])
        process.arguments = program.words.dropFirst() + ["-db", "-f", file.path]
        // The map `hosts.map` is found beside the file.
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let clock = ContinuousClock()
        let start = clock.now
        while process.isRunning, clock.now - start < .seconds(5) {
            // The socket is there before the ports are bound; only an answer tells that all went well.
            let answer = try? await Observer(transport: SocketTransport(), clock: clock)
                .observe(FleetFixture.target(.unix(socket)), ObservationScope(maps: []))
            if answer != nil { return process }
            try await clock.sleep(for: .milliseconds(5))
        }
        process.terminate()
        return nil
    }

    private static func configuration(socket: String, folder: String, port: UInt16) -> String {
        """
        global
            stats socket \(socket) level admin
        defaults
            mode http
            timeout connect 1s
            timeout client 5s
            timeout server 5s
        frontend origin
            bind 127.0.0.1:\(port)
            bind 127.0.0.2:\(port)
            bind 127.0.0.3:\(port)
            bind 127.0.0.4:\(port)
            bind 127.0.0.101:\(port)
            bind 127.0.0.102:\(port)
            bind 127.0.0.103:\(port)
            bind 127.0.0.104:\(port)
            http-request return status 200
        frontend public
            bind unix@\(folder)/public.sock
            http-request deny if { src -f \(folder)/bad.acl }
            use_backend %[req.hdr(host),lower,map(\(folder)/hosts.map)]
        frontend to-shop
            bind unix@\(folder)/shop.sock
            default_backend shop
        frontend to-blog
            bind unix@\(folder)/blog.sock
            use_backend %[str(blog),map(hosts.map)] if { always_false }
            default_backend blog
        backend blog
            balance roundrobin
        backend shop
            balance roundrobin
        backend boot
            balance roundrobin
            server first 127.0.0.1:\(port) weight 3 check inter 100ms
        """ + "\n"
    }

    /// The ACL file as the proxy names it; it holds 192.0.2.1.
    var list: PatternFileName { FleetFixture.map("\(folder.path)/bad.acl") }

    /// The map as the proxy names it.
    var map: PatternFileName { FleetFixture.map("\(folder.path)/hosts.map") }

    /// The same configuration in a new process: everything done at runtime is lost.
    func restarted() async throws -> HAProxyProcess {
        process.terminate()
        process.waitUntilExit()
        guard case .unix(let socket) = target.runtime,
            let process = try await Self.launch(program, folder, socket: socket, port: originPort)
        else { throw CocoaError(.executableLoad) }
        return HAProxyProcess(
            program,
            target: target,
            originPort: originPort,
            process: process,
            folder: folder
        )
    }

    /// Ends the process and forgets its files.
    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
