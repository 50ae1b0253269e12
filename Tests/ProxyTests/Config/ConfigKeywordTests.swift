import FoundationEssentials
import Model
import Simulation
import Testing

@testable import Proxy

@Suite struct ConfigKeywordTests {
    @Test(arguments: ConfigKeyword.all)
    func `every keyword of the table is obeyed`(_ keyword: ConfigKeyword) {
        let isGlobal = keyword.place == .global
        let text = """
            global
             stats socket /x
            \(isGlobal ? " \(keyword.example)" : "")
            http-errors pages
             errorfile 503 /x.http
            listen l
             mode http
             bind :80
             server s1 10.0.0.1:80 check
            \(isGlobal ? "" : " \(keyword.example)")

            """
        let parsed = ConfigParser.parse(files: [("t.cfg", text)], environment: [:]) { _ in
            "HTTP/1.0 503 No\r\ncontent-length: 0\r\n\r\n"
        }
        let messages = parsed.diagnostics.filter { $0.severity == .error }.map(\.message)
        #expect(messages.isEmpty, "\(keyword.example)")
    }

    @Test func `each is there once`() {
        let names = ConfigKeyword.all.map { "\($0.place) \($0.name)" }
        #expect(Set(names).count == names.count)
        #expect(ConfigKeyword.all.count > 150)
    }

    @Test func `the README lists what there is`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let start = try #require(text.firstRange(of: "<!-- configuration -->\n"))
        let end = try #require(text.firstRange(of: "<!-- end of configuration -->"))
        let wanted =
            text[..<start.upperBound] + ConfigKeyword.markdownTable + text[end.lowerBound...]
        #expect(Golden.difference(of: String(wanted), from: file) == nil)
    }
}
