import BootConfig
import Model
import Testing

@testable import Desired

@Suite struct DefaultServerReaderTests {
    private func read(_ text: String) -> (command: String, warnings: [String]) {
        let words = ["default-server"] + text.split(separator: " ").map(String.init)
        let origin = Origin(file: "edge.cfg", line: 7, column: 1)
        var reader = DefaultServerReader(line: BootLine(words: words, origin: origin))
        var attributes = ServerAttributes()
        reader.apply(to: &attributes)
        return (attributes.command, reader.diagnostics.map(\.message))
    }

    @Test func `keywords become attributes`() {
        #expect(
            read("check inter 2000 rise 2 sni str(x) ssl verify none").command
                == "check inter 2s rise 2 sni str(x) ssl verify none"
        )
    }

    @Test func `a flag that is taken back is gone`() {
        #expect(read("check ssl no-ssl no-check").command == "")
    }

    @Test func `keywords without a dynamic form are skipped with their words`() {
        let result = read(
            "resolvers dns init-addr last,libc,none check resolve-opts weight weight 3"
        )
        #expect(result.command == "check weight 3")
        #expect(
            result.warnings == [
                "default-server resolvers has no form for servers added at runtime: it needs a restart",
                "default-server init-addr has no form for servers added at runtime: it needs a restart",
                "default-server resolve-opts has no form for servers added at runtime: it needs a restart",
            ]
        )
    }

    @Test func `values that cannot be read are named`() {
        let result = read("inter 2x weight 999 maxconn")
        #expect(result.command == "")
        #expect(
            result.warnings == [
                "default-server inter has a value Apus cannot read: \"2x\"",
                "default-server weight has a value Apus cannot read: \"999\"",
                "default-server maxconn has no value",
            ]
        )
    }
}
