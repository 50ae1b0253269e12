package import Model

/// Writes what a proxy runs as documents that ask for exactly that: the reverse of loading.
///
/// Pure. What the Runtime API hides cannot be written; what cannot be written is told in `notes`.
package struct StateExport: Sendable {
    /// One file of a desired-state repository.
    package struct File: Hashable, Sendable {
        package let path: String
        package let text: String
    }

    /// What is known of the proxies.
    package struct Source: Sendable {
        package var fleet: FleetName
        package var proxies: [ProxyTarget]
        package var observed: ObservedProxy
        /// What is shown of each server's attributes.
        package var attributes: [ServerPath: ServerAttributes]
        /// Servers of which nothing is hidden.
        package var whole: Set<ServerPath> = []
        /// Servers whose address comes from DNS.
        package var resolved: Set<ServerPath> = []
        /// The boot file, by the path it shall have in the repository.
        package var boot: (path: String, text: String)?
        /// Backends whose attributes shall not be managed.
        package var withoutAttributes: Set<BackendName> = []

        package init(
            fleet: FleetName,
            proxies: [ProxyTarget],
            observed: ObservedProxy,
            attributes: [ServerPath: ServerAttributes]
        ) {
            self.fleet = fleet
            self.proxies = proxies
            self.observed = observed
            self.attributes = attributes
        }
    }

    package private(set) var files: [File] = []
    /// What was left out and why, for people; in the order of the files.
    package private(set) var notes: [String] = []

    private let source: Source
    private let boot: BootFile?

    package init(_ source: Source) {
        self.source = source
        boot = source.boot.map { BootFile($0.text, path: $0.path) }
        addFleet()
        for name in source.observed.backends.keys.sorted() { addBackend(name) }
        for name in source.observed.maps.keys.sorted() { addMap(name) }
        for name in source.observed.acls.keys.sorted() { addList(name) }
        addBootFile()
    }

    /// The documents of all files as one text; files that are no documents are not in it.
    package var stream: String {
        files.filter { FileEntry.isDocument($0.path) }.map(\.text).joined(separator: "---\n")
    }

    private mutating func add(_ path: String, _ lines: [String]) {
        files.append(File(path: path, text: lines.joined(separator: "\n") + "\n"))
    }

    private var selector: String {
        "  fleets: {matchNames: [\(YAMLText.scalar(source.fleet.text))]}"
    }

    private func head(_ kind: String, _ name: String) -> [String] {
        [
            "apiVersion: apus/v1", "kind: \(kind)", "metadata: {name: \(YAMLText.scalar(name))}",
            "spec:",
        ]
    }

    private mutating func addFleet() {
        var lines = ["# Written by `apus import`; from here on it is yours."]
        lines += head("Fleet", source.fleet.text) + ["  proxies:"]
        for proxy in source.proxies {
            let runtime = YAMLText.quoted(proxy.runtime.description)
            lines.append("    - {name: \(YAMLText.scalar(proxy.name.text)), runtime: \(runtime)}")
        }
        if let boot = source.boot { lines.append("  boot: \(YAMLText.scalar(boot.path))") }
        let status = boot?.statusMap.flatMap { source.observed.maps[$0] }
        if let owner = status?.entries.first(where: { $0.key == "owner" })?.value {
            lines.append("  owner: \(YAMLText.scalar(owner))")
        }
        add("fleet.yaml", lines)
    }

    private mutating func addBootFile() {
        guard let boot = source.boot else { return }
        files.append(File(path: boot.path, text: boot.text))
        var number = 0
        for line in boot.text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let words = line.split { $0 == " " || $0 == "\t" }
            let isSecret =
                words.contains("password") || words.contains("insecure-password")
                || words.first == "stats" && words.contains("auth")
            guard isSecret else { continue }
            notes.append(
                "\(boot.path):\(number) holds a password: take it out before you commit the file"
            )
        }
    }
}

// MARK: - Backends

extension StateExport {
    private mutating func addBackend(_ name: BackendName) {
        guard let live = source.observed.backends[name] else { return }
        let origin = defaults(of: live)
        let section = origin.flatMap { boot?.defaults[$0] } ?? boot?.backends[name]
        if boot != nil, section == nil {
            notes.append(
                "backend \(name) is left out: it runs, but \(source.boot?.path ?? "the boot file") does not have it"
            )
            return
        }
        // A section that only listens, such as `listen stats`, has no servers to manage.
        guard !live.servers.isEmpty || boot?.frontends[name.text] == nil else { return }
        var writer = BackendWriter(
            name: name,
            section: section,
            withoutAttributes: source.withoutAttributes.contains(name)
        )
        for server in live.servers.keys.sorted() {
            guard let observed = live.servers[server] else { continue }
            let path = ServerPath(name, server)
            if let reason = obstacle(to: observed, at: path) {
                notes.append("server \(path) is left out: \(reason)")
                continue
            }
            writer.add(
                observed,
                shown: source.attributes[path] ?? ServerAttributes(),
                isWhole: source.whole.contains(path)
            )
        }
        notes += writer.notes
        let head = head("Backend", name.text)
        add(
            "backends/\(fileName(name.text)).yaml",
            writer.comments + head + [selector]
                + (origin.map { ["  dynamic: true", "  from: \(YAMLText.scalar($0.text))"] } ?? [])
                + writer.lines
        )
    }

    /// The section that Apus made a backend from at runtime, as its guid tells; nil for any other backend.
    private func defaults(of live: ObservedBackend) -> DefaultsName? {
        guard let boot, boot.backends[live.name] == nil else { return nil }
        return boot.defaults.keys.sorted().first {
            BackendIdentity.guid(of: live.name, from: $0) == live.guid
        }
    }

    /// Why a server cannot be declared; left alone on the proxy, it goes on as it is.
    private func obstacle(to server: ObservedServer, at path: ServerPath) -> String? {
        if source.resolved.contains(path) { return "its address comes from DNS" }
        guard let endpoint = server.endpoint else { return "the proxy does not show its address" }
        guard endpoint.port != 0 else { return "it listens on no port of its own" }
        return nil
    }

    /// A name of the proxy's as part of a path.
    private func fileName(_ text: String) -> String {
        String(text.map { $0 == "/" || $0 == ":" || $0 == "@" ? "_" : $0 })
    }
}

// MARK: - Maps

extension StateExport {
    private mutating func addMap(_ name: PatternFileName) {
        guard let live = source.observed.maps[name], name != boot?.statusMap else { return }
        let shown = VisibleText.escape(name.text.unicodeScalars)
        if let boot, !boot.maps.contains(name.text) {
            notes.append("map \(shown) is left out: no rule of \(source.boot?.path ?? "") names it")
            return
        }
        var keys: Set<String> = []
        for entry in live.entries {
            if !keys.insert(entry.key).inserted {
                notes.append(
                    "map \(shown) is left out: key \(VisibleText.quoted(entry.key)) is in it twice"
                )
                return
            }
            guard MapEntryText.isKey(entry.key), MapEntryText.isValue(entry.value) else {
                notes.append(
                    "map \(shown) is left out: an entry of key \(VisibleText.quoted(entry.key)) cannot be written in one line"
                )
                return
            }
        }
        let title = title(of: name, without: ".map")
        var lines = head("Map", title) + ["  name: \(YAMLText.scalar(name.text))", selector]
        let isOrdered = boot?.orderedMaps.contains(name.text) ?? false
        if live.entries.isEmpty {
            lines.append(isOrdered ? "  entries: []" : "  entries: {}")
        } else {
            lines.append("  entries:")
            lines += live.entries.map { entry in
                let (key, value) = (YAMLText.scalar(entry.key), YAMLText.scalar(entry.value))
                return isOrdered
                    ? "    - {key: \(key), value: \(value)}" : "    \(key): \(value)"
            }
        }
        add(title, of: name, in: "maps", lines)
    }

    /// The last part of a file's name, without its usual ending.
    private func title(of name: PatternFileName, without ending: String) -> String {
        let stem = fileName(name.text.split(separator: "/").last.map(String.init) ?? name.text)
        let isLonger = stem.utf8.count > ending.utf8.count
        return isLonger && stem.hasSuffix(ending) ? String(stem.dropLast(ending.count)) : stem
    }

    /// Two files of one name in different folders need two documents.
    private mutating func add(
        _ title: String,
        of name: PatternFileName,
        in folder: String,
        _ lines: [String]
    ) {
        let path = "\(folder)/\(title).yaml"
        let isTaken = files.contains { $0.path == path }
        add(isTaken ? "\(folder)/\(fileName(name.text)).yaml" : path, lines)
    }
}

// MARK: - Lists

extension StateExport {
    private mutating func addList(_ name: PatternFileName) {
        guard let patterns = source.observed.acls[name] else { return }
        let shown = VisibleText.escape(name.text.unicodeScalars)
        if let boot, !boot.lists.contains(name.text) {
            notes.append(
                "list \(shown) is left out: no rule of \(source.boot?.path ?? "") names it"
            )
            return
        }
        guard patterns.allSatisfy(MapEntryText.isValue) else {
            notes.append("list \(shown) is left out: a pattern cannot be written in one line")
            return
        }
        let title = title(of: name, without: ".acl")
        var lines = head("Acl", title) + ["  name: \(YAMLText.scalar(name.text))", selector]
        let unique = Set(patterns).sorted()
        lines.append(unique.isEmpty ? "  patterns: []" : "  patterns:")
        lines += unique.map { "    - \(YAMLText.scalar($0))" }
        add(title, of: name, in: "lists", lines)
    }
}
