import FoundationEssentials
import Simulation
import Stage

/// One script played to one freshly started HAProxy.
struct Recording {
    /// How the steps are sent.
    enum Mode: String {
        /// A connection a step, as with `socat`.
        case oneShot = "one-shot"
        /// One connection for all, in `prompt` mode.
        case prompt
    }

    /// The program did not do what was needed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let program: [String]
    /// The folder that holds `boot.cfg` and the map.
    let sources: String
    let mode: Mode

    /// `2.6` or `3.0`, from what `haproxy -v` says.
    static func release(of program: [String]) throws -> String {
        let command = ChildProcess.Command(program[0], Array(program.dropFirst()) + ["-v"])
        let output = try ChildProcess.run(command).output
        guard let version = output.split(separator: " ").dropFirst(2).first else {
            throw Failure(description: "\(program.joined(separator: " ")) -v says: \(output)")
        }
        return version.split(separator: ".").prefix(2).joined(separator: ".")
    }

    /// Compares `major.minor`; nothing is older than nothing.
    static func isOlder(_ release: String, than since: String) -> Bool {
        let (left, right) = (numbers(release), numbers(since))
        return left.lexicographicallyPrecedes(right)
    }

    private static func numbers(_ release: String) -> [Int] {
        release.split(separator: ".").map { Int($0) ?? 0 }
    }

    /// Starts the program, plays every step and stops it.
    func play(_ script: TranscriptScript) throws -> Transcript {
        let folder = try TemporaryFolder("transcript")
        defer { folder.remove() }
        for file in ["boot.cfg", "routes.map"] {
            try FileManager.default.copyItem(
                atPath: "\(sources)/\(file)",
                toPath: folder.path(file)
            )
        }
        let arguments = Array(program.dropFirst()) + ["-C", folder.path, "-f", "boot.cfg", "-db"]
        let command = ChildProcess.Command(program[0], arguments)
        let process = try ChildProcess("haproxy", command, logPath: folder.path("log"))
        defer { process.stop() }
        let socket = folder.path("admin.sock")
        try Self.awaitAnswer(on: socket, of: process)
        switch mode {
        case .oneShot: return Transcript(steps: try script.steps.map { try playAlone($0, socket) })
        case .prompt: return Transcript(steps: try playTogether(script.steps, socket))
        }
    }

    private static func awaitAnswer(on socket: String, of process: ChildProcess) throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline, process.isRunning {
            if let answer = try? RuntimeConsole.ask("show version", socket: socket), !answer.isEmpty
            {
                return
            }
        }
        throw Failure(description: "haproxy does not answer: \(process.log)")
    }

    private func playAlone(_ step: String, _ socket: String) throws -> Transcript.Step {
        var connection = try RecordedConnection(path: socket)
        try connection.send(step)
        let (received, isClosed) = connection.receive(quiet: 400)
        return Transcript.Step(sent: step, received: received, isClosed: isClosed)
    }

    private func playTogether(_ steps: [String], _ socket: String) throws -> [Transcript.Step] {
        var connection = try RecordedConnection(path: socket)
        return try (["prompt\n"] + steps).map { step in
            try connection.send(step)
            let (received, isClosed) = connection.receive(quiet: 100)
            return Transcript.Step(sent: step, received: received, isClosed: isClosed)
        }
    }
}
