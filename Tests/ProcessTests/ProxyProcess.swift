import Foundation
import Stage

/// `apus-proxy` or a peer with a configuration of the test's own, ended with the test.
final class ProxyProcess {
    let folder: TemporaryFolder
    let process: ChildProcess

    /// The Runtime API of the configuration that `start` completes.
    var socket: String { folder.path("stats.sock") }

    /// Starts `program` with the configuration; `$DIR` in it is the folder, `stats socket $DIR/stats.sock` is the
    /// test's to write. `file` are the last words, the name of the configuration in the folder behind them. A test
    /// that runs other programs meanwhile says that no process follows this one: see `command`.
    init(
        _ configuration: String,
        program: [String] = [Programs.apusProxy],
        _ options: [String] = [],
        file: (option: [String], name: String) = (["-f"], "proxy.cfg"),
        isFollowed: Bool = true
    ) throws {
        let folder = try TemporaryFolder("process")
        self.folder = folder
        try folder.write(
            configuration.replacing("$DIR", with: folder.path) + "\n",
            to: file.name
        )
        let words =
            program.map { $0.replacing("$DIR", with: folder.path) } + options + file.option
            + [folder.path(file.name)]
        var command =
            isFollowed ? Self.command(words) : .init(words[0], Array(words.dropFirst()))
        command.folder = folder.path
        process = try ChildProcess("proxy", command, logPath: folder.path("log"))
    }

    /// Starts a program without the descriptors Foundation lets it inherit: a process that follows it would keep
    /// them open, and Foundation would take the first for running. What it costs: Foundation takes the program for
    /// ended and waits for it, and hears of no other child's end meanwhile.
    static func command(_ words: [String]) -> ChildProcess.Command {
        let closing = """
            for path in /proc/self/fd/*; do
                n=${path##*/}; if [ "$n" -gt 2 ]; then eval "exec $n>&-"; fi
            done
            exec "$0" "$@"
            """
        return ChildProcess.Command("/bin/bash", ["-c", closing] + words)
    }

    var log: String { process.log }

    /// Waits until the Runtime API answers.
    func waitUntilReady() async throws {
        try await Deadline.wait(for: "answer of the proxy: \(process.log)") {
            (try? RuntimeConsole.ask("show info", socket: socket))?.contains("Pid:") == true
        }
    }

    /// One command, one answer.
    func ask(_ command: String) throws -> String {
        try RuntimeConsole.ask(command, socket: socket)
    }

    /// Ends it and removes the folder.
    func stop() {
        process.stop(within: .seconds(2))
        folder.remove()
    }
}
