import Certificates
import Controller
import Foundation
import Model
import Stage
import Testing

struct HookChallengesTests {
    @Test func `a hook is told the record and its value, and may refuse`() async throws {
        let folder = try TemporaryFolder("hook")
        defer { folder.remove() }
        let script = "#!/bin/sh\necho \"$@\" >> \(folder.path("log"))\n"
        try folder.write(script, to: "hook")
        try folder.write("#!/bin/sh\necho no zone >&2\nexit 3\n", to: "refuses")
        for name in ["hook", "refuses"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o700],
                ofItemAtPath: folder.path(name)
            )
        }
        let challenge = ACMEChallenge(
            kind: .dns01,
            name: "a.test",
            token: "t",
            authorization: "t.x"
        )
        let hook = HookChallenges(program: folder.path("hook"), clock: ContinuousClock())
        try await hook.publish(challenge)
        try await hook.withdraw(challenge)
        let told = "_acme-challenge.a.test \(challenge.digest)\n"
        #expect(folder.read("log") == "publish \(told)withdraw \(told)")
        let refusing = HookChallenges(program: folder.path("refuses"), clock: ContinuousClock())
        let error = await #expect(throws: ChallengeError.self) {
            try await refusing.publish(challenge)
        }
        #expect(error?.description.contains("no zone") == true)
        let missing = HookChallenges(program: "/nowhere", clock: ContinuousClock())
        await #expect(throws: ChallengeError.self) { try await missing.publish(challenge) }
        await #expect(throws: ChallengeError.self) {
            try await hook.publish(ChallengeFleet.challenge)
        }
    }
}
