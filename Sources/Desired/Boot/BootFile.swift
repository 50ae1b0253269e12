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
        /// Says `mode` itself, as `add backend` wants it of a defaults section.
        var setsMode = false
        /// What `server` lines say, over the `default-server` lines above them.
        var serverLines: [ServerName: ServerLine] = [:]
    }

    /// The attributes of one `server` line.
    struct ServerLine: Sendable {
        var attributes: ServerAttributes
        /// Keywords that servers added at runtime cannot get.
        var needsRestart: [String] = []
    }

    private(set) var backends: [BackendName: Backend] = [:]
    /// Named `defaults` sections, from which backends and frontends can be made at runtime.
    private(set) var defaults: [DefaultsName: Backend] = [:]
    /// Frontend and listen sections by name, with the place of each.
    private(set) var frontends: [String: Origin] = [:]
    /// `maxconn` of the global section; nil when it names none.
    private(set) var globalMaxconn: Int?
    /// Names of files of patterns that ACLs test (`-f`) or rules change.
    private(set) var lists: Set<String> = []
    /// Names of maps that rules look up or change.
    private(set) var maps: Set<String> = []
    /// Those of them that are searched in order: `map_reg`, `map_sub` and others.
    private(set) var orderedMaps: Set<String> = []
    /// Names of lists and folders of certificates that `bind` lines serve from.
    private(set) var certificateLists: Set<String> = []
    /// Those of them from which no bind takes its default certificate.
    private(set) var listsWithoutDefault: Set<CertificateFileName> = []
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
                for word in line.words { findFiles(in: word) }
                for (flag, name) in zip(line.words, line.words.dropFirst()) where flag == "-f" {
                    lists.insert(name)
                }
                if section.kind == .global, line.keyword == "maxconn" {
                    globalMaxconn = line.arguments.first.flatMap { Int($0) }
                }
            }
            if section.kind == .frontend || section.kind == .listen {
                frontends[section.name] = section.origin
            }
        }
        readBackends(of: config)
        findTracked(in: config)
        readCertificateLists(of: config)
    }

    /// The first file of a bind gives its default certificate, unless there is to be none (`strict-sni`).
    private mutating func readCertificateLists(of config: BootConfig) {
        var withDefault: Set<String> = []
        let binds = config.sections.flatMap(\.lines).filter { $0.keyword == "bind" }
        for line in binds {
            let files = zip(line.words, line.words.dropFirst())
                .filter { $0.0 == "crt" || $0.0 == "crt-list" }.map(\.1)
            certificateLists.formUnion(files)
            if !line.words.contains("strict-sni"), let first = files.first {
                withDefault.insert(first)
            }
        }
        listsWithoutDefault = Set(
            certificateLists.subtracting(withDefault).compactMap { try? CertificateFileName($0) }
        )
    }

    /// Every section over the one it starts from, which is read once.
    private mutating func readBackends(of config: BootConfig) {
        let bases = config.bases
        var known: [Int: Backend] = [:]
        for (index, section) in config.sections.enumerated() {
            switch section.kind {
            case .defaults:
                guard let name = try? DefaultsName(section.name) else { continue }
                defaults[name] = defaults(index, config.sections, bases, &known)
            case .backend, .listen:
                guard let name = try? BackendName(section.name) else { continue }
                let base = bases[index].map { defaults($0, config.sections, bases, &known) }
                backends[name] = read(section.lines, over: base ?? Backend())
            default: break
            }
        }
    }

    /// A `defaults` section with all that it starts from; sections that start from each other start from nothing.
    private func defaults(
        _ index: Int,
        _ sections: [BootSection],
        _ bases: [Int?],
        _ known: inout [Int: Backend]
    ) -> Backend {
        var chain: [Int] = []
        var seen: Set<Int> = []
        var current: Int? = index
        while let next = current, known[next] == nil, seen.insert(next).inserted {
            chain.append(next)
            current = bases[next]
        }
        var backend = current.flatMap { known[$0] } ?? Backend()
        for section in chain.reversed() {
            backend = read(sections[section].lines, over: backend)
            known[section] = backend
        }
        return backend
    }

    private func read(_ lines: [BootLine], over base: Backend) -> Backend {
        var backend = base
        for line in lines {
            let arguments = Array(line.arguments)
            switch line.keyword {
            case "balance": backend.facts.balance = arguments.joined(separator: " ")
            case "hash-type": backend.facts.usesConsistentHash = arguments.first == "consistent"
            case "server":
                insert(arguments.first, into: &backend.facts.servers)
                addServerLine(line, to: &backend)
            case "mode": backend.setsMode = true
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

    private func addServerLine(_ line: BootLine, to backend: inout Backend) {
        let words = Array(line.arguments)
        guard words.count > 2, let name = try? ServerName(words[0]) else {
            if let word = words.first, let name = try? ServerName(word) {
                backend.serverLines[name] = ServerLine(attributes: backend.defaultServer)
            }
            return
        }
        var own = ServerLine(attributes: backend.defaultServer)
        // Its words behind the address are those of `default-server`.
        let rest = BootLine(words: ["server"] + words.dropFirst(2), origin: line.origin)
        var reader = DefaultServerReader(line: rest)
        reader.apply(to: &own.attributes)
        own.needsRestart = reader.withoutDynamicForm
        backend.serverLines[name] = own
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

    /// `map(NAME…)`, `map_str(NAME…)`, `set-map(NAME)`, `add-acl(NAME)` and their kin inside a word.
    private mutating func findFiles(in word: String) {
        var rest = word[...]
        while let open = rest.firstIndex(of: "(") {
            let name = rest[..<open]
            rest = rest[rest.index(after: open)...]
            let keyword = name.suffix(while: { $0.isLetter || $0 == "_" || $0 == "-" })
            let isMap = keyword == "map" || keyword.hasPrefix("map_") || keyword.hasSuffix("-map")
            guard isMap || keyword == "add-acl" || keyword == "del-acl" else { continue }
            let argument = rest.prefix { $0 != "," && $0 != ")" && $0 != "(" }
            guard !argument.isEmpty else { continue }
            guard isMap else {
                lists.insert(String(argument))
                continue
            }
            maps.insert(String(argument))
            let kinds = [
                "map_reg", "map_regm", "map_sub", "map_dom", "map_dir", "map_end", "map_len",
            ]
            if kinds.contains(where: { keyword.hasPrefix($0) }) {
                orderedMaps.insert(String(argument))
            }
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
