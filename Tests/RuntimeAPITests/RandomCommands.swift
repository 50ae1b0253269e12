import Model
import RuntimeAPI
import Simulation

/// Random values of what this module prints, hostile characters included.
struct RandomCommands {
    var generator: SeededGenerator

    init(_ seed: Seed) { generator = seed.generator }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[number(0...choices.count - 1)]
    }

    mutating func name() -> String {
        String((0..<number(1...12)).map { _ in pick(Array("abcXYZ019_:.-")) })
    }

    /// Anything a word can hold, ends of line excepted.
    mutating func word() -> String {
        String((0..<number(1...12)).map { _ in pick(Array("abc ;\\<\t\"'#@é=,%")) })
    }

    mutating func server() -> ServerReference { ServerReference(backend: name(), server: name()) }

    mutating func map() -> PatternReference { PatternReference(name: "virt@" + name()) }

    mutating func versionedMap() -> PatternReference {
        PatternReference(
            name: name(),
            version: generator.chance(50) ? UInt32(number(0...9999)) : nil
        )
    }

    mutating func command() -> RuntimeCommand {
        generator.chance(50) ? serverCommand() : otherCommand()
    }

    private mutating func serverCommand() -> RuntimeCommand {
        let server = server()
        switch number(0...20) {
        case 0:
            return .addServer(
                server,
                address: word(),
                arguments: (0..<number(0...8)).map { _ in word() }
            )
        case 1: return .deleteServer(server)
        case 2: return .enableServer(server)
        case 3: return .disableServer(server)
        case 4: return .enableHealth(server)
        case 5: return .disableHealth(server)
        case 6: return .setServerState(server, pick(AdminState.allCases))
        case 7: return .setServerWeight(server, .absolute(number(0...256)))
        case 8: return .setServerWeight(server, .relative(number(0...100)))
        case 9: return .getWeight(server)
        case 10:
            return .setServerAddress(
                server,
                address: word(),
                port: generator.chance(50) ? word() : nil
            )
        case 11: return .setServerHealth(server, pick([.up, .stopping, .down]))
        case 12: return .setServerCheckAddress(server, address: word(), port: nil)
        case 13: return .setServerMaxconn(server, value: String(number(0...9999)))
        case 14: return .shutdownServerSessions(server)
        case 15: return .enableAgent(server)
        case 16: return .disableAgent(server)
        case 17: return .setServerAgentHealth(server, pick(["", "up", "down", "foo"]))
        case 18:
            return .setServerAgentAddress(
                server,
                address: generator.chance(50) ? word() : nil,
                port: word()
            )
        case 19: return .setServerAgentSend(server, text: generator.chance(80) ? word() : "")
        default: return .wait(Milliseconds(number(1...99_999)), .serverRemovable(server))
        }
    }

    private mutating func otherCommand() -> RuntimeCommand {
        switch number(0...48) {
        case 0: return .addMap(versionedMap(), key: word(), value: word())
        case 1: return .setMap(map(), key: word(), value: word())
        case 2: return .deleteMap(map(), key: word())
        case 3: return .clearMap(versionedMap())
        case 4: return .prepareMap(map())
        case 5: return .commitMap(PatternReference(name: name(), version: UInt32(number(0...99))))
        case 6: return .showMap(generator.chance(50) ? versionedMap() : nil)
        case 7: return .getMap(map(), key: word())
        case 8: return .showServersState(backend: generator.chance(50) ? name() : nil)
        case 9: return .showServersConn(backend: generator.chance(50) ? name() : nil)
        case 10: return .showServersConfig(backend: nil)
        case 11: return .showStat(statFilter(), pick([.plain, .typed, .json]))
        case 12: return .showInfo(pick([.plain, .typed, .json]))
        case 13: return .showBackend
        case 14: return .dumpStatsFile
        case 15: return .showStateDigest(proxy: generator.chance(50) ? name() : nil)
        case 16: return .begin(generator.chance(50) ? Milliseconds(number(1...99_999)) : nil)
        case 17: return .commit
        case 18: return .rollback
        case 19: return .enableFrontend(name())
        case 20: return .disableFrontend(name())
        case 21: return .shutdownFrontend(name())
        case 22: return .setFrontendMaxconn(name(), value: String(number(0...9999)))
        case 23: return .setMaxconn(value: String(number(0...9999)))
        case 31: return .showAcl(generator.chance(50) ? versionedMap() : nil)
        case 32: return .addAcl(versionedMap(), pattern: word())
        case 33: return .deleteAcl(map(), pattern: word())
        case 34: return .getAcl(map(), value: word())
        case 35: return .clearAcl(versionedMap())
        case 36: return .prepareAcl(map())
        case 37: return .commitAcl(PatternReference(name: name(), version: UInt32(number(0...99))))
        case 38: return .clearCounters(all: generator.chance(50))
        case 39:
            return .setRateLimit(pick([.connections, .httpCompression]), value: number(0...99))
        case 25: return .publishBackend(name())
        case 26: return .unpublishBackend(name())
        case 27: return .deleteBackend(name())
        case 28: return .wait(Milliseconds(number(1...99_999)), .backendRemovable(name()))
        case 29: return .showDefaults
        case 30:
            return .addBackend(
                BackendAddition(
                    name: name(),
                    defaults: word(),
                    mode: pick([nil, .http, .tcp]),
                    guid: generator.chance(50) ? word() : nil
                )
            )
        case 40: return .showSessions(sessionFilter())
        case 41: return .shutdownSession("0x" + String(number(1...99_999), radix: 16))
        case 42:
            let proxy = generator.chance(50) ? name() : nil
            return .showErrors(proxy: proxy, proxy == nil ? nil : pick([nil, .request, .response]))
        case 43: return .getVariable(name())
        case 45: return .enableDynamicCookie(backend: name())
        case 46: return .disableDynamicCookie(backend: name())
        case 47: return .setDynamicCookieKey(backend: name(), key: word())
        case 24: return .showEnvironment(generator.chance(50) ? name() : nil)
        default: return .wait(Milliseconds(number(1...99_999)), nil)
        }
    }

    private mutating func sessionFilter() -> SessionFilter {
        var filter = SessionFilter()
        switch number(0...4) {
        case 0: filter.id = UInt64(number(1...Int.max))
        case 1: filter.minimumAge = Milliseconds(number(0...99_999))
        case 2: filter.isSuspicious = true
        case 3: break
        default: break
        }
        filter.isDetailed = filter != SessionFilter() || generator.chance(50)
        if generator.chance(30) { filter.frontend = name() }
        if generator.chance(30) { filter.backend = name() }
        if generator.chance(30) { filter.server = server() }
        return filter
    }

    private mutating func statFilter() -> StatFilter {
        var filter = StatFilter()
        if generator.chance(50) {
            // `-1` is every proxy.
            filter.proxy = "p" + name()
            filter.types = number(-1...15)
            filter.server = number(-1...99)
        }
        filter.isUpOnly = generator.chance(30)
        filter.skipsMaintenance = generator.chance(30)
        return filter
    }

    /// Lines of text without an empty one among them.
    mutating func replyText() -> String {
        (0..<number(0...4)).map { _ in "\(pick(["", ">", "x> ", "+ ", "[3] ", "0x"]))\(name())" }
            .joined(separator: "\n")
    }

    /// The bytes in pieces, some of them empty.
    mutating func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + number(0...(generator.chance(70) ? 3 : 40)))
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}
