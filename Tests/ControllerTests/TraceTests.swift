import Desired
import Foundation
import Model
import Simulation
import Testing

@testable import Controller

@Suite struct TraceTests {
    private let fleet = PretendFleet(["lb1", "lb2"])
    private let transcript = Transcript()

    private var trace: Trace {
        Trace(
            fleet: "edge",
            proxy: "lb1",
            server: "shop/shop-3",
            revision: "962da96e57a13ab1ef5f5bcbd4cbf0d4c3a1f6a1",
            live: Trace.Live(
                address: "10.0.0.13:8080",
                state: "ready",
                health: "up",
                weight: 10,
                id: 481_516,
                sessions: 3,
                guid: nil
            ),
            declared: Trace.Declaration(
                origin: Origin(file: "backends/shop.yaml", line: 12, column: 5),
                document: "Backend shop",
                attributes: "check inter 100ms maxconn 200 weight 10",
                commit: "2342342342342342342342342342342342342342",
                summary: "Take shop-3 down to a tenth",
                author: "Ann Example <ann@example.com>",
                date: "2026-11-20T14:03:00Z"
            )
        )
    }

    private func text(_ trace: Trace, excerpt: Excerpt? = nil) -> String {
        TerminalStyle(hasColor: false).render(TraceDescription(trace, excerpt: excerpt).lines)
    }

    @Test func `a trace reads as the golden file says`() {
        let file =
            Array(repeating: "", count: 11) + [
                "    shop-3: {address: \"10.0.0.13:8080\", weight: 10}"
            ]
        let origin = Origin(file: "backends/shop.yaml", line: 12, column: 5)
        let excerpt = Excerpt(of: file.joined(separator: "\n"), at: origin)
        let strange = Trace(
            fleet: "edge",
            proxy: "lb1",
            server: "shop/by-hand",
            revision: trace.revision,
            live: trace.live,
            declared: nil
        )
        let missing = Trace(
            fleet: "edge",
            proxy: "lb1",
            server: "shop/shop-3",
            revision: trace.revision,
            live: nil,
            declared: trace.declared
        )
        let whole = [text(trace, excerpt: excerpt), text(strange), text(missing)].joined(
            separator: "\n"
        )
        let golden = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/trace.txt")
        let difference = Golden.difference(of: whole, from: golden)
        #expect(difference == nil, "\(difference ?? "")")
    }

    @Test func `files on disk have no commit, which is said`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        let status = await session.run { try await $0.trace(proxy: "lb1", server: "shop/s1") }
        #expect(status == .ok, "\(transcript.err)")
        #expect(transcript.out.contains("declared  shop.yaml:7:5"), "\(transcript.out)")
        #expect(transcript.out.contains("not on this proxy"))
        #expect(transcript.out.contains("none: read from files on disk"))
    }

    @Test(arguments: [
        ("lb9", "shop/s1", "declares no proxy \"lb9\"; it knows lb1, lb2"),
        ("lb1", "shop", "\"shop\" is not BACKEND/SERVER"),
        ("lb1", "shop/none", ""),
    ])
    func `what does not exist is an error`(proxy: String, server: String, message: String)
        async throws
    {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.trace(proxy: proxy, server: server) } == .error)
        #expect(message.isEmpty || transcript.err.contains(message), "\(transcript.err)")
    }
}
