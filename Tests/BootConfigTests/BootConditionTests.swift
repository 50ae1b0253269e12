import BootConfig
import Testing

@Suite struct BootConditionTests {
    private let environment = ["SET": "yes", "EMPTY": ""]

    @Test(arguments: [
        ("", false), ("0", false), ("1", true), ("!0", true), ("!!1", true),
        ("defined(SET)", true), ("defined(EMPTY)", true), ("defined(UNSET)", false),
        ("streq(a,a)", true), ("streq(\"a b\",'a b')", true), ("streq(a,b)", false),
        ("strneq(a,b)", true), ("strstr(hello,ell)", true), ("strstr(hello,x)", false),
        ("feature(THREAD)", true), ("feature(OPENSSL)", true), ("feature(LUA)", false),
        ("enabled(EPOLL)", true), ("enabled(SPLICE)", false),
        ("version_atleast(2.4)", true), ("version_atleast(3.0-dev5)", true),
        ("version_atleast(3.0.0)", true), ("version_atleast(3.0.1)", false),
        ("version_atleast(3.1-dev0)", false), ("version_before(3.1-dev0)", true),
        ("ssllib_name_startswith(OpenSSL)", true), ("openssl_version_atleast(1.1.1)", true),
        ("1 && 0 || 1", true), ("1 || 1 && 0", true), ("(1 || 1) && 0", false),
        ("!(0 || 0)", true), ("!streq(a,b) && defined(SET)", true),
    ])
    func `an expression has the value HAProxy gives it`(text: String, expected: Bool) throws {
        #expect(try BootCondition.holds(text, environment: environment) == expected)
    }

    @Test(arguments: [
        "foo", "foo(a)", "streq(a", "streq(a)", "(1", "1 1", "version_atleast(x)", "defined()",
        "&&",
    ])
    func `what cannot be read is a mistake`(text: String) {
        #expect(throws: BootCondition.Mistake.self) {
            try BootCondition.holds(text, environment: environment)
        }
    }
}
