import Model
import Testing

@Suite struct DesiredAclTests {
    @Test func `a list keeps what nobody declared unless told`() throws {
        let origin = Origin(file: "acl.yaml", line: 6, column: 7)
        let pattern = DesiredPattern("192.0.2.0/24", origin: origin)
        let acl = DesiredAcl(
            name: try PatternFileName("lists/bad.acl"),
            patterns: [pattern],
            origin: origin
        )
        #expect(acl.unmanaged == .keep)
    }
}
