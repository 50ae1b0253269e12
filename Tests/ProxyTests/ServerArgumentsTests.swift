import Model
import Testing

@testable import Proxy

@Suite struct ServerArgumentsTests {
    private func read(_ text: String, isDynamic: Bool) -> (
        arguments: ServerArguments, mistake: String?
    ) {
        var arguments = ServerArguments()
        let words = text.split(separator: " ").map(String.init)
        let mistake = arguments.read(words, server: "s", isDynamic: isDynamic)
        return (arguments, mistake)
    }

    @Test func `later keywords win over earlier ones and defaults`() {
        let found = read(
            "weight 1 check inter 2000 weight 5 backup no-backup disabled",
            isDynamic: false
        )
        #expect(found.mistake == nil)
        #expect(found.arguments.attributes.command == "check inter 2s weight 5")
        #expect(found.arguments.isDisabled)
    }

    @Test(arguments: ServerAttribute.allCases)
    func `an attribute is carried out or refused, never ignored`(attribute: ServerAttribute) {
        let values = [
            "", " 1", " 10s", " none", " auto", " layer4", " fail-check", " id", " up", " TLSv1.2",
            " h1",
            " 10.0.0.1", " shutdown-sessions", " shutdown-backup-sessions",
        ]
        let results = values.map { read(attribute.keyword + $0, isDynamic: true) }
        let isAccepted = results.contains {
            $0.mistake == nil && $0.arguments.attributes[attribute] != nil
        }
        #expect(isAccepted == ServerArguments.supported.contains(attribute))
        if !isAccepted {
            #expect(
                results.allSatisfy {
                    $0.mistake?.hasSuffix("is not supported by apus-proxy.") == true
                }
            )
        }
    }

    @Test(arguments: [
        ("weight", "'weight' expects an argument."),
        ("weight -1", "weight of server s is not within 0 and 256 (-1).."),
        ("inter 0", "invalid value 0 for argument 'inter' of server s.."),
        ("fall 0", "'fall' has to be > 0.."),
        ("proto h2", "'proto' : only 'h1' is supported by apus-proxy, not 'h2'."),
        ("hash-key guid", "'hash-key' : 'guid' is not supported by apus-proxy."),
        ("addr example", "'addr' : 'example' is not an IP address."),
        ("maxconn x", "'maxconn' : invalid value 'x'."),
        ("enabled", "'enabled' option is not accepted for dynamic server"),
        ("nonsense", "unknown keyword 'nonsense'."),
    ])
    func `mistakes are said in HAProxy's words where it has them`(text: String, expected: String) {
        #expect(read(text, isDynamic: true).mistake == expected)
    }
}
