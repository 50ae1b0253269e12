import Model
import RuntimeAPI
import Simulation

/// Random tables for round trips.
struct RandomTables {
    var commands: RandomCommands

    init(_ seed: Seed) { commands = RandomCommands(seed) }

    private mutating func count() -> Int { commands.number(0...6) }

    private mutating func optional() -> String? {
        commands.generator.chance(50) ? commands.name() + "x" : nil
    }

    mutating func states() -> ServerStateTable {
        ServerStateTable(
            rows: (0..<count()).map { _ in
                var row = ServerStateRow(
                    backendID: commands.number(1...9),
                    backendName: commands.name(),
                    serverID: commands.number(-9...1_048_575),
                    serverName: commands.name()
                )
                row.address = optional()
                row.operationalState = commands.number(0...3)
                row.adminBits = commands.number(0...63)
                row.userWeight = commands.number(0...256)
                row.timeSinceChange = commands.number(0...99_999)
                row.checkBits = commands.number(0...15)
                row.port = commands.number(0...65_535)
                row.usesSSL = commands.generator.chance(50)
                row.checkAddress = optional()
                row.agentPort = commands.number(0...9)
                return row
            }
        )
    }

    mutating func connections(threads: Int) -> ServerConnTable {
        ServerConnTable(
            rows: (0..<count()).map { _ in
                var row = ServerConnRow(
                    server: commands.server(),
                    backendID: commands.number(1...9),
                    serverID: commands.number(1...99),
                    address: optional()
                )
                row.usedCurrent = commands.number(0...99)
                row.idleLimit = commands.number(-1...99)
                row.idlePerThread = (0..<threads).map { _ in commands.number(0...9) }
                return row
            }
        )
    }

    mutating func stats() -> StatTable {
        StatTable(
            rows: (0..<count()).map { index in
                var row = StatRow()
                row[.proxyName] = .text(commands.name())
                row[.serverName] = .text(commands.name())
                row[.iid] = .number(commands.number(1...9))
                row[.sid] = .number(index)
                row[.pid] = .number(1)
                row[.type] = .number(commands.number(0...3))
                row[.lastsess] = .number(-1)
                if commands.generator.chance(50) { row[.checkDesc] = .text(commands.word()) }
                if commands.generator.chance(50) {
                    row[.bin] = .number(commands.number(0...Int(Int32.max) * 9))
                }
                if commands.generator.chance(50) { row[.proto] = .text(commands.name()) }
                return row
            }
        )
    }

    mutating func info() -> InfoTable {
        InfoTable(entries: [
            InfoEntry("Name", "HAProxy"), InfoEntry("Version", "3.0.11"),
            InfoEntry("Pid", String(commands.number(1...99_999))),
            InfoEntry("Unstoppable Jobs", "0"), InfoEntry("node", commands.name()),
            InfoEntry("Features", commands.name()),
        ])
    }

    mutating func maps() -> MapList {
        MapList(
            rows: (0..<count()).map { index in
                var row = MapListRow(
                    id: index,
                    file: "virt@" + commands.name(),
                    display: "used by map at file 'x y' line 12",
                    entryCount: commands.number(0...999)
                )
                row.currentVersion = UInt32(commands.number(0...9))
                row.nextVersion = UInt32.max
                return row
            }
        )
    }

    mutating func entries() -> MapDump {
        MapDump(
            rows: (0..<count()).map { _ in
                MapDumpRow(
                    reference: UInt64(commands.number(1...Int.max)),
                    key: commands.name(),
                    value: commands.word()
                )
            }
        )
    }

    mutating func statsFile() -> StatsFile {
        StatsFile(
            sections: ["fe", "be"].map { kind in
                let rows = (0..<count()).map { _ in [commands.name(), "0", ""] }
                return StatsFileSection(kind: kind, columns: ["guid", "stot", "bin"], rows: rows)
            }
        )
    }

    mutating func configuration() -> ServerConfigTable {
        ServerConfigTable(
            rows: (0..<count()).map { _ in
                ServerConfigRow(
                    server: commands.server(),
                    id: commands.number(1...99),
                    address: commands.word(),
                    arguments: (0..<count()).map { _ in commands.word() }
                )
            }
        )
    }

    mutating func digests() -> StateDigestTable {
        StateDigestTable(
            rows: (0..<count()).map { _ in
                StateDigestRow(
                    kind: commands.pick([.process, .frontend, .backend, .map, .acl, .certificates]),
                    name: commands.word(),
                    digest: commands.generator.next()
                )
            }
        )
    }
}
