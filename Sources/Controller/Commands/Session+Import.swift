import Desired
import Fleet
import FoundationEssentials
import Model
import Planning

/// The user asked for something that cannot be meant.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension Session {
    /// What `import` alone can be asked for.
    package struct ImportOptions: Hashable, Sendable {
        /// Runtime APIs: `unix:PATH`, `tcp://HOST:PORT` or a path, each with `NAME=` before it or not.
        package var runtimes: [String] = []
        /// The boot file of the proxies.
        package var boot: String?
        package var fleet = "edge"
        /// A folder to write; nil prints the documents.
        package var out: String?

        package init() {}
    }

    /// `apus import`: what proxies run as YAML that plans to nothing.
    ///
    /// What was written is read back and planned against what was observed, so the promise is kept or
    /// its breach is told. The first proxy is written down; where others differ is shown as a plan.
    package func importState(_ importing: ImportOptions) async throws -> CommandStatus {
        let targets = try importing.targets()
        if let out = importing.out { try Self.refuseUnlessFree(out) }
        let observer = Observer(transport: transport, clock: clock)
        var surveys: [Survey] = []
        for target in targets { surveys.append(try await observer.survey(target)) }
        var attempt = try Attempt(importing.source(targets, surveys), surveys)
        let stubborn = attempt.backendsWithSteps
        if !stubborn.isEmpty { attempt = try attempt.leavingOutAttributes(of: stubborn) }
        if let out = importing.out {
            try attempt.export.write(under: out)
        } else {
            console.out(attempt.export.stream)
        }
        return report(attempt, surveys, importing)
    }

    /// Files of others are never written over.
    private static func refuseUnlessFree(_ folder: String) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard names.allSatisfy({ $0 == ".git" }) else {
            throw UsageError("\(folder) is not empty\nname a folder that is new or holds only .git")
        }
    }

    private func report(
        _ attempt: Attempt,
        _ surveys: [Survey],
        _ importing: ImportOptions
    ) -> CommandStatus {
        for note in attempt.export.notes {
            var line = StyledText("note: ", .note)
            line.append(note)
            console.tell([line])
        }
        for (survey, plan) in zip(surveys, attempt.plans) {
            var line = StyledText(
                plan.steps.isEmpty ? "✓ " : "! ",
                plan.steps.isEmpty ? .good : .warning
            )
            line.append(survey.observed.name.text, .strong)
            line.append("  \(survey.summary): \(attempt.verdict(on: plan))")
            console.tell([line])
        }
        for plan in attempt.plans.dropFirst() where !attempt.isAlike(plan) {
            console.tell("What would make \(plan.proxy) like \(attempt.plans[0].proxy):")
            console.tell(
                PlanDescription(
                    [.init(attempt.whole(plan), unplanned: [])],
                    columns: console.columns
                ).lines
            )
        }
        if let out = importing.out {
            var next = StyledText(
                "Wrote \(count(attempt.export.files.count, "file")) to \(out). ",
                .faint
            )
            next.append("Next:  ", .faint)
            next.append(
                "cd \(out) && git init -qb main && git add . && git commit -qm 'As it runs' && apus plan",
                .strong
            )
            console.tell([next])
        }
        return attempt.plans.first.map(attempt.isAlike) == true ? .ok : .error
    }
}

extension Session.ImportOptions {
    fileprivate func targets() throws -> [ProxyTarget] {
        guard !runtimes.isEmpty else { throw UsageError("name at least one Runtime API") }
        var targets: [ProxyTarget] = []
        for (index, text) in runtimes.enumerated() {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            let isNamed = parts.count == 2 && !parts[0].contains("/") && !parts[0].contains(":")
            let place = isNamed ? parts[1] : text
            guard let address = Self.address(place) else {
                throw UsageError(
                    "\(VisibleText.quoted(place)) is no Runtime API\ngive unix:PATH, tcp://HOST:PORT or the path of a socket"
                )
            }
            guard let name = try? ProxyName(isNamed ? parts[0] : "lb\(index + 1)") else {
                throw UsageError("\(VisibleText.quoted(parts[0])) is not a name a proxy can have")
            }
            guard !targets.contains(where: { $0.name == name }) else {
                throw UsageError("two proxies are called \(name)")
            }
            targets.append(ProxyTarget(name: name, runtime: address))
        }
        return targets
    }

    /// Absolute, since a repository is read from other folders than this one.
    private static func address(_ text: String) -> RuntimeAddress? {
        if text.hasPrefix("tcp://") { return RuntimeAddress(text) }
        let path = text.hasPrefix("unix:") ? String(text.dropFirst(5)) : text
        guard !path.isEmpty, !path.contains("://") else { return nil }
        return RuntimeAddress("unix:\(RepositorySource.absolute(path))")
    }

    fileprivate func source(_ targets: [ProxyTarget], _ surveys: [Survey]) throws
        -> StateExport.Source
    {
        guard let fleet = try? FleetName(fleet) else {
            throw UsageError("\(VisibleText.quoted(self.fleet)) is not a name a fleet can have")
        }
        let first = surveys[0]
        var source = StateExport.Source(
            fleet: fleet,
            proxies: targets,
            observed: first.observed,
            attributes: first.attributes
        )
        source.whole = first.whole
        source.resolved = first.resolved
        if let boot {
            guard let data = FileManager.default.contents(atPath: boot), data.count <= 8 << 20
            else {
                throw UsageError("cannot read the boot file \(boot)")
            }
            let name = boot.split(separator: "/").last.map(String.init) ?? "haproxy.cfg"
            source.boot = ("boot/\(name)", String(decoding: data, as: UTF8.self))
        }
        return source
    }
}

/// Documents that were written and what they plan to on each proxy they came from.
private struct Attempt {
    let source: StateExport.Source
    let surveys: [Survey]
    let export: StateExport
    let fleet: DesiredFleet
    /// In the order of the proxies.
    let plans: [ProxyPlan]

    init(_ source: StateExport.Source, _ surveys: [Survey]) throws {
        self.source = source
        self.surveys = surveys
        export = StateExport(source)
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "apus-import-\(UUID().uuidString)"
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        try export.write(under: folder.path)
        let reading = DesiredSource(.worktree(path: folder.path))
        let loaded = try reading.load(try reading.resolve())
        guard let fleet = loaded.state?.fleets.first else {
            let mistakes = loaded.diagnostics.filter { $0.severity == .error }.prefix(5)
            throw UsageError(
                "what runs cannot be declared as it is:\n"
                    + mistakes.map(\.description).joined(separator: "\n")
            )
        }
        self.fleet = fleet
        plans = surveys.map { Planner.planProxy(fleet, observed: $0.observed) }
    }

    /// Apart from Apus's own entries, which no import can declare.
    func isAlike(_ plan: ProxyPlan) -> Bool {
        !plan.remarks.contains { $0.kind == .refused }
            && plan.steps.allSatisfy { $0.change.map != nil && $0.change.map == fleet.statusMap }
    }

    var backendsWithSteps: Set<BackendName> {
        Set((plans.first?.steps ?? []).compactMap { $0.change.server?.backend })
    }

    func leavingOutAttributes(of backends: Set<BackendName>) throws -> Attempt {
        var source = source
        source.withoutAttributes = backends
        return try Attempt(source, surveys)
    }

    func verdict(on plan: ProxyPlan) -> String {
        if let refusal = plan.remarks.first(where: { $0.kind == .refused }) {
            return refusal.message
        }
        if plan.steps.isEmpty { return "plans to nothing" }
        if isAlike(plan) {
            return "the first apply writes `ready` into \(fleet.statusMap?.text ?? "")"
        }
        return "differs in \(count(plan.steps.count, "operation"))"
    }

    func whole(_ plan: ProxyPlan) -> Plan {
        Plan(revision: Revision(commit: "worktree", tree: ""), fleet: fleet.name, proxies: [plan])
    }
}

extension StateExport {
    /// Writes every file, making folders as needed.
    fileprivate func write(under folder: String) throws {
        for file in files {
            let place = URL(filePath: "\(folder)/\(file.path)")
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(file.text.utf8).write(to: place, options: .atomic)
        }
    }
}

extension Survey {
    /// `HAProxy 2.6.12, 3 backends, 5 servers, 2 maps`.
    fileprivate var summary: String {
        let servers = observed.backends.values.reduce(0) { $0 + $1.servers.count }
        let lists = observed.acls.isEmpty ? [] : [count(observed.acls.count, "list")]
        let parts = [
            "\(observed.capabilities.program.rawValue) \(observed.capabilities.version)",
            count(observed.backends.count, "backend"), count(servers, "server"),
            count(observed.maps.count, "map"),
        ]
        return (parts + lists).joined(separator: ", ")
    }
}
