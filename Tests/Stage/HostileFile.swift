/// A file of one mebibyte made to be expensive, and what becomes of it.
package struct HostileFile: Sendable, CustomStringConvertible {
    package let name: String
    package let text: String

    package var description: String { name }

    package static let size = 1 << 20

    init(_ name: String, repeating piece: String, after head: String = "") {
        self.name = name
        let count = (Self.size - head.utf8.count) / max(1, piece.utf8.count)
        text = head + String(repeating: piece, count: count)
    }

    init(_ name: String, after head: String = "", _ line: (Int) -> String) {
        self.name = name
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

    package static let all: [HostileFile] = [
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
