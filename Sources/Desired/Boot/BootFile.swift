import BootConfig
import Model

/// What a desired state needs to know of a boot file: backends, what they hand down, and map names.
struct BootFile: Sendable {
    /// One backend or listen section.
    struct Backend: Sendable {
        var facts = BootBackend()
        /// Every `default-server` line that applies, merged in order.
        var defaultServer = ServerAttributes()
        /// Keywords of `default-server` that servers added at runtime cannot get.
        var needsRestart: [Diagnostic] = []
    }

    private(set) var backends: [BackendName: Backend] = [:]
    /// Names of maps that rules look up or change.
    private(set) var maps: Set<String> = []
    private(set) var diagnostics: [Diagnostic] = []

    /// The map for Apus's own entries: the one whose file name is `apus`, such as `virt@apus` or `maps/apus.map`.
    var statusMap: PatternFileName? {
        maps.sorted().first { name in
            let last = name.split(whereSeparator: { $0 == "/" || $0 == "@" }).last ?? ""
            return last == "apus" || last.hasPrefix("apus.")
        }.flatMap { try? PatternFileName($0) }
    }

    /// Variables take their defaults: a proxy's environment is not known here.
    init(_ text: String, path: String) {
        let config = BootConfig.parse(files: [(name: path, text: text)], environment: [:])
        diagnostics = config.diagnostics.prefix(100).map { problem in
            Diagnostic(.warning, at: problem.origin, problem.message, context: "in the boot file")
        }
        for section in config.sections {
            for line in section.lines {
                for word in line.words { findMaps(in: word) }
            }
            guard section.kind == .backend || section.kind == .listen,
                let name = try? BackendName(section.name)
            else { continue }
            let own = read(config.effectiveLines(of: section))
            backends[name] = own
        }
        findTracked(in: config)
    }

    private func read(_ lines: [BootLine]) -> Backend {
        var backend = Backend()
        for line in lines {
            let arguments = Array(line.arguments)
            switch line.keyword {
            case "balance": backend.facts.balance = arguments.joined(separator: " ")
            case "hash-type": backend.facts.usesConsistentHash = arguments.first == "consistent"
            case "server": insert(arguments.first, into: &backend.facts.servers)
            case "use-server": insert(arguments.first, into: &backend.facts.referenced)
            case "default-server":
                var reader = DefaultServerReader(line: line)
                reader.apply(to: &backend.defaultServer)
                backend.needsRestart += reader.diagnostics
            default: break
            }
        }
        return backend
    }

    private func insert(_ name: String?, into names: inout Set<ServerName>) {
        if let name, let server = try? ServerName(name) { names.insert(server) }
    }

    /// `track backend/server` protects the server it names.
    private mutating func findTracked(in config: BootConfig) {
        for section in config.sections where section.kind == .backend || section.kind == .listen {
            for line in section.lines
            where line.keyword == "server" || line.keyword == "default-server" {
                guard let index = line.words.firstIndex(of: "track"), index + 1 < line.words.count
                else { continue }
                let parts = line.words[index + 1].split(separator: "/", maxSplits: 1).map(
                    String.init
                )
                let place = parts.count == 2 ? parts : [section.name] + parts
                guard place.count == 2, let backend = try? BackendName(place[0]),
                    let server = try? ServerName(place[1])
                else { continue }
                backends[backend]?.facts.referenced.insert(server)
            }
        }
    }

    /// `map(NAME…)`, `map_str(NAME…)`, `set-map(NAME)` and their kin inside a word.
    private mutating func findMaps(in word: String) {
        var rest = word[...]
        while let open = rest.firstIndex(of: "(") {
            let name = rest[..<open]
            rest = rest[rest.index(after: open)...]
            let keyword = name.suffix(while: { $0.isLetter || $0 == "_" || $0 == "-" })
            guard keyword == "map" || keyword.hasPrefix("map_") || keyword.hasSuffix("-map") else {
                continue
            }
            let argument = rest.prefix { $0 != "," && $0 != ")" && $0 != "(" }
            if !argument.isEmpty { maps.insert(String(argument)) }
        }
    }
}

extension Substring {
    /// The longest end of the text whose characters all satisfy `isPart`.
    fileprivate func suffix(while isPart: (Character) -> Bool) -> Substring {
        var start = endIndex
        while start > startIndex, isPart(self[index(before: start)]) {
            start = index(before: start)
        }
        return self[start...]
    }
}
