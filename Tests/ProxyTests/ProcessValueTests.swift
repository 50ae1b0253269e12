import Testing

@testable import Proxy

@Suite struct ProcessValueTests {
    @Test(arguments: [
        ("str(a b)", "a b"), ("str()", ""), ("int(-5)", "-5"), ("bool(true)", "1"),
        ("bool(0)", "0"), ("ipv4(1.2.3.4)", "1.2.3.4"), ("ipv6(::1)", "::1"),
        ("bin(4101)", "A."), ("bin(410042)", "A"),
    ])
    func `a constant has its type and is told as it was given`(source: String, text: String) throws
    {
        let value = try ProcessValue(expression: source)
        #expect(value.description == text)
        #expect(value.kind.name.prefix(2) == (source.hasPrefix("int") ? "si" : source.prefix(2)))
    }

    @Test(arguments: [
        "int(x)", "int()", "bool(2)", "ipv4(1)", "ipv6(x)", "bin(4)", "bin(4g)", "str",
    ])
    func `what is no constant is a mistake`(source: String) {
        #expect(throws: ProcessValue.Mistake.self) { try ProcessValue(expression: source) }
    }
}
