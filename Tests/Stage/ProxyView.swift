/// What one proxy runs, as its own Runtime API tells, read without Apus's own client.
package struct ProxyView: Sendable, Equatable {
    /// One line of `show servers state`.
    package struct Server: Sendable, Equatable {
        package let address: String
        /// 2 is running; 0 stopped, 1 starting, 3 stopping.
        package let operationalState: Int
        /// 0 is ready; bit 0 maintenance, bit 3 drain.
        package let adminState: Int
        package let weight: Int

        package var isReady: Bool { adminState == 0 && operationalState == 2 }
    }

    /// By `backend/server`.
    package var servers: [String: Server] = [:]
    /// By map, then key.
    package var maps: [String: [String: String]] = [:]

    package init() {}

    /// Asks the proxy at `socket` for its servers and these maps.
    package init(socket: String, maps names: [String] = []) throws {
        for line in try RuntimeConsole.ask("show servers state", socket: socket).split(
            separator: "\n"
        ).dropFirst(2) {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 18 else { continue }
            servers["\(words[1])/\(words[3])"] = Server(
                address: "\(words[4]):\(words[18])",
                operationalState: Int(words[5]) ?? -1,
                adminState: Int(words[6]) ?? -1,
                weight: Int(words[7]) ?? -1
            )
        }
        for name in names {
            maps[name] = [:]
            for line in try RuntimeConsole.ask("show map \(name)", socket: socket).split(
                separator: "\n"
            ) {
                let words = line.split(separator: " ", maxSplits: 2).map(String.init)
                if words.count == 3 { maps[name]?[words[1]] = words[2] }
            }
        }
    }

    /// Names of a backend's servers, sorted.
    package func servers(of backend: String) -> [String] {
        servers.keys.filter { $0.hasPrefix("\(backend)/") }.map {
            String($0.dropFirst(backend.count + 1))
        }.sorted()
    }

    /// True if the backend has exactly these servers and all of them are ready.
    package func isReady(_ backend: String, _ names: [String]) -> Bool {
        servers(of: backend) == names.sorted()
            && names.allSatisfy { servers["\(backend)/\($0)"]?.isReady == true }
    }
}
