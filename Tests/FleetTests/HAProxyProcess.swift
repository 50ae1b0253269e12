import Fleet
import Foundation
import Model

/// A real HAProxy on unix sockets of its own, ended with the test.
final class HAProxyProcess: Sendable {
    /// The program under test: `HAPROXY_PROGRAM`, else the one of the distribution.
    static let program =
        ProcessInfo.processInfo.environment["HAPROXY_PROGRAM"] ?? "/usr/sbin/haproxy"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    let target: ProxyTarget
    /// A port on which the proxy itself answers checks.
    let originPort: UInt16
    private let process: Process
    private let folder: URL

    /// Starts with backends `shop` (empty) and `boot` (one server), and the map `hosts.map`.
    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("apus-fleet-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let socket = folder.appendingPathComponent("lb.sock").path
        target = FleetFixture.target(.unix(socket))
        try Data("old.example boot\n".utf8).write(to: folder.appendingPathComponent("hosts.map"))
        var generator = SystemRandomNumberGenerator()
        var started: (Process, UInt16)?
        for _ in 0..<5 where started == nil {
            let port = UInt16.random(in: 21_000...31_000, using: &generator)
            let file = folder.appendingPathComponent("haproxy.cfg")
            try Data(Self.configuration(socket: socket, folder: folder.path, port: port).utf8)
                .write(to: file)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Self.program)
            process.arguments = ["-db", "-f", file.path]
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let deadline = Date(timeIntervalSinceNow: 5)
            while process.isRunning, !FileManager.default.fileExists(atPath: socket),
                deadline.timeIntervalSinceNow > 0
            {
                Thread.sleep(forTimeInterval: 0.01)
            }
            if process.isRunning { started = (process, port) }
        }
        guard let started else { throw CocoaError(.executableLoad) }
        (process, originPort) = started
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
            http-request return status 200
        frontend public
            bind unix@\(folder)/public.sock
            use_backend %[req.hdr(host),lower,map(\(folder)/hosts.map)]
        backend shop
            balance roundrobin
        backend boot
            balance roundrobin
            server first 127.0.0.1:\(port) weight 3 check inter 100ms
        """ + "\n"
    }

    /// The map as the proxy names it.
    var map: PatternFileName { FleetFixture.map("\(folder.path)/hosts.map") }

    /// Ends the process and forgets its files.
    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
