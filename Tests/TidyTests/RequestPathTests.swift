import Foundation
import Testing

/// Rule 9: the request path of the release build counts no reference and allocates no object.
///
/// Disassembles the program that `RELEASE_PROXY` names; `make check` builds and names it.
struct RequestPathTests {
    private static let program = ProcessInfo.processInfo.environment["RELEASE_PROXY"]

    /// Types whose every function runs for requests.
    private static let types = [
        "Worker", "RequestParser", "ResponseParser", "FieldParser", "HeadSerializer",
        "BodyTransfer",
        "LoadBalancer", "ConsistentHash", "Router", "HashKey", "BodyFraming", "ByteQueue",
        "TimerWheel", "ErrorReply",
    ]

    /// What the runtime is called for when a reference is counted, an object made or a global set up.
    private static let calls = [
        "swift_retain", "swift_release", "swift_once", "swift_allocObject", "swift_bridgeObject",
    ]

    /// Functions of those types that run at the start, at the end, when the control thread says so, or, as
    /// `handOver`, only while a client of another worker waits for a server's place, and, as `tellErrors`, only
    /// when a server has had `error-limit` errors in a row. `sendListChanges` runs once a turn, where rules changed
    /// a map or a list: what goes to the control thread is an object.
    private static let seldom = [
        "deinit", "init(number:", "readMail", "rebuild", "drain()", "closeAll()",
        "shutdownSessions",
        "handOver(", "tellErrors(", "sendListChanges(", "answer(", "capture(", "server(of:",
        "describe(", "isMeant(",
        "isOverdue(", "side(", "text(of:",
    ]

    @Test(
        .enabled(
            if: program != nil,
            "RELEASE_PROXY names no release build; `make check` does this"
        )
    )
    func `no function of the request path retains, releases or allocates`() throws {
        let program = try #require(Self.program)
        let found = try Self.offences(
            in: Self.run("objdump", ["-d", "--no-show-raw-insn", program])
        )
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    @Test func `a call is charged to the function it stands in`() throws {
        let text = """
            0000000000001000 <$s5Proxy6WorkerV3runyyF>:
                1004: call 2000 <swift_retain@plt>
            0000000000001100 <$s5Proxy13ControlThreadV3runyyF>:
                1104: call 2000 <swift_retain@plt>
            """
        #expect(try Self.offences(in: text) == ["Worker.run() calls swift_retain"])
    }

    private static func offences(in disassembly: String) throws -> [String] {
        var function: Substring = ""
        var found: [(symbol: Substring, call: String)] = []
        for line in disassembly.split(separator: "\n") {
            if line.hasSuffix(">:"), let open = line.firstIndex(of: "<") {
                function = line[line.index(after: open)...].dropLast(2)
            } else if line.contains("<swift_"), let call = calls.first(where: line.contains),
                function.hasPrefix("$s5Proxy")
            {
                found.append((function, call))
            }
        }
        guard !found.isEmpty else { return [] }
        let symbols = found.map { String($0.symbol) }
        let names = try run("swift", ["demangle", "--simplified", "--compact"] + symbols)
            .split(separator: "\n").map(String.init)
        let lines = zip(names, found).compactMap { name, call in
            isOnRequestPath(name) ? "\(name) calls \(call.call)" : nil
        }
        return Set(lines).sorted()
    }

    /// Copies and destructions that the compiler writes for whole types run only with those types' owners.
    private static func isOnRequestPath(_ name: String) -> Bool {
        let isMember = types.contains { name.contains("\($0).") }
        return isMember && !seldom.contains(where: name.contains)
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
