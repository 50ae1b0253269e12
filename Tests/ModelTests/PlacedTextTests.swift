import Model
import Testing

struct PlacedTextTests {
    private let origin = Origin(file: "p.yaml", line: 3, column: 7)

    @Test func `a character stands where its run says`() {
        let runs = [
            PlacedText.Run(offset: 0, line: 4, column: 9),
            PlacedText.Run(offset: 5, line: 5, column: 9),
        ]
        let text = PlacedText("a + b + c", at: origin, runs: runs)
        #expect(text.origin(at: 2).description == "p.yaml:4:11")
        #expect(text.origin(at: 6).description == "p.yaml:5:10")
        #expect(PlacedText("a", at: origin).origin(at: 3) == origin)
    }

    @Test func `a mapping is looked up by key`() {
        let value = PlacedNode(.text("1", isQuoted: false), at: origin)
        let node = PlacedNode(
            .mapping([PlacedNode.Entry(key: "a", origin: origin, value: value)]),
            at: origin
        )
        #expect(node["a"] == value && node["b"] == nil)
        #expect(value.entries.isEmpty)
    }

    @Test func `a policy denies unless it says otherwise`() {
        #expect(DesiredPolicy(name: "guard", origin: origin).enforcement == .deny)
    }
}
