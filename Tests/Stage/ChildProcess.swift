import Foundation
import Proxy

/// A program that runs beside us: its output goes to a file, and it is stopped before we leave.
package final class ChildProcess: Sendable {
    /// How to start it.
    package struct Command: Sendable {
        package let program: String
        package var arguments: [String]
        package var environment: [String: String] = [:]
        package var folder: String?

        package init(_ program: String, _ arguments: [String] = []) {
            self.program = program
            self.arguments = arguments
        }
    }

    /// What became of a program that ended.
    package struct Result: Sendable {
        package let status: Int32
        package let output: String
        package let errors: String
    }

    package let name: String
    package let logPath: String
    nonisolated private let process: Process

    package var pid: Int32 { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }
    /// Its exit status; only after it ended.
    package var exitStatus: Int32 { process.terminationStatus }
    /// What it printed so far, both streams.
    package var log: String {
        String(decoding: FileManager.default.contents(atPath: logPath) ?? Data(), as: UTF8.self)
    }

    /// Starts the command; both streams go to the file at `logPath`.
    package init(_ name: String, _ command: Command, logPath: String) throws {
        self.name = name
        self.logPath = logPath
        process = Self.prepare(command)
        try Data().write(to: URL(filePath: logPath))
        let log = try FileHandle(forWritingTo: URL(filePath: logPath))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
        try log.close()
    }

    /// Asks it to end and waits, at most `limit`; then kills it.
    package func stop(within limit: Duration = .seconds(3)) {
        guard process.isRunning else { return }
        process.terminate()
        waitForEnd(within: limit)
        if process.isRunning { kill() }
    }

    /// Not `waitUntilExit`: Foundation sometimes never learns that a child ended which has children of its own.
    private func waitForEnd(within limit: Duration) {
        let start = ContinuousClock.now
        while process.isRunning, ContinuousClock.now - start < limit {
            Thread.sleep(forTimeInterval: 0.005)
        }
    }

    /// Ends it without asking (SIGKILL).
    package func kill() {
        signal("KILL")
        waitForEnd(within: .seconds(3))
    }

    /// Sends a signal by name, such as `STOP` or `CONT`.
    package func signal(_ name: String) {
        let known: [String: SystemProcess.Signal] = [
            "USR1": .drain, "USR2": .replace, "TERM": .stop, "KILL": .kill, "STOP": .suspend,
            "CONT": .resume,
        ]
        guard let signal = known[name] else { preconditionFailure("no signal is called \(name)") }
        // Not by a process of its own: Foundation learns of no end while it waits for another's.
        SystemProcess.send(signal, to: Int(pid))
    }

    /// Runs a command to its end and returns what it printed.
    @discardableResult
    package static func run(_ command: Command) throws -> Result {
        let process = prepare(command)
        let folder = try TemporaryFolder("run")
        defer { folder.remove() }
        var handles: [FileHandle] = []
        for name in ["output", "errors"] {
            try folder.write("", to: name)
            handles.append(try FileHandle(forWritingTo: URL(filePath: folder.path(name))))
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: folder.read("output"),
            errors: folder.read("errors")
        )
    }

    private static func prepare(_ command: Command) -> Process {
        let process = Process()
        let isPath = command.program.contains("/")
        process.executableURL = URL(filePath: isPath ? command.program : "/usr/bin/env")
        process.arguments = isPath ? command.arguments : [command.program] + command.arguments
        process.environment = ProcessInfo.processInfo.environment.merging(command.environment) {
            $1
        }
        if let folder = command.folder { process.currentDirectoryURL = URL(filePath: folder) }
        return process
    }
}
