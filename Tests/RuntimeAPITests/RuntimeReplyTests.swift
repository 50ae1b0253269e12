import Testing

@testable import RuntimeAPI

@Suite struct RuntimeReplyTests {
    @Test(arguments: [
        ("[3]: No such server.\n", RuntimeReply(severity: .error, text: "No such server.")),
        ("[6]: \n", RuntimeReply(severity: .info)),
        ("[9]: x\n", RuntimeReply(text: "[9]: x")),
        ("# name\nweb\n", RuntimeReply(text: "# name\nweb")),
        ("", RuntimeReply()),
    ])
    func `a severity is told from the text`(wire: String, reply: RuntimeReply) {
        #expect(RuntimeReply(wire: ArraySlice(wire.utf8)) == reply)
    }
}
