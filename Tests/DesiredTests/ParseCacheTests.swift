import Testing

@testable import Desired

@Suite struct ParseCacheTests {
    private let parsed = ParseCache.Parsed.entries(EntriesFile([], path: "a"))

    @Test func `content is found by path, id and role only`() {
        var cache = ParseCache()
        cache.begin()
        cache.insert(parsed, "a", "1", .entries)
        #expect(cache.find("a", "1", .entries) != nil)
        #expect(cache.find("a", "2", .entries) == nil)
        #expect(cache.find("b", "1", .entries) == nil)
        #expect(cache.find("a", "1", .boot) == nil)
        #expect((cache.parsedCount, cache.reusedCount) == (1, 1))
    }

    @Test func `what a few loads did not use is forgotten, what they used is not`() {
        var cache = ParseCache()
        cache.begin()
        cache.insert(parsed, "used", "1", .entries)
        cache.insert(parsed, "unused", "1", .entries)
        for _ in 0..<10 {
            cache.begin()
            #expect(cache.find("used", "1", .entries) != nil)
        }
        #expect(cache.find("unused", "1", .entries) == nil)
    }
}
