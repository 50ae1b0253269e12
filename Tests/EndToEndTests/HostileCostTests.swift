import Foundation
import Stage
import Testing

/// A file of one mebibyte made to be expensive, and what becomes of it.
struct HostileFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String

    static let size = 1 << 20

    init(_ name: String, repeating piece: String, after head: String = "") {
        testDescription = name
        let count = (Self.size - head.utf8.count) / max(1, piece.utf8.count)
        text = head + String(repeating: piece, count: count)
    }

    init(_ name: String, after head: String = "", _ line: (Int) -> String) {
        testDescription = name
        var text = head
        var number = 0
        while true {
            let next = line(number)
            guard text.utf8.count + next.utf8.count <= Self.size else { break }
            text += next
            number += 1
        }
        self.text = text
    }

    private static let backend =
        "apiVersion: apus/v1\nkind: Backend\nmetadata: {name: b}\nspec:\n  fleets: {matchNames: [f]}\n"

    private static let policy =
        "apiVersion: apus/v1\nkind: Policy\nmetadata: {name: p}\nspec:\n  enforcement: deny\n  validations:\n"

    private static func document(_ kind: String, _ number: Int, _ spec: String) -> String {
        "apiVersion: apus/v1\nkind: \(kind)\nmetadata: {name: n\(number), labels: {a: b}}\nspec: {\(spec)}\n---\n"
    }

    static let all: [HostileFile] = [
        HostileFile("brackets", repeating: "["), HostileFile("braces", repeating: "{"),
        HostileFile("braces and keys", repeating: "{a: "),
        HostileFile("dashes", repeating: "- "), HostileFile("question marks", repeating: "? "),
        HostileFile("one plain scalar", repeating: "a"),
        HostileFile("one quoted scalar", repeating: "\\x41", after: "a: \""),
        HostileFile("one key", repeating: "k", after: "\""),
        HostileFile("comments", repeating: "#\n"), HostileFile("empty lines", repeating: "\n"),
        HostileFile("empty documents", repeating: "---\n"),
        HostileFile("tiny documents", repeating: "a: 1\n---\n"),
        HostileFile("tags", repeating: "- !!python/object:os.system x\n"),
        HostileFile("aliases", repeating: "- *a\n", after: "- &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"),
        HostileFile("anchors") { "- &a\($0) x\n" },
        HostileFile("equal keys", repeating: "k: v\n"),
        HostileFile("different keys") { "k\($0): v\n" },
        HostileFile("control characters", repeating: "\u{7}"),
        HostileFile("tabs", repeating: "\t"),
        HostileFile("unknown keys", after: backend + "  server:\n") { "    wieght\($0): 1\n" },
        HostileFile("servers without sense", after: backend + "  servers:\n") { "    \($0): x\n" },
        HostileFile("servers with mistakes", after: backend + "  servers:\n") {
            "    s\($0): {adress: 1, wieght: x}\n"
        },
        HostileFile(
            "equal servers",
            repeating: "    s: 10.0.0.1:80\n",
            after: backend + "  servers:\n"
        ),
        HostileFile("globs", after: backend.replacing("[f]", with: "[")) { _ in
            "\"*a*a*a*a*a*a*ab\", "
        },
        HostileFile("many fleets") {
            document("Fleet", $0, "proxies: [{name: p, runtime: \"unix:/\($0)\"}]")
        },
        HostileFile("fleets times backends") {
            $0 < 400
                ? document("Fleet", $0, "proxies: [{name: p, runtime: \"unix:/\($0)\"}]")
                : document("Backend", $0, "fleets: {matchLabels: {a: b}}, servers: {}")
        },
        HostileFile("expressions", after: policy) {
            "    - expression: \"backends.all(b, b.removed.size() < \($0))\"\n"
        },
        HostileFile("expressions with mistakes", after: policy) {
            "    - expression: \"bakends.all(b, c\($0))\"\n"
        },
        HostileFile("backends without fleet") {
            document("Backend", $0, "fleets: {matchLabels: {a: b}}, servers: {}, inherit: x")
        },
    ]
}

/// One mebibyte of anything costs at most a second and 64 MiB, and is refused in words.
@Suite(.tags(.endToEnd), .serialized) struct HostileCostTests {
    /// A debug build checks every bound and inlines nothing.
    #if DEBUG
        private static let seconds = 8.0
        private static let mebibytes = 160
    #else
        private static let seconds = 1.0
        private static let mebibytes = 64
    #endif

    @Test(.timeLimit(.minutes(2)), arguments: HostileFile.all)
    func `it is refused, soon and in little memory`(file: HostileFile) throws {
        let folder = try TemporaryFolder("hostile")
        defer { folder.remove() }
        #expect(file.text.utf8.count <= HostileFile.size)
        try folder.folder("repo")
        try folder.write(file.text, to: "repo/x.yaml")
        let command = ChildProcess.Command(
            Programs.apus,
            ["check", folder.path("repo"), "--worktree"]
        )
        let cost = try ProcessMeter.cost(of: command, logPath: folder.path("log"))
        #expect(cost.cpuSeconds <= Self.seconds, "\(file.testDescription)")
        #expect(
            cost.peakBytes <= Self.mebibytes << 20,
            "\(file.testDescription): \(cost.peakBytes >> 20) MiB"
        )
        #expect(cost.output.utf8.count < 200_000)
        if cost.status != 0 {
            #expect(cost.output.contains("x.yaml:"), "\(cost.output.prefix(500))")
        }
    }
}
