import Model
import Testing

@Suite struct ServerAttributeTests {
    /// A value of each form.
    static func example(of attribute: ServerAttribute) -> String {
        switch attribute.form {
        case .flag: ""
        case .integer(let range): String(range.lowerBound)
        case .duration: "1500ms"
        case .choice(let words): words[0]
        case .word: "word,x/1"
        }
    }

    @Test(arguments: ServerAttribute.allCases) func `a value prints to what it is read from`(
        attribute: ServerAttribute
    ) throws {
        let text = Self.example(of: attribute)
        let value = try #require(AttributeValue(text, for: attribute))
        #expect(AttributeValue(value.description, for: attribute) == value)
        #expect(ServerAttribute(rawValue: attribute.keyword) == attribute)
    }

    @Test(
        arguments: [
            (.weight, "257"), (.weight, "-1"), (.weight, "x"), (.weight, ""), (.check, "true"),
            (.inter, "2x"), (.inter, ""),
            (.verify, "maybe"), (.sni, "a b"), (.sni, ""), (.sni, "a;b"), (.sni, "a\u{7}"),
            (.port, "0"), (.port, "65536"),
        ] as [(ServerAttribute, String)]
    ) func `a value that does not fit is refused`(attribute: ServerAttribute, text: String) {
        #expect(AttributeValue(text, for: attribute) == nil)
    }

    @Test func `equal durations are equal however they are written`() {
        #expect(AttributeValue("2000", for: .inter) == AttributeValue("2s", for: .inter))
        #expect(AttributeValue("2000ms", for: .inter) == AttributeValue("2s", for: .inter))
    }

    @Test func `every keyword has a sentence that explains it`() {
        for attribute in ServerAttribute.allCases {
            #expect(attribute.summary.hasSuffix("."), "\(attribute.keyword)")
            #expect(attribute.summary.utf8.count <= 100, "\(attribute.keyword)")
        }
    }

    @Test func `a source address and whose it is stand side by side in the command`() {
        var attributes = ServerAttributes()
        attributes[.usesrc] = .word("clientip")
        attributes[.ssl] = .flag
        attributes[.source] = .word("0.0.0.0")
        #expect(attributes.command == "source 0.0.0.0 usesrc clientip ssl")
    }
}
