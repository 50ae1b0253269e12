import Model
import Testing

@Suite struct OriginTests {
    @Test func `an origin prints as editors read it`() {
        #expect(Origin(file: "a/b.yaml", line: 3, column: 7).description == "a/b.yaml:3:7")
    }

    @Test func `origins sort by number, not by text`() {
        #expect(Origin(file: "a", line: 9, column: 1) < Origin(file: "a", line: 10, column: 1))
        #expect(Origin(file: "a", line: 1, column: 9) < Origin(file: "a", line: 1, column: 10))
    }
}
