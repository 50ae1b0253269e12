import Foundation
import Stage
import Testing

/// Backends that come and go with commits, on proxies that make them at runtime.
@Suite(.tags(.endToEnd), .serialized) struct RuntimeBackendTests {
    @Test(
        .timeLimit(.minutes(2)),
        arguments: ExampleFleet.ProxyProgram.withRuntimeBackends
    )
    func `a backend comes, serves and goes with commits, and no request fails`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(
            program,
            alsoAsking: "blog.example.com",
            prepare: ExampleFleet.nameDefaults
        ) { fleet in
            try await fleet.startRun()
            try await fleet.startTraffic()
            #expect(fleet.traffic.answers(of: "cache-4") == 0)

            try fleet.declareBlog(servers: ["cache-4"])
            try await fleet.waitForAll("the new backend") { view in
                view.isReady("blog", ["blog-cache-4"])
                    && view.maps["maps/hosts.map"]?["blog.example.com"] == "blog"
            }
            try await fleet.waitForAnswers(of: "cache-4", 20)

            try fleet.declareBlog(servers: ["cache-4", "cache-5"])
            try await fleet.waitForAnswers(of: "cache-5", 20)

            try fleet.retireBlog()
            try await Deadline.wait(for: "the backend to go; \(fleet.controller?.log ?? "")") {
                try fleet.proxies.allSatisfy { proxy in
                    try !RuntimeConsole.ask("show backend", socket: proxy.socket).contains("blog")
                }
            }
            try await fleet.waitForAll("the rest to stay", ExampleFleet.isFirstRevision)
            try await fleet.waitForAnswers(200)
            #expect(fleet.traffic.report.failures == [:])
        }
    }
}

extension ExampleFleet {
    /// Backends are made from a section with a name.
    fileprivate static func nameDefaults(_ fleet: ExampleFleet) throws {
        for name in ["edge/boot/edge.cfg", "work/boot/edge.cfg"] {
            let text = fleet.folder.read(name)
            try fleet.folder.write(
                text.replacing("\ndefaults\n", with: "\ndefaults http\n"),
                to: name
            )
        }
    }

    /// A backend that no boot file knows, on servers that serve nothing else, and its route.
    fileprivate func declareBlog(servers: [String]) throws {
        let lines = servers.map { "    blog-\($0): \(address(of: $0))\n" }.joined()
        try folder.write(
            """
            apiVersion: apus/v1
            kind: Backend
            metadata: {name: blog}
            spec:
              fleets: {matchLabels: {role: edge}}
              dynamic: true
              from: http
              server: {weight: 10}
              servers:
            \(lines)---
            apiVersion: apus/v1
            kind: Route
            metadata: {name: blog}
            spec:
              fleets: {matchLabels: {role: edge}}
              hosts: [blog.example.com]
              backend: blog

            """,
            to: "work/blog.yaml"
        )
        try repository.commit("Serve the blog from \(servers.count) servers")
        try repository.push()
    }

    fileprivate func retireBlog() throws {
        try FileManager.default.removeItem(atPath: folder.path("work/blog.yaml"))
        try repository.commit("Retire the blog")
        try repository.push()
    }

    fileprivate func waitForAnswers(of origin: String, _ count: Int) async throws {
        let before = traffic.answers(of: origin)
        let log = controller?.log ?? ""
        try await Deadline.wait(for: "answers of \(origin); \(traffic.report.failures); \(log)") {
            traffic.answers(of: origin) >= before + count
        }
    }
}
