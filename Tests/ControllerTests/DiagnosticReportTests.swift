import Desired
import Model
import Planning
import Simulation
import Testing

@testable import Controller

@Suite struct DiagnosticReportTests {
    private let text = """
        apiVersion: apus/v1
        kind: Backend
        metadata: {name: shop}
        spec:
          servers:
            shop-1: {address: "10.0.1.11:8080", wieght: 300}
            shop-1: 10.0.1.12:8080
            "\u{1b}[31mred": 10.0.1.13:8080
            long: {address: "10.0.1.14:8080", a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10, k: 11, l: 12}
        """

    private func at(_ line: Int, _ column: Int) -> Origin {
        Origin(file: "shop.yaml", line: line, column: column)
    }

    @Test(arguments: [80, 160])
    func `every mistake is shown with its line, a caret and what it belongs to`(columns: Int) {
        let loaded = LoadedState(
            revision: Fixture.revision,
            state: nil,
            diagnostics: [
                Diagnostic(
                    at: at(6, 41),
                    "unknown key \"wieght\"; did you mean weight?",
                    context: "in server shop-1 of backend shop"
                ),
                Diagnostic(at: at(7, 5), "server shop-1 is declared twice", related: at(6, 5)),
                Diagnostic(at: at(8, 5), "character '\u{1b}' is not permitted in a name"),
                Diagnostic(at: at(9, 108), "unknown key \"k\""),
                Diagnostic(
                    .warning,
                    at: Origin(file: "fleet.yaml", line: 3, column: 1),
                    "no proxies"
                ),
            ],
            texts: ["shop.yaml": text]
        )
        let lines = DiagnosticReport(loaded, columns: columns).lines.map(\.plain)
        #expect(lines.filter { $0.contains("│") }.allSatisfy { $0.count <= columns })
        let report = lines.joined(separator: "\n")
        #expect(Golden.difference(of: report, from: golden("diagnostics-\(columns).txt")) == nil)
    }

    @Test func `no mistakes need no words`() {
        let loaded = LoadedState(revision: Fixture.revision, state: nil, diagnostics: [])
        #expect(DiagnosticReport(loaded, columns: 80).lines.isEmpty)
    }
}
