import Model
import Testing

@testable import Proxy

@Suite struct CheckLoopTests {
    /// Runs the loop until the one target has a result.
    private func check(_ target: CheckTarget) -> CheckResult? {
        let wakeup = Wakeup()
        var loop = CheckLoop(wakeup.descriptor)
        var orders = HealthChecker.Orders()
        orders.targets = [target]
        let deadline = MonotonicClock.milliseconds + 5000
        while MonotonicClock.milliseconds < deadline {
            let results = loop.turn(orders)
            if let first = results.first { return first.1 }
            orders = HealthChecker.Orders()
        }
        return nil
    }

    private func target(_ port: UInt16, http: HTTPCheckConfiguration? = nil, timeout: Int = 2000)
        -> CheckTarget
    {
        var target = CheckTarget(
            id: CheckTarget.ID(1),
            slot: 0,
            endpoint: .ipv4(IPv4Address(bits: 0x7f00_0001), port: port),
            interval: Milliseconds(1000),
            timeout: Milliseconds(timeout)
        )
        target.script = http.map { .http($0) }
        return target
    }

    @Test func `a port that accepts passes a connection check`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        #expect(check(target(origin.port))?.status == .layer4OK)
    }

    @Test func `a port that refuses fails it`() throws {
        let origin = try RecordingOrigin()
        origin.close()
        #expect(check(target(origin.port))?.status == .layer4Refused)
    }

    @Test(arguments: [
        ("HTTP/1.0 200 OK\r\n\r\n", CheckResult.Status.layer7OK, Int?(200)),
        ("HTTP/1.1 302\r\n\r\n", .layer7OK, 302),
        ("HTTP/1.1 500 Oh\r\n\r\n", .layer7WrongStatus, 500),
        ("nonsense\r\n\r\n", .layer7InvalidResponse, nil),
        ("", .layer7InvalidResponse, nil),
    ]) func `an HTTP check judges the status line`(
        _ response: String,
        _ expected: CheckResult.Status,
        _ code: Int?
    ) throws {
        let origin = try RecordingOrigin { _ in .text(response, closes: true) }
        defer { origin.close() }
        var http = HTTPCheckConfiguration()
        http.method = "GET"
        http.uri = "/health"
        let result = check(target(origin.port, http: http))
        #expect(result?.status == expected)
        #expect(result?.code == code)
        #expect(origin.requests.first?.line == "GET /health HTTP/1.0")
    }

    @Test func `a server that says nothing times out`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let result = check(target(origin.port, http: HTTPCheckConfiguration(), timeout: 50))
        #expect(result?.status == .layer7Timeout)
    }

    @Test func `a check's request has what was configured`() {
        var http = HTTPCheckConfiguration()
        http.version = "HTTP/1.1"
        http.headers = [.init(name: "X-A", value: "b")]
        http.body = "ping"
        let endpoint = Endpoint.ipv4(IPv4Address(bits: 0x0102_0304), port: 80)
        #expect(
            String(decoding: http.bytes(to: endpoint), as: UTF8.self) == """
                OPTIONS / HTTP/1.1\r\nhost: 1.2.3.4:80\r\nX-A: b\r\ncontent-length: 4\r\nconnection: close\r\n\r\nping
                """
        )
    }

    @Test func `a script connects, sends and expects until its end`() throws {
        let origin = try RecordingOrigin { _ in .text("HTTP/1.1 200 OK\r\n\r\nready", closes: true)
        }
        defer { origin.close() }
        var script = CheckScript(.tcp)
        script.steps = [
            CheckStep(.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))),
            CheckStep(.expect(CheckExpectation(.text(Array("ready".utf8))))),
        ]
        var asked = target(origin.port)
        asked.script = script
        let result = check(asked)
        #expect(result?.status == .layer7OK && result?.detail == "(tcp-check)")
    }

    @Test func `a second connection that is refused is told with its step`() throws {
        let origin = try RecordingOrigin()
        let gone = try RecordingOrigin()
        gone.close()
        defer { origin.close() }
        var script = CheckScript(.tcp)
        var connection = CheckConnection()
        connection.port = gone.port
        var second = CheckStep(.connect(connection))
        second.number = 2
        second.comment = "other"
        script.steps = [CheckStep(.connect(CheckConnection())), second]
        var asked = target(origin.port)
        asked.script = script
        let result = check(asked)
        #expect(result?.status == .layer4Refused)
        #expect(
            result?.detail == "Connection refused at step 2 of tcp-check (connect port "
                + "\(gone.port)) comment: 'other'"
        )
    }
}
