import Model
import Testing

@testable import Proxy

/// Groups are HAProxy's for an EPYC 7502P (3.2 to 3.4).
@Suite struct ThreadPlacementTests {
    private func groups(
        _ policy: String,
        on described: DescribedMachine = .epyc(),
        set: String = "",
        limit: Int = 16,
        onePerCore: Bool = false,
        affinity: [Int]? = nil
    ) throws -> [String] {
        var wishes = ThreadPlacement.Wishes()
        wishes.policy = CPUPolicy(named: policy)
        #expect(wishes.policy != nil, "\(policy)")
        wishes.groupLimit = limit
        wishes.usesOneThreadPerCore = onePerCore
        if !set.isEmpty {
            try wishes.selection.add(set.split(separator: " ").map(String.init)[...])
        }
        return ThreadPlacement(wishes, on: described.machine(affinity: affinity)).groups.map {
            CPUSet.text($0)
        }
    }

    private let byCache = (0..<8).map { "\($0 * 4)-\($0 * 4 + 3),\($0 * 4 + 32)-\($0 * 4 + 35)" }
    private let byTwo = ["0-7,32-39", "8-15,40-47", "16-23,48-55", "24-31,56-63"]

    @Test(arguments: ["performance", "efficiency", "group-by-ccx", "group-by-cluster"])
    func `each last cache is a group`(_ policy: String) throws {
        #expect(try groups(policy) == byCache)
        #expect(try groups(policy, on: .epyc(tellsClusters: false)) == byCache)
        #expect(try groups(policy, on: .epyc(nodes: 4)) == byCache)
        #expect(try groups(policy, on: .epyc(nodes: 2)) == byCache)
    }

    @Test func `caches go together by two, three and four`() throws {
        #expect(try groups("group-by-2-ccx") == byTwo)
        #expect(try groups("group-by-2-clusters") == byTwo)
        #expect(
            try groups("group-by-3-clusters") == [
                "0-5,32-37", "6-11,38-43", "12-17,44-49", "18-23,50-55", "24-31,56-63",
            ]
        )
        #expect(
            try groups("group-by-3-ccx", limit: 64) == ["0-11,32-43", "12-23,44-55", "24-31,56-63"]
        )
        #expect(try groups("group-by-4-clusters") == byTwo)
        #expect(try groups("group-by-4-ccx", limit: 64) == ["0-15,32-47", "16-31,48-63"])
    }

    @Test func `one thread a core leaves the siblings out`() throws {
        let sizes = { (policy: String) in
            try self.groups(policy, onePerCore: true).map { CPUSet.parse($0)?.count ?? 0 }
        }
        #expect(try sizes("group-by-cluster") == Array(repeating: 4, count: 8))
        #expect(try sizes("group-by-2-clusters") == [8, 8, 8, 8])
        #expect(try sizes("group-by-3-clusters") == [12, 12, 8])
        #expect(try sizes("group-by-4-clusters") == [16, 16])
        #expect(try groups("none", onePerCore: true) == ["0-31"])
    }

    @Test func `the other policies`() throws {
        #expect(try groups("resource").map { CPUSet.parse($0)?.count } == [8])
        #expect(try groups("none") == ["0-63"])
        #expect(try groups("first-usable-node") == ["0-63"])
        #expect(try groups("first-usable-node", on: .epyc(nodes: 4)) == ["0-7,32-39"])
        // Who is bound already has chosen.
        #expect(
            try groups("first-usable-node", on: .epyc(nodes: 4), affinity: [0, 8, 16])
                == ["0,8,16"]
        )
        #expect(try groups("group-by-cluster", on: .epyc(hasThreads: false)).first == "0-3")
    }

    @Test func `strong and weak cores are told apart`() throws {
        #expect(try groups("performance", on: .hybrid()) == ["0-3"])
        #expect(try groups("efficiency", on: .hybrid()) == ["4-7"])
        #expect(try groups("resource", on: .hybrid()) == ["4-7"])
        #expect(try groups("group-by-cluster", on: .hybrid()) == ["0-3", "4-7"])
        #expect(try groups("group-by-ccx", on: .hybrid()) == ["0-7"])
    }

    @Test func `cpu-set narrows what there is, step by step`() throws {
        #expect(
            try groups("group-by-cluster", set: "only-cluster 1,3") == [byCache[1], byCache[3]]
        )
        #expect(try groups("none", set: "only-node 2", affinity: nil) == [])
        #expect(
            try groups("none", on: .epyc(nodes: 4), set: "only-node 2") == ["16-23,48-55"]
        )
        #expect(try groups("none", set: "drop-cpu 0-59 only-core 28-30") == ["60-62"])
        #expect(try groups("none", set: "only-thread 0 drop-core 4-31") == ["0-3"])
        #expect(try groups("none", affinity: [1, 5, 9]) == ["1,5,9"])
        #expect(try groups("none", set: "reset only-cpu 2-3", affinity: [1]) == ["2-3"])
        // Clusters that were dropped still count.
        #expect(
            try groups("group-by-2-clusters", set: "drop-cluster 0") == [
                byCache[1], byTwo[1], byTwo[2], byTwo[3],
            ]
        )
    }

    @Test(arguments: ["", "only-cpu", "only-cpu x", "only-socket 1", "keep-cpu 1", "drop-cpu 3-1"])
    func `what cpu-set cannot be is refused`(_ words: String) {
        var selection = CPUSelection()
        #expect(throws: RuleMistake.self) {
            try selection.add(words.split(separator: " ").map(String.init)[...])
        }
    }

    @Test func `it is printed as HAProxy prints it`() {
        var wishes = ThreadPlacement.Wishes()
        wishes.policy = .groupByCluster(2)
        let text = ThreadPlacement(wishes, on: DescribedMachine.epyc().machine()).text
        #expect(
            text.split(separator: "\n")[2] == "  1/1-16    1-16       16: 0-7,32-39",
            "\(text)"
        )
    }

    @Test func `the global section takes it all`() throws {
        func parse(_ lines: String) -> (ProxyConfiguration?, [String]) {
            let parsed = ConfigParser.parse(
                files: [("t.cfg", "global\n stats socket /x\n\(lines)\n")],
                environment: [:],
                reading: { _ in nil }
            )
            return (parsed.configuration, parsed.diagnostics.map(\.message))
        }
        let (made, mistakes) = parse(
            """
             cpu-set only-node 0 drop-cpu 1
             cpu-policy group-by-2-ccx threads-per-core 1
             max-threads-per-group 8
             thread-groups 2
            """
        )
        #expect(mistakes.isEmpty)
        #expect(made?.placement.policy == .groupByCache(2))
        #expect(made?.placement.groupLimit == 8 && made?.placement.usesOneThreadPerCore == true)
        #expect(made?.placement.selection.steps.count == 2 && made?.threadGroups == 2)
        #expect(parse(" cpu-policy fastest\n").1 == ["'cpu-policy' : unknown policy 'fastest'."])
        #expect(parse(" cpu-set keep\n").1.first?.hasPrefix("'cpu-set' : ") == true)
    }

    @Test func `this machine is read, and its threads are placed`() throws {
        var configuration = ProxyConfiguration()
        configuration.placement.policy = CPUPolicy.none
        let (count, cpus) = ProxyServer.threads(of: configuration)
        #expect(count == min(64, SystemThread.cpuCount))
        #expect(Set(cpus.values).count == count)
        configuration.threads = 3
        #expect(ProxyServer.threads(of: configuration).count == 3)
        configuration.threadGroups = 2
        try configuration.cpuMap.add(["2/1", "0"])
        #expect(ProxyServer.threads(of: configuration).cpus == [2: 0])
    }
}
