import Foundation
import Stage
import Testing

/// What a person does wrong gets a clear word and a stable exit status, and changes nothing.
@Suite(.tags(.endToEnd)) struct BadInputTests {
    @Test func `every mistake of a revision is listed with its place`() throws {
        let folder = try TemporaryFolder("bad")
        defer { folder.remove() }
        try folder.write(
            """
            apiVersion: apus/v1
            kind: Backend
            metadata: {name: shop}
            spec:
              fleets: {matchNames: [nowhere]}
              servers:
                shop-1: 127.0.0.1:80
                shop-1: 127.0.0.1:81
                shop-2: {address: "127.0.0.1:99999", wieght: 3}
            """,
            to: "bad.yaml"
        )
        let result = try Self.apus("check", folder.path, "--worktree")
        #expect(result.status == 1)
        let text = result.output + result.errors
        for place in ["bad.yaml:8:", "bad.yaml:9:"] { #expect(text.contains(place), "\(text)") }
        #expect(text.contains("wieght"), "\(text)")
    }

    @Test func `YAML that does not parse names the line`() throws {
        let folder = try TemporaryFolder("bad")
        defer { folder.remove() }
        try folder.write("apiVersion: apus/v1\nkind: [Fleet\n", to: "bad.yaml")
        let result = try Self.apus("check", folder.path, "--worktree")
        #expect(result.status == 1)
        #expect((result.output + result.errors).contains("bad.yaml:"), "\(result)")
    }

    @Test(arguments: ["check", "plan", "apply"]) func `a path without a repository is an error`(
        verb: String
    ) throws {
        let folder = try TemporaryFolder("bad")
        defer { folder.remove() }
        for path in [folder.path, folder.path("absent")] {
            let result = try Self.apus(verb, path)
            #expect(result.status == 1)
            #expect((result.output + result.errors).contains(path), "\(result)")
        }
    }

    @Test func `a repository without a commit is an error`() throws {
        let folder = try TemporaryFolder("bad")
        defer { folder.remove() }
        _ = try GitWorktree(path: folder.path("work"), bare: folder.path("empty.git"))
        let result = try Self.apus("check", folder.path("empty.git"))
        #expect(result.status == 1)
        #expect(!(result.output + result.errors).isEmpty)
    }

    @Test func `a missing ref is an error that names it`() throws {
        let folder = try TemporaryFolder("bad")
        defer { folder.remove() }
        let repository = try GitWorktree(path: folder.path("work"), bare: folder.path("fleet.git"))
        try folder.write("", to: "work/empty.yaml")
        try repository.commit("Begin")
        try repository.push()
        let result = try Self.apus("check", folder.path("fleet.git"), "--ref", "no-such-branch")
        #expect(result.status == 1)
        #expect((result.output + result.errors).contains("no-such-branch"), "\(result)")
    }

    @Test func `a fleet none of whose proxies answers is an error and says which`() async throws {
        try await EndToEndFleet.with(.apusProxy, proxies: []) { fleet in
            let result = try fleet.applyAll()
            #expect(result.status == 1 || result.status == 5, "\(result)")
            for name in ["lb1", "lb2", "lb3"] {
                #expect((result.output + result.errors).contains(name), "\(result)")
            }
        }
    }

    @Test func `apply without a terminal and without --yes does not ask`() async throws {
        try await EndToEndFleet.with(.apusProxy) { fleet in
            let result = try fleet.apus("apply", fleet.repository.bare)
            #expect(result.status == 1, "\(result)")
            #expect((result.output + result.errors).contains("--yes"), "\(result)")
            for view in try fleet.views() { #expect(view.servers(of: "shop") == []) }
        }
    }

    @Test func `a boot file with mistakes lists all of them and the proxy does not start`() throws {
        let folder = try TemporaryFolder("bad")
        defer { folder.remove() }
        try folder.write(
            "global\n    stats sokcet /tmp/x\nfrontend f\n    bind nowhere:port\n    default_backend absent\n",
            to: "bad.cfg"
        )
        let result = try ChildProcess.run(
            ChildProcess.Command(Programs.apusProxy, ["-f", folder.path("bad.cfg")])
        )
        #expect(result.status == 1)
        for line in [2, 4, 5] {
            #expect((result.output + result.errors).contains("bad.cfg:\(line)"), "\(result)")
        }
    }

    private static func apus(_ arguments: String...) throws -> ChildProcess.Result {
        try ChildProcess.run(ChildProcess.Command(Programs.apus, arguments))
    }
}
