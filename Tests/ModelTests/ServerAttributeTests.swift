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
}

@Suite struct ServerAttributesTests {
    private var everything: ServerAttributes {
        var all = ServerAttributes()
        for attribute in ServerAttribute.allCases.reversed() {
            all[attribute] = AttributeValue(
                ServerAttributeTests.example(of: attribute),
                for: attribute
            )
        }
        return all
    }

    @Test func `attributes are walked in the order of the table whatever the order they came in`() {
        #expect(everything.sorted.map(\.attribute) == ServerAttribute.allCases)
    }

    @Test func `equal attributes are equal whatever the order they came in`() {
        var other = ServerAttributes()
        for pair in everything.sorted { other[pair.attribute] = pair.value }
        #expect(other == everything)
        #expect(other.hashValue == everything.hashValue)
    }

    @Test func `what is set to nothing is gone`() {
        var attributes = everything
        for attribute in ServerAttribute.allCases { attributes[attribute] = nil }
        #expect(attributes.isEmpty)
        #expect(attributes.command == "")
        attributes[.check] = nil
        #expect(attributes.isEmpty)
    }

    @Test func `a layer wins over what it inherits`() {
        var base = ServerAttributes()
        base[.weight] = .integer(1)
        base[.check] = .flag
        var layer = ServerAttributes()
        layer[.weight] = .integer(2)
        layer[.sni] = .word("x")
        #expect(layer.merged(over: base).command == "check sni x weight 2")
        #expect(ServerAttributes().merged(over: base) == base)
    }

    @Test func `the command is what add server takes`() {
        var attributes = ServerAttributes()
        attributes[.inter] = .duration(Milliseconds(2000))
        attributes[.check] = .flag
        attributes[.maxconn] = .integer(200)
        #expect(attributes.command == "check inter 2s maxconn 200")
        #expect(attributes.isChecked)
        #expect(attributes.weight == .one)
        #expect(attributes.integer(.maxconn) == 200)
        #expect(attributes.duration(.inter) == Milliseconds(2000))
        #expect(attributes.word(.inter) == nil)
    }
}
