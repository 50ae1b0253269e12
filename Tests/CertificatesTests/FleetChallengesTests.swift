import Certificates
import Fleet
import Foundation
import Model
import Stage
import Testing

@testable import Controller

/// Challenges answered by real proxies.
@Suite(.serialized) struct FleetChallengesTests {
    @Test(.enabled(if: Pebble.program != nil, "pebble is not installed"))
    func `three proxies answer the authority, and nothing is left behind`() async throws {
        let fleet = try ChallengeFleet(count: 3)
        defer { fleet.stop() }
        try await fleet.waitUntilUp()
        var options = Pebble.Options()
        options.httpPort = fleet.ports[1]
        let stage = try await PebbleStage(.http01, options, publisher: fleet.challenges)
        try await stage.run {
            let wanted = WantedCertificate("shop", from: stage.issuer, covering: ["shop.test"])
            try await stage.provider.want([wanted])
            try await stage.work { await stage.provider.state(of: "shop")?.issued != nil }
            let issued = await stage.provider.state(of: "shop")?.issued
            #expect(issued?.names == ["shop.test"])
        }
        for port in fleet.ports {
            let answer = try await fleet.ask(port, ChallengeFleet.challenge.path)
            #expect(answer.status == 404)
        }
    }

    @Test func `only the exact path of a token that is out is answered, by every proxy`()
        async throws
    {
        let fleet = try ChallengeFleet(count: 2)
        defer { fleet.stop() }
        try await fleet.waitUntilUp()
        let challenge = ChallengeFleet.challenge
        try await fleet.challenges.publish(challenge)
        try await fleet.challenges.publish(challenge)
        for port in fleet.ports {
            let answer = try await fleet.ask(port, challenge.path)
            #expect(answer.status == 200)
            #expect(answer.text == challenge.authorization)
            for other in [challenge.path + "x", "/.well-known/acme-challenge/../../etc/passwd"] {
                #expect(try await fleet.ask(port, other).status != 200)
            }
        }
        try await fleet.challenges.withdraw(challenge)
        try await fleet.challenges.withdraw(challenge)
        #expect(try await fleet.ask(fleet.ports[0], challenge.path).status == 404)
    }

    @Test func `a proxy that cannot be reached is named, and the authority is not asked`()
        async throws
    {
        let fleet = try ChallengeFleet(count: 2)
        defer { fleet.stop() }
        try await fleet.waitUntilUp()
        fleet.stop(1)
        let error = await #expect(throws: ChallengeError.self) {
            try await fleet.challenges.publish(ChallengeFleet.challenge)
        }
        #expect(error?.description.contains("lb1") == true)
        let other = ACMEChallenge(kind: .dns01, name: "a", token: "t", authorization: "t.x")
        await #expect(throws: ChallengeError.self) { try await fleet.challenges.publish(other) }
    }
}

/// Proxies whose boot file answers challenges from a map.
final class ChallengeFleet: Sendable {
    static let challenge = ACMEChallenge(
        kind: .http01,
        name: "a.test",
        token: "token-0123456789",
        authorization: "token-0123456789.thumbprint"
    )

    let folder: TemporaryFolder
    let ports: [UInt16]
    let challenges: FleetChallenges
    private let processes: [ChildProcess]

    init(count: Int) throws {
        let (folder, ports) = (try TemporaryFolder("acme"), try FreePorts.take(count))
        let map = folder.path("acme.map")
        try folder.write("", to: "acme.map")
        var targets: [ProxyTarget] = []
        processes = try ports.enumerated().map { index, port in
            let socket = folder.path("lb\(index).sock")
            try folder.write(
                """
                global
                    stats socket \(socket) level admin
                defaults
                    mode http
                    timeout client 10s
                    timeout server 10s
                    timeout connect 1s
                frontend web
                    bind 127.0.0.1:\(port)
                    http-request return status 200 content-type text/plain lf-string "%[path,map(\(map))]" if { path,map(\(map)) -m found }
                    http-request return status 404

                """,
                to: "lb\(index).cfg"
            )
            targets.append(
                ProxyTarget(name: try ProxyName("lb\(index)"), runtime: .unix(socket))
            )
            let arguments = ["-f", folder.path("lb\(index).cfg")]
            return try ChildProcess(
                "lb\(index)",
                ChildProcess.Command(Programs.apusProxy, arguments),
                logPath: folder.path("lb\(index).log")
            )
        }
        (self.folder, self.ports) = (folder, ports)
        challenges = FleetChallenges(
            on: targets,
            map: map,
            transport: SocketTransport(),
            clock: ContinuousClock()
        )
    }

    func waitUntilUp() async throws {
        for port in ports {
            try await Deadline.reach("answer of port \(port)") {
                (try? await ask(port, "/"))?.status == 404
            }
        }
    }

    func ask(_ port: UInt16, _ path: String) async throws -> (status: Int, text: String) {
        let network = HTTPSFetch()
        return try await network.closing { fetch in
            let answer = try await fetch(ACMERequest(.get, "http://127.0.0.1:\(port)\(path)"))
            return (answer.status, String(decoding: answer.body, as: UTF8.self))
        }
    }

    func stop(_ index: Int) { processes[index].stop() }

    func stop() {
        for process in processes { process.stop() }
        folder.remove()
    }
}
