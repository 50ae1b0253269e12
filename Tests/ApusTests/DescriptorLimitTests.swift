import Testing

@testable import apus

struct DescriptorLimitTests {
    private static func limit(_ soft: String) -> DescriptorLimit {
        let text = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             16000                16000                processes
            Max open files            \(soft)                 1048576              files
            """
        return DescriptorLimit(limits: text, cores: 2)
    }

    @Test func `a limit that is too low is said with what to do`() throws {
        let complaint = try #require(Self.limit("16").complaint)
        #expect(complaint.contains("only 16 files"))
        #expect(complaint.contains("needs 48"))
        #expect(complaint.contains("ulimit -n 1024"))
    }

    @Test(arguments: ["48", "1024", "unlimited"]) func `enough is enough`(soft: String) {
        #expect(Self.limit(soft).complaint == nil)
    }

    @Test func `what cannot be read is no limit`() {
        #expect(DescriptorLimit(limits: "", cores: 64).complaint == nil)
        #expect(DescriptorLimit.current.allowed != nil)
    }
}
