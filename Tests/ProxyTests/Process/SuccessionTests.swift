import Model
import Testing

@testable import Proxy

struct SuccessionTests {
    @Test func `a successor is started with the same words, but for whom to follow`() {
        #expect(
            Succession.words(
                ["apus-proxy", "-f", "a", "-x", "s", "-sf", "1", "2", "-q"],
                following: 9
            )
                == ["apus-proxy", "-f", "a", "-q", "-sf", "9"]
        )
    }

    @Test func `a worker is started without what is the master's`() {
        let words = ["apus-proxy", "-W", "-S", "/m", "-D", "-p", "/p", "-f", "a"]
        #expect(Master.words(words, after: nil) == ["apus-proxy", "-f", "a"])
        let worker = Master.Worker(pid: 7, number: 0, startedAt: 0, socket: "apus-1-0")
        #expect(
            Master.words(words, after: worker)
                == ["apus-proxy", "-f", "a", "-x", "abns@apus-1-0", "-sf", "7"]
        )
    }

    @Test func `nobody is followed unless it is said`() throws {
        #expect(try Succession().inheritedSockets().isEmpty)
        var succession = Succession()
        succession.socket = "/no/such/socket"
        #expect(throws: SocketError.self) { try succession.inheritedSockets() }
    }
}
