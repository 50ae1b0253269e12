import Testing

@testable import Desired

@Suite struct FleetDocumentTests {
    static let mistakes: [(String, String)] = [
        (
            "a fleet with the same name, proxy and address",
            "apiVersion: apus/v1\nkind: Fleet\nmetadata: {name: edge}\nspec:\n  proxies: [{name: lb9, runtime: \"unix:run/lb1.sock\"}]\n"
        ),
        (
            "proxies that are wrong",
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: core}
            spec:
              proxies:
                - {name: a, runtime: "tls://10.0.0.1:9"}
                - {name: b, runtime: "10.0.0.1:9"}
                - {name: c}
                - {name: d, runtime: "tcp://10.0.0.2:9", zne: x}
                - {name: d, runtime: "tcp://10.0.0.3:9"}
              rollout: {waves: [1, 200%], soak: x, maxParallel: 0, onHalt: stop}
              boot: /etc/haproxy.cfg
              owner: edge team
            """
        ),
        (
            "a boot file and a map that are not there",
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: core}
            spec:
              proxies: [{name: a, runtime: "tcp://10.0.0.1:9"}]
              boot: boot/core.cfg
            ---
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: dmz}
            spec:
              proxies: [{name: a, runtime: "tcp://10.0.0.2:9"}]
              boot: boot/edge.cfg
              routing: {hostMap: maps/host.map}
            """
        ),
        (
            "a route in a fleet without a host map",
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: core}
            spec: {proxies: [{name: a, runtime: "tcp://10.0.0.1:9"}]}
            ---
            apiVersion: apus/v1
            kind: Route
            metadata: {name: x}
            spec: {fleets: {matchNames: [core]}, hosts: [a], backend: b}
            """
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "fleet.txt")
    }
}
