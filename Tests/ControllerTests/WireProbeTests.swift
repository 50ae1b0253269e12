import Foundation
import Testing

@testable import Controller

@Suite struct WireProbeTests {
    @Test func `a handshake shows which certificate is served`() async throws {
        let pem = try TestPEM()
        defer { pem.remove() }
        try pem.make("a", ["a.example"])
        let (server, output) = (Process(), Pipe())
        server.executableURL = URL(filePath: "/usr/bin/env")
        server.arguments = [
            "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", pem.path("a.crt"),
            "-key", pem.path("a.key"), "-naccept", "1",
        ]
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        server.standardInput = Pipe()
        try server.run()
        defer { server.terminate() }
        // `ACCEPT 127.0.0.1:PORT` once it listens; the end of the file if it does not.
        var text = ""
        while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        let word = text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("127.0.0.1:") }
        let place = try #require(word.flatMap { WireProbe.Place($0) })
        #expect(try await WireProbe().sha1(at: place, servedTo: "a.example") == pem.sha1("a"))
    }

    @Test func `nobody there is said in words`() async throws {
        let place = try #require(WireProbe.Place("127.0.0.1:1"))
        let shown = try? await WireProbe().sha1(at: place, servedTo: "a.example")
        #expect(shown == nil)
    }

    @Test(arguments: ["", "a", ":1", "a:0", "a:65536", "a:b"])
    func `what is no place is refused`(text: String) { #expect(WireProbe.Place(text) == nil) }

    @Test func `an IPv6 address stands in brackets`() throws {
        let place = try #require(WireProbe.Place("[::1]:443"))
        #expect(place.host == "::1" && place.description == "[::1]:443")
    }
}
