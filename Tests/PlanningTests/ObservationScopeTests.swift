import Model
import Planning
import Testing

struct ObservationScopeTests {
    @Test func `a fleet's plan depends on its maps and on the one for its own entries`() {
        let maps = ["b.map", "a.map"].map {
            DesiredMap(name: Build.map($0), entries: [], origin: Build.origin)
        }
        var fleet = Build.fleet([], maps: maps)
        fleet.statusMap = Build.map("virt@apus")
        #expect(
            ObservationScope(fleet).maps.map(\.text) == ["a.map", "b.map", "virt@apus"]
        )
    }

    @Test func `verifying a plan reads only the maps it changes, each once`() {
        let map = Build.map("a.map")
        let entry = MapEntry(key: "k", value: "v")
        let steps = [Change.addMapEntry(map, entry), .deleteMapEntry(map, entry)].enumerated().map {
            Step(id: $0 + 1, change: $1, origin: Build.origin)
        }
        let proxy = Build.proxy()
        let plan = ProxyPlan(
            proxy: proxy.name,
            incarnation: proxy.incarnation,
            base: "",
            steps: steps
        )
        #expect(ObservationScope(plan).maps == [map])
    }
}
