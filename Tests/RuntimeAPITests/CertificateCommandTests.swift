import Testing

@testable import RuntimeAPI

struct CertificateCommandTests {
    @Test(arguments: [
        CertificateCommand.new("/a"), .set("/a"), .commit("/a"), .abort("/a"), .delete("/a"),
        .show(nil), .show("*/a"), .showLists, .showList("/l", isNumbered: true),
        .showList("/l", isNumbered: false), .addToList("/l", certificate: "/a"),
        .addToList("/l", certificate: nil), .deleteFromList("/l", entry: "/a:1"),
        .showNames(frontend: nil), .showNames(frontend: "f"), .dump("/a"), .showTicketKeys(nil),
        .showTicketKeys("#0"), .setTicketKey("f", key: "k"), .showResponses(nil, isBase64: false),
        .showResponses("/a", isBase64: true), .setResponse("AA=="), .setResponse(nil),
    ])
    func `what is printed is understood`(command: CertificateCommand) throws {
        let printed = RuntimeCommand.certificate(command)
        let hasPayload = [.set("/a"), .addToList("/l", certificate: nil), .setResponse(nil)]
            .contains(command)
        #expect(try RuntimeCommand.parse(printed.words, hasPayload: hasPayload) == printed)
    }

    @Test(
        arguments: CertificateBundleCommand.Action.allCases,
        CertificateBundleCommand.Kind.allCases
    )
    func `commands about bundles are understood as printed`(
        action: CertificateBundleCommand.Action,
        kind: CertificateBundleCommand.Kind
    ) throws {
        let printed = RuntimeCommand.certificate(.bundle(.init(action, kind, "/f")))
        // There is no `add ssl crl-file`, as in HAProxy.
        guard action != .add || kind == .authorities else {
            #expect(throws: RuntimeSyntaxError.self) {
                try RuntimeCommand.parse(printed.words, hasPayload: true)
            }
            return
        }
        #expect(
            try RuntimeCommand.parse(printed.words, hasPayload: [.set, .add].contains(action))
                == printed
        )
    }

    @Test(arguments: [
        ("new ssl cert", "'new ssl cert' expects a filename"),
        ("set ssl cert /a", "'set ssl cert' expects a filename and a certificate as a payload"),
        ("commit ssl cert", "'commit ssl cert' expects a filename"),
        ("abort ssl cert", "'abort ssl cert' expects a filename"),
        ("del ssl cert", "'del ssl cert' expects a certificate name"),
        ("add ssl crt-list /l", "'add ssl crtlist' expects a filename and a certificate name"),
        ("del ssl crt-list /l", "'del ssl crtlist' expects a filename and a certificate name"),
        ("show ssl crt-list -n", "'show ssl crt-list -n' expects a filename or a directory"),
    ])
    func `what is missing is said in HAProxy's words`(line: String, text: String) {
        #expect(throws: RuntimeSyntaxError(error: text)) { try RuntimeCommand.parse(line: line) }
    }
}
