import Model
import Testing

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
