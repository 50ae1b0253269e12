import Foundation
import Stage
import Testing

/// A repository whose gate refuses a push: what the pusher sees, and that nothing was taken.
@Suite(.tags(.endToEnd)) struct GateTests {
    private static func shop(_ servers: [String]) -> String {
        """
        apiVersion: apus/v1
        kind: Backend
        metadata: {name: shop}
        spec:
          fleets: {matchNames: [edge]}
          servers:
        \(servers.map { "    \($0)" }.joined(separator: "\n"))

        """
    }

    private static let fleet = """
        apiVersion: apus/v1
        kind: Fleet
        metadata: {name: edge}
        spec: {proxies: [{name: lb1, runtime: "unix:run/lb1.sock"}]}

        """

    /// Pushes and returns what git said when it was refused; nil when it was not.
    private static func refusal(_ repository: GitWorktree, _ message: String) throws -> String? {
        try repository.commit(message)
        do {
            try repository.push()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `a push that check or a policy refuses is refused in the pusher's terminal`() throws
    {
        let folder = try TemporaryFolder("gate")
        defer { folder.remove() }
        let repository = try GitWorktree(path: folder.path("work"), bare: folder.path("fleet.git"))
        let policy = "\(Programs.top)/policies/never-last-server.yaml"
        try FileManager.default.copyItem(atPath: policy, toPath: "\(repository.path)/guard.yaml")
        try folder.write(Self.fleet, to: "work/fleet.yaml")
        try folder.write(
            Self.shop(["shop-1: 10.0.0.1:80", "shop-2: 10.0.0.2:80"]),
            to: "work/shop.yaml"
        )
        let installed = try ChildProcess.run(
            ChildProcess.Command(
                Programs.apus,
                ["hook", "install", "--gate", repository.bare, "--state-dir", folder.path("state")]
            )
        )
        #expect(installed.status == 0, "\(installed)")

        #expect(try Self.refusal(repository, "Describe the fleet") == nil)
        let before = repository.refUpdate

        try folder.write(
            Self.shop(["shop-1: 10.0.0.1:80", "shop-2: 10.0.0.2:99999"]),
            to: "work/shop.yaml"
        )
        let mistake = try #require(try Self.refusal(repository, "A port that is none"))
        #expect(mistake.contains("shop.yaml:8:13"), "\(mistake)")
        #expect(mistake.contains("remote:") && mistake.contains("^"), "\(mistake)")

        try folder.write(
            Self.shop(["shop-2: {address: \"10.0.0.2:80\", state: maint}"]),
            to: "work/shop.yaml"
        )
        let denied = try #require(try Self.refusal(repository, "Take the last one out"))
        #expect(
            denied.contains("never-last-server  denies: leaves backend shop without a server"),
            "\(denied)"
        )
        #expect(denied.contains("the push is refused; nothing was changed"), "\(denied)")
        #expect(repository.refUpdate == before)

        // The guard of the branch before counts: taking it away in the same push helps nobody.
        try FileManager.default.removeItem(atPath: "\(repository.path)/guard.yaml")
        let sly = try #require(try Self.refusal(repository, "Take the guard away too"))
        #expect(sly.contains("never-last-server"), "\(sly)")

        try folder.write(Self.shop(["shop-2: 10.0.0.2:80"]), to: "work/shop.yaml")
        #expect(try Self.refusal(repository, "Leave one in service") == nil)
        #expect(repository.refUpdate > before)

        // Another branch is nobody's business here.
        try folder.write("a: [\n", to: "work/broken.yaml")
        try repository.commit("Half a file")
        try repository.run("push", "--quiet", "origin", "HEAD:refs/heads/draft")
    }

    @Test(arguments: [false, true])
    func `policies that live elsewhere hold, and no push can take their place`(isFolder: Bool)
        throws
    {
        let folder = try TemporaryFolder("guardrails")
        defer { folder.remove() }
        let guards = try GitWorktree(path: folder.path("guards"), bare: folder.path("guards.git"))
        let policy = "\(Programs.top)/policies/never-last-server.yaml"
        try FileManager.default.copyItem(atPath: policy, toPath: "\(guards.path)/last.yaml")
        try guards.commit("Guard the last server")
        try guards.push()
        let place = isFolder ? "\(guards.path)/last" : guards.bare
        if isFolder {
            try folder.folder("guards/last")
            try FileManager.default.moveItem(
                atPath: "\(guards.path)/last.yaml",
                toPath: "\(place)/last.yaml"
            )
        }
        let repository = try GitWorktree(path: folder.path("work"), bare: folder.path("fleet.git"))
        try folder.write(Self.fleet, to: "work/fleet.yaml")
        try folder.write(Self.shop(["shop-1: 10.0.0.1:80"]), to: "work/shop.yaml")
        let words = [
            "hook", "install", "--gate", repository.bare, "--policies", place, "--state-dir",
            folder.path("state"),
        ]
        let installed = try ChildProcess.run(ChildProcess.Command(Programs.apus, words))
        #expect(installed.status == 0, "\(installed)")
        #expect(try Self.refusal(repository, "Describe the fleet") == nil)

        let drained = "shop-1: {address: \"10.0.0.1:80\", state: drain}"
        try folder.write(Self.shop([drained]), to: "work/shop.yaml")
        let denied = try #require(try Self.refusal(repository, "Drain the last one"))
        #expect(denied.contains("never-last-server  denies"), "\(denied)")

        try FileManager.default.copyItem(atPath: policy, toPath: "\(repository.path)/mine.yaml")
        try repository.edit("mine.yaml", replace: "enforcement: deny", with: "enforcement: audit")
        let sly = try #require(try Self.refusal(repository, "A weaker one of the same name"))
        #expect(sly.contains("Policy never-last-server is in"), "\(sly)")
        #expect(sly.contains("mine.yaml"), "\(sly)")
        try FileManager.default.removeItem(atPath: "\(repository.path)/mine.yaml")

        // Who cannot read the policies lets nothing pass.
        try FileManager.default.moveItem(atPath: place, toPath: folder.path("away"))
        try folder.write(Self.shop(["shop-1: 10.0.0.2:80"]), to: "work/shop.yaml")
        let blind = try #require(try Self.refusal(repository, "Nobody looks"))
        #expect(blind.contains("guards"), "\(blind)")
        try FileManager.default.moveItem(atPath: folder.path("away"), toPath: place)
        try folder.write(Self.shop(["shop-1: 10.0.0.3:80"]), to: "work/shop.yaml")
        #expect(try Self.refusal(repository, "Somebody looks") == nil)
    }
}
