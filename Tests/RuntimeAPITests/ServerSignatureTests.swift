import RuntimeAPI
import Testing

@Suite struct ServerSignatureTests {
    private func row(_ backend: String, _ server: String, _ change: (inout ServerStateRow) -> Void)
        -> ServerStateRow
    {
        var row = ServerStateRow(
            backendID: backend == "a" ? 1 : 2,
            backendName: backend,
            serverID: 7,
            serverName: server
        )
        row.address = "10.0.0.1"
        change(&row)
        return row
    }

    private func stat(_ backend: String, _ server: String, limit: Int? = nil, sessions: Int = 0)
        -> StatRow
    {
        var row = StatRow()
        row[.proxyName] = .text(backend)
        row[.serverName] = .text(server)
        row[.scur] = .number(sessions)
        row[.slim] = limit.map { .number($0) }
        row[.bck] = .number(0)
        row[.lastChk] = .text("a, \"quoted\" text")
        return row
    }

    private func signatures(_ states: [ServerStateRow], _ stats: [StatRow]) -> [[UInt8]]? {
        ServerSignature.all(
            state: Array(ServerStateTable(rows: states).text.utf8),
            stat: Array(StatTable(rows: stats).text(.plain).utf8)
        )?.map(\.bytes)
    }

    @Test func `what changes by itself is not in a signature`() {
        let calm = signatures([row("a", "s") { _ in }], [stat("a", "s")])
        let busy = signatures(
            [
                row("a", "s") { row in
                    row.timeSinceChange = 99
                    row.checkHealth = 3
                    row.checkBits = 1
                }
            ],
            [stat("a", "s", sessions: 12)]
        )
        #expect(calm?.count == 1)
        #expect(calm == busy)
    }

    @Test func `what decides is in it`() {
        let fields: [WritableKeyPath<ServerStateRow, Int>] = [
            \.userWeight, \.adminBits, \.operationalState, \.serverID, \.port,
        ]
        for field in fields {
            let before = signatures([row("a", "s") { $0[keyPath: field] = 2 }], [stat("a", "s")])
            let after = signatures([row("a", "s") { $0[keyPath: field] = 3 }], [stat("a", "s")])
            #expect(before != nil && before != after)
        }
    }

    @Test func `a limit of connections is in it`() {
        let states = [row("a", "s") { _ in }]
        let limited = signatures(states, [stat("a", "s", limit: 5)])
        #expect(limited != nil && limited != signatures(states, [stat("a", "s")]))
    }

    @Test func `each backend has one, with its rows`() {
        let states = [row("a", "s") { _ in }, row("a", "t") { _ in }, row("b", "s") { _ in }]
        let stats = [stat("a", "s"), stat("a", "t"), stat("b", "s")]
        let text = Array(ServerStateTable(rows: states).text.utf8)
        let other = Array(StatTable(rows: stats).text(.plain).utf8)
        let found = ServerSignature.all(state: text, stat: other) ?? []
        #expect(found.count == 2)
        guard found.count == 2 else { return }
        let rows = ServerSignature.stateHeader(of: text) + text[found[0].stateRows]
        let table = try? ServerStateTable.parse(String(decoding: rows, as: UTF8.self))
        #expect(table?.rows.map(\.serverName) == ["s", "t"])
        let lines = ServerSignature.statHeader(of: other) + other[found[1].statRows]
        let last = try? StatTable.parse(String(decoding: lines, as: UTF8.self))
        #expect(last?.rows.map { $0.text(.proxyName) } == ["b"])
    }

    @Test func `tables that do not fit together have none`() {
        #expect(signatures([row("a", "s") { _ in }], [stat("a", "t")]) == nil)
        #expect(signatures([row("a", "s") { _ in }], []) == nil)
        #expect(signatures([], [stat("a", "s")]) == nil)
        #expect(ServerSignature.all(state: Array("1\n# be_id\n".utf8), stat: []) == nil)
    }
}
