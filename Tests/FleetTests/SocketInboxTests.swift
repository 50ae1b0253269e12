import Testing

@testable import Fleet

struct SocketInboxTests {
    private func receive(_ inbox: SocketInbox, _ ticket: Int) async -> Result<
        [UInt8], TransportError
    > {
        await withCheckedContinuation { inbox.wait($0, ticket) }
    }

    private func view(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `bytes that came before the reader are handed over at once`() async {
        let inbox = SocketInbox()
        inbox.append(view("ab"))
        inbox.append(view("c"))
        #expect(await receive(inbox, inbox.ticket()) == .success(Array("abc".utf8)))
    }

    @Test func `the end is told after the last bytes, and again`() async {
        let inbox = SocketInbox()
        inbox.append(view("x"))
        inbox.end(nil)
        #expect(await receive(inbox, inbox.ticket()) == .success(Array("x".utf8)))
        #expect(await receive(inbox, inbox.ticket()) == .success([]))
        #expect(await receive(inbox, inbox.ticket()) == .success([]))
    }

    @Test func `a broken connection is an error`() async {
        let inbox = SocketInbox()
        inbox.end(.reset)
        #expect(await receive(inbox, inbox.ticket()) == .failure(.reset))
    }

    @Test func `a deadline ends its own wait and no later one`() async {
        let inbox = SocketInbox()
        let first = inbox.ticket()
        inbox.expire(first)
        #expect(await receive(inbox, first) == .failure(.timedOut))
        let second = inbox.ticket()
        inbox.expire(first)
        inbox.append(view("y"))
        #expect(await receive(inbox, second) == .success(Array("y".utf8)))
    }

    @Test func `a reader that waits is resumed by what comes`() async {
        let inbox = SocketInbox()
        let ticket = inbox.ticket()
        async let result = receive(inbox, ticket)
        inbox.append(view("z"))
        #expect(await result == .success(Array("z".utf8)))
    }
}
