import RuntimeAPI
import Testing

@Suite struct FramingErrorTests {
    @Test func `messages say how far it got`() {
        let error = FramingError.truncated(answered: 1, sent: 2, partial: "# na")
        #expect(
            "\(error)"
                == "the proxy closed the connection after 1 of 2 replies, in the middle of: # na"
        )
        #expect("\(FramingError.replyTooLong(limit: 9))" == "a reply is longer than 9 bytes")
    }
}
