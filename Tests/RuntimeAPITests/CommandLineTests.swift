import Testing

@testable import RuntimeAPI

@Suite struct CommandLineTests {
    @Test(arguments: [
        ("a b;c", [["a", "b"], ["c"]]),
        (" a\t b ; ", [["a", "b"], []]),
        (#"a\ b \;c \\ d\e"#, [["a b", ";c", "\\", "de"]]),
        ("", [[]]),
        (";", [[], []]),
        ("a\\", [["a"]]),
    ])
    func `words and commands are taken apart`(line: String, commands: [[String]]) {
        #expect(CommandLine(ArraySlice(line.utf8)).commands == commands)
    }

    @Test(
        arguments: [
            ("add map m <<", ""), ("add map m <<END", "END"), ("<<", ""), ("a << b", nil),
            ("a<<", nil),
            ("a \\<<", nil), ("a <<12345678", nil), ("a;b <<x ", nil),
        ] as [(String, String?)]
    )
    func `a payload is announced by the last word alone`(line: String, mark: String?) {
        #expect(CommandLine(ArraySlice(line.utf8)).payloadMark == mark.map { Array($0.utf8) })
    }
}
