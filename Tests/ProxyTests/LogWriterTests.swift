import Foundation
import Model
import Testing

@testable import Proxy

@Suite struct LogWriterTests {
    /// What a target in this format makes of one message at a known moment.
    private func line(_ format: LogLineFormat, length: Int = 1024, level: SyslogLevel = .info)
        -> String
    {
        var target = LogTarget(address: .descriptor(-1), facility: 16)
        target.format = format
        target.length = length
        var sender = LogWriter.Sender()
        sender.hostname = "box"
        sender.pid = 7
        let sink = LogSink(target, sender: sender, rings: [])
        var line = Arena(capacity: 1024)
        defer {
            sink.close()
            line.free()
        }
        sink.appendHeader(level, at: 784_111_777_000_005, offset: 3600, to: &line)
        return line.slice(from: 0).text
    }

    @Test(arguments: [
        (LogLineFormat.rfc3164, "<134>Nov  6 09:49:37 apus-proxy[7]: "),
        (.rfc5424, "<134>1 1994-11-06T09:49:37+01:00 box apus-proxy 7 - - "),
        (.iso, "<134>1994-11-06T09:49:37.000005+01:00 apus-proxy[7]: "),
        (.local, "<134>Nov  6 09:49:37 apus-proxy[7]: "), (.short, "<6>"),
        (.timed, "<6>1994-11-06T09:49:37.000005+01:00 "), (.priority, "<134>"), (.raw, ""),
    ])
    func `each format has HAProxy's header`(format: LogLineFormat, expected: String) {
        #expect(line(format) == expected)
    }

    @Test func `what a sink is not interested in, or cannot take, is left out and counted`() {
        var target = LogTarget(address: .descriptor(-1), facility: 16)
        target.level = .notice
        target.sample = [2...2]
        target.sampleSize = 2
        var logs = LogWriter()
        logs.open([target], as: LogWriter.Sender())
        for _ in 0..<4 { logs.write(ByteSlice("x"), to: 0, level: .err, at: 1) }
        logs.write(ByteSlice("x"), to: 0, level: .info, at: 1)
        logs.flush()
        #expect(logs.dropped == 2)
    }

    @Test func `lines of a real proxy are made of what happened`() throws {
        let origin = try RecordingOrigin { _ in .ok("1") }
        defer { origin.close() }
        let pipe = Pipe()
        let proxy = try ProxyUnderTest(
            """
            global
                log fd@\(pipe.fileHandleForWriting.fileDescriptor) format raw local0
                stats socket SOCKET level admin
            defaults
                mode http
                timeout connect 2s
                timeout client 10s
                timeout server 10s
            frontend web
                bind 127.0.0.1:1
                log global
                option httplog
                capture request header X-Tag len 3
                log-format "%ft %b/%s %ST %hr %{+Q}r %[var(txn.v)] %tsc"
                http-request set-var(txn.v) path
                http-request set-log-level silent if { path /quiet }
                default_backend app
            backend app
                server one 127.0.0.1:\(origin.port)
            """,
            name: "log"
        )
        defer { proxy.end() }
        for target in ["/quiet", "/a?b"] {
            let client = try TestClient(port: proxy.port)
            client.send(
                "GET \(target) HTTP/1.1\r\nHost: x\r\nX-Tag: abcdef\r\nConnection: close\r\n\r\n"
            )
            #expect(client.remainder().hasPrefix("HTTP/1.1 200"))
        }
        let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        #expect(line == "web app/one 200 {abc} \"GET /a?b HTTP/1.1\" /a ----\n")
    }

    @Test func `a line is written as soon as the header goes out, with sums so far`() throws {
        let origin = try RecordingOrigin { _ in .ok("hello") }
        defer { origin.close() }
        let pipe = Pipe()
        let proxy = try ProxyUnderTest(
            """
            global
                log fd@\(pipe.fileHandleForWriting.fileDescriptor) format raw local0
            defaults
                mode http
                option logasap
                timeout connect 2s
                timeout client 10s
                timeout server 10s
            frontend web
                bind 127.0.0.1:1
                log global
                log-format "%ft %b/%s %ST %B/%U %Ta/%Tt %tsc"
                default_backend app
            backend app
                server one 127.0.0.1:\(origin.port)
            """,
            name: "log-early"
        )
        defer { proxy.end() }
        for _ in 0..<2 {
            let client = try TestClient(port: proxy.port)
            client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(client.remainder().hasSuffix("hello"))
        }
        var text = ""
        while text.split(separator: "\n").count < 2 {
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.allSatisfy {
                $0.wholeMatch(of: #/web app/one 200 \+\d+/\d+ \+\d+/\+\d+ ----/#) != nil
            }
        )
    }
}
