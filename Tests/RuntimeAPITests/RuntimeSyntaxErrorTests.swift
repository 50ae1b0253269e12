import RuntimeAPI
import Testing

@Suite struct RuntimeSyntaxErrorTests {
    @Test func `an error is answered with severity 3`() {
        #expect(
            RuntimeSyntaxError(error: "No.").reply == RuntimeReply(severity: .error, text: "No.")
        )
    }
}
