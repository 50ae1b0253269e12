import Model
import Simulation
import Testing

@testable import Proxy

@Suite struct MapTableTests {
    private func make(_ entries: [(String, String)] = []) -> MapTable {
        var configuration = MapConfiguration(name: "m")
        configuration.entries = entries.map { MapEntry(key: $0.0, value: $0.1) }
        return MapTable(configuration, backends: ["web": 3])
    }

    private func lookUp(_ key: String, in map: inout MapTable, longestPrefix: Bool = false)
        -> String?
    {
        var retired: [RetiredMemory] = []
        map.rebuild(retired: &retired)
        for memory in retired { memory.free() }
        let bytes = Array(key.utf8)
        let entry = bytes.span.withSlice { text in
            longestPrefix ? map.snapshot.longestPrefix(of: text) : map.snapshot.first(text)
        }
        return entry.map { entry in
            String(decoding: entry.value.indices.map { entry.value[$0] }, as: UTF8.self)
        }
    }

    @Test(arguments: Seed.runs)
    func `a map behaves like a dictionary of lists`(seed: Seed) {
        var generator = seed.generator
        var map = make()
        var model: [String: [String]] = [:]
        for step in 0..<120 {
            let key = "k\(Int.random(in: 0..<20, using: &generator))"
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                map.add(MapEntry(key: key, value: "v\(step)"))
                model[key, default: []].append("v\(step)")
            case 5..<7:
                let isSet = map.set(key, to: "s\(step)")
                #expect(isSet == (model[key] != nil))
                model[key] = model[key].map { $0.map { _ in "s\(step)" } }
            case 7..<9:
                let isRemoved = map.remove(key)
                #expect(isRemoved == (model[key] != nil))
                model[key] = nil
            default:
                if generator.chance(20) {
                    map.removeAll()
                    model = [:]
                }
            }
            let probe = "k\(Int.random(in: 0..<20, using: &generator))"
            let found = lookUp(probe, in: &map)
            #expect(found == model[probe]?.first)
            #expect(map.value(of: probe) == model[probe]?.first)
            #expect(map.count == model.values.reduce(0) { $0 + $1.count })
        }
    }

    @Test func `thousands of keys are all found`() {
        var map = make((0..<5000).map { ("host\($0).example", "b\($0)") })
        for number in stride(from: 0, to: 5000, by: 37) {
            let found = lookUp("host\(number).example", in: &map)
            #expect(found == "b\(number)")
        }
        let found1 = lookUp("host5000.example", in: &map)
        #expect(found1 == nil)
    }

    @Test func `the longest prefix wins whatever the order`() {
        var map = make([("/", "root"), ("/api/v2", "two"), ("/api", "one")])
        let found2 = lookUp("/api/v2/x", in: &map, longestPrefix: true)
        #expect(found2 == "two")
        let found3 = lookUp("/api/v", in: &map, longestPrefix: true)
        #expect(found3 == "one")
        let found4 = lookUp("/other", in: &map, longestPrefix: true)
        #expect(found4 == "root")
        let found5 = lookUp("other", in: &map, longestPrefix: true)
        #expect(found5 == nil)
    }

    @Test
    func `a prepared version is invisible until it is committed and then replaces everything`() {
        var map = make([("a", "1"), ("b", "2")])
        let version = map.prepare()
        map.add(MapEntry(key: "a", value: "9"), version: version)
        let found6 = lookUp("a", in: &map)
        #expect(found6 == "1")
        let isDone9 = map.commit(version)
        #expect(isDone9)
        let found7 = lookUp("a", in: &map)
        #expect(found7 == "9")
        let found8 = lookUp("b", in: &map)
        #expect(found8 == nil)
        #expect(map.currentVersion == 1 && map.count == 1)
    }

    @Test func `an older version that was never committed is dropped by a later one`() {
        var map = make()
        let first = map.prepare()
        let second = map.prepare()
        let isDone10 = map.commit(second)
        #expect(isDone10)
        let isDone11 = map.commit(first)
        #expect(!isDone11)
        map.add(MapEntry(key: "late", value: "x"), version: first)
        #expect(map.dump(version: first).isEmpty)
        let isDone12 = map.commit(second + 1)
        #expect(!isDone12)
    }

    @Test func `a value that names a backend is resolved when it is written`() {
        var map = make([("a", "web"), ("b", "nowhere")])
        _ = lookUp("a", in: &map)
        #expect(map.sorted.map(\.live?.backend) == [3, -1])
        _ = map.set("b", to: "web")
        _ = lookUp("a", in: &map)
        #expect(map.sorted.map(\.live?.backend) == [3, 3])
    }
}
