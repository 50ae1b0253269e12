import Foundation
import Testing

@testable import Proxy

@Suite struct LogSocketTests {
    /// A log server in another process that says when it listens, prints so many lines and ends, or ends when none
    /// comes for ten seconds.
    private final class Server {
        private let process = Process()
        private let output = Pipe()

        init(path: String, lines: Int) throws {
            let script = """
                use Socket; $| = 1; unlink "\(path)"; socket(S, PF_UNIX, SOCK_DGRAM, 0);
                setsockopt(S, SOL_SOCKET, SO_RCVTIMEO, pack("l!l!", 10, 0));
                bind(S, sockaddr_un("\(path)")) or die; print "ready\\n";
                for (1..\(lines)) { defined recv(S, $line, 2000, 0) or exit; print $line }
                """
            process.executableURL = URL(filePath: "/usr/bin/perl")
            process.arguments = ["-e", script]
            process.standardOutput = output
            try process.run()
            #expect(next(6) == "ready\n")
        }

        /// The next so many bytes that it prints.
        func next(_ count: Int) -> String {
            var bytes = Data()
            while bytes.count < count,
                let more = try? output.fileHandleForReading.read(upToCount: count - bytes.count),
                !more.isEmpty
            {
                bytes += more
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        func waitUntilItEnds() { process.waitUntilExit() }
    }

    @Test func `lines go out together, and a server that comes back is found again`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID()).sock").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = ByteSlice("one\ntwo\nthree\n")
        let socket = LogSocket(.unix(path))
        defer { socket.close() }
        #expect(socket.send([0..<4], of: text) == 0)
        let first = try Server(path: path, lines: 3)
        #expect(socket.send([0..<4, 4..<8, 8..<14], of: text) == 3)
        #expect(first.next(14) == "one\ntwo\nthree\n")
        first.waitUntilItEnds()
        #expect(socket.send([0..<4], of: text) == 0)
        let second = try Server(path: path, lines: 1)
        defer { second.waitUntilItEnds() }
        #expect(socket.send([4..<8], of: text) == 1)
        #expect(second.next(4) == "two\n")
    }
}
