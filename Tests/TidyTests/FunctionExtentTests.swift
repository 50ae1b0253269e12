import Testing

struct FunctionExtentTests {
    @Test func `bodies are measured and requirements have none`() {
        let code = """
            protocol P {
                func a()
                func b(_ x: Int) -> Int
            }
            struct S {
                init(x: Int) {
                    self.init()
                }
                func c<T>(
                    _ x: T = { 1 }()
                ) where T: P {
                    if x { y() }
                }
            }
            """
        let found = FunctionExtent.all(in: code.split(separator: "\n").map(String.init))
        #expect(found.map(\.name) == ["init", "func c"])
        #expect(found.map(\.lineCount) == [3, 5])
    }
}
