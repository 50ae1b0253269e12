import BootConfig
package import Model

/// Turns a boot file into a `ProxyConfiguration`, refusing whatever it would have to ignore.
///
/// Every mistake of a run is reported, in HAProxy's words where it has them.
package struct ConfigParser {
    /// Gives a map file's text; nil when it cannot be read.
    package typealias FileReader = (_ path: String) -> String?

    var configuration = ProxyConfiguration()
    private(set) var diagnostics: [Diagnostic] = []
    let readFile: FileReader
    /// The same of a file that holds no text.
    let readBytes: (_ path: String) -> [UInt8]?
    /// Names in a directory; nil when it is none.
    let listFiles: (_ directory: String) -> [String]?
    /// Maps and pattern files; they end up in `configuration.maps`.
    var catalog: MapCatalog
    /// What rules may name.
    var ruleScope = RuleScope()
    /// Pages of `http-errors` sections by name, in `RuleBookDraft.replies`.
    var httpErrors: [String: [Int32]] = [:]
    /// Where each ring was first named by a `log` line.
    var ringReferences: [String: Origin] = [:]
    /// Where each guid was given.
    var guids: [String: Origin] = [:]
    /// Numbers of backends by name; known before any line that refers to one is read.
    var backendNumbers: [String: Int] = [:]

    /// The configuration, or nil when a diagnostic is an error.
    package static func parse(
        files: [(name: String, text: String)],
        environment: [String: String],
        listing listFiles: @escaping (_ directory: String) -> [String]? = { _ in nil },
        readingBytes readBytes: @escaping (_ path: String) -> [UInt8]? = { _ in nil },
        reading readFile: FileReader
    ) -> (configuration: ProxyConfiguration?, diagnostics: [Diagnostic]) {
        withoutActuallyEscaping(readFile) { readFile in
            let boot = BootConfig.parse(files: files, environment: environment)
            var parser = ConfigParser(
                readFile: readFile,
                readBytes: readBytes,
                listFiles: listFiles
            )
            parser.diagnostics = boot.diagnostics
            parser.ruleScope.environment = boot.environment
            parser.parse(boot)
            parser.configuration.maps = parser.catalog.maps
            parser.keepRequestsWhereAsked()
            let isRefused = parser.diagnostics.contains { $0.severity == .error }
            return (isRefused ? nil : parser.configuration, parser.diagnostics)
        }
    }

    /// Answers an expression of `.if` and `-cc`.
    package static func holds(_ condition: String, environment: [String: String]) -> Result<
        Bool, RuleMistake
    > {
        do throws(BootCondition.Mistake) {
            return .success(try BootCondition.holds(condition, environment: environment))
        } catch {
            return .failure(RuleMistake(error.description))
        }
    }

    /// One diagnostic as HAProxy prints it at boot.
    package static func alert(_ diagnostic: Diagnostic, pid: Int) -> String {
        let label =
            switch diagnostic.severity {
            case .error: "[ALERT]   "
            case .warning: "[WARNING] "
            case .note: "[NOTICE]  "
            }
        let place = "\(diagnostic.origin.file):\(diagnostic.origin.line)"
        return "\(label) (\(pid)) : config : parsing [\(place)] : \(diagnostic.message)"
    }

    private init(
        readFile: @escaping FileReader,
        readBytes: @escaping (_ path: String) -> [UInt8]?,
        listFiles: @escaping (_ directory: String) -> [String]?
    ) {
        self.readFile = readFile
        self.readBytes = readBytes
        self.listFiles = listFiles
        catalog = MapCatalog(readFile: readFile)
    }

    mutating func report(_ message: String, at origin: Origin) {
        diagnostics.append(Diagnostic(at: origin, message))
    }

    mutating func warn(_ message: String, at origin: Origin) {
        diagnostics.append(Diagnostic(.warning, at: origin, message))
    }

    private mutating func parse(_ boot: BootConfig) {
        for section in boot.sections where section.kind == .global { parse(global: section) }
        for section in boot.sections where section.kind == .httpErrors {
            parse(httpErrors: section)
        }
        for section in boot.sections where section.kind == .ring { parse(ring: section) }
        ruleScope.errorSections = httpErrors
        var drafts = number(boot)
        var defaults: [Int: ProxyDraft] = [:]
        var last = ProxyDraft(
            kind: .defaults,
            name: "",
            id: 0,
            origin: Origin(file: "", line: 0, column: 0)
        )
        let empty = last
        for (index, section) in boot.sections.enumerated() {
            switch section.kind {
            case .global: break
            case .defaults:
                let base = section.from.flatMap { name in
                    Self.latest(name, in: boot, before: index).flatMap { defaults[$0] }
                }
                var draft = base ?? empty
                draft.origin = section.origin
                apply(section.lines, to: &draft)
                defaults[index] = draft
                last = draft
                if !section.name.isEmpty { keep(draft, named: section.name) }
            case .frontend, .backend, .listen:
                guard var draft = drafts.removeValue(forKey: index) else { break }
                let named = section.from.flatMap { name in
                    Self.latest(name, in: boot, before: index)
                }
                draft.inherit(named.flatMap { defaults[$0] } ?? last)
                apply(section.lines, to: &draft)
                finish(draft)
            case .httpErrors, .ring: break
            default:
                report(
                    "section '\(section.kind.rawValue)' is not supported by apus-proxy.",
                    at: section.origin
                )
            }
        }
        settleModes()
        settleFullconn()
        settleCookies()
        settleTracking()
        settleRings()
    }

    /// Remembers a `defaults` section for backends that are made while running; of one name the last counts.
    private mutating func keep(_ defaults: ProxyDraft, named name: String) {
        var draft = ProxyDraft(kind: .backend, name: name, id: 0, origin: defaults.origin)
        draft.inherit(defaults)
        draft.settleInheritance()
        var kept = DefaultsConfiguration(name: name, backend: draft.backend)
        kept.hasMode = draft.hasMode
        kept.rules = draft.rules.settle(into: &configuration.rules)
        configuration.defaults.removeAll { $0.name == name }
        configuration.defaults.append(kept)
    }

    private static func latest(_ name: String, in boot: BootConfig, before index: Int) -> Int? {
        boot.sections[..<index].lastIndex { $0.kind == .defaults && $0.name == name }
    }

    /// Gives every proxy section its id and its place, so that references forward in the file resolve.
    private mutating func number(_ boot: BootConfig) -> [Int: ProxyDraft] {
        var drafts: [Int: ProxyDraft] = [:]
        var places: [String: Origin] = [:]
        // The frontend of the stats sockets takes the first id, as in HAProxy.
        var id = configuration.statsSockets.isEmpty ? 1 : 2
        for (index, section) in boot.sections.enumerated() where section.kind.isProxy {
            let sides = section.kind == .listen ? ["frontend", "backend"] : [section.kind.rawValue]
            if let first = sides.lazy.compactMap({ places["\($0) \(section.name)"] }).first {
                report(
                    "\(section.kind.rawValue) '\(section.name)' has the same name as another declared "
                        + "at \(first.file):\(first.line).",
                    at: section.origin
                )
            }
            for side in sides { places["\(side) \(section.name)"] = section.origin }
            let draft = ProxyDraft(
                kind: section.kind,
                name: section.name,
                id: id,
                origin: section.origin
            )
            id += 1
            drafts[index] = draft
            if section.kind != .backend {
                ruleScope.frontends[section.name] = ruleScope.frontends.count
            }
            if section.kind != .frontend {
                backendNumbers[section.name] = configuration.backends.count
                configuration.backends.append(draft.backend)
                configuration.rules.backends.append(ProxyRules())
            }
        }
        ruleScope.backends = backendNumbers
        return drafts
    }

    /// `capture.req.*` needs what else only logs need.
    private mutating func keepRequestsWhereAsked() {
        let kept = FetchCode.capturedMethod.rawValue...FetchCode.capturedRequestVersion.rawValue
        guard configuration.rules.expressions.contains(where: { kept.contains($0.fetch.rawValue) })
        else { return }
        for index in configuration.rules.frontends.indices {
            configuration.rules.frontends[index].keepsRequest = true
        }
    }

    /// Puts the rules of a section where workers look for them.
    private mutating func settleRules(of draft: ProxyDraft) {
        var rules = draft.rules.settle(into: &configuration.rules)
        rules.name = configuration.rules.intern(draft.name)
        rules.id = Int32(truncatingIfNeeded: draft.frontend.id)
        if draft.kind != .backend { configuration.rules.frontends.append(rules) }
        if draft.kind != .frontend, let number = backendNumbers[draft.name] {
            configuration.rules.backends[number] = rules
        }
    }

    private mutating func finish(_ draft: ProxyDraft) {
        var draft = draft
        settleNamedServers(&draft)
        draft.settleInheritance()
        if draft.kind != .backend {
            settleServices(of: &draft)
            settleLog(of: &draft)
        }
        if draft.options.isTCP, draft.rules.settled.inspectDelay > 0 {
            report(
                "'tcp-request inspect-delay' needs 'mode http': apus-proxy does not look into TCP streams.",
                at: draft.origin
            )
        }
        settleRules(of: draft)
        if draft.kind != .backend {
            if let name = draft.defaultBackend {
                draft.frontend.defaultBackend = backend(named: name.text, at: name.origin)
            } else if draft.kind == .listen {
                draft.frontend.defaultBackend = backendNumbers[draft.name]
            }
            if draft.frontend.binds.isEmpty, draft.kind == .frontend, !draft.frontend.isDisabled {
                report("frontend '\(draft.name)' has no 'bind' directive.", at: draft.origin)
            }
            draft.frontend.routedBackends = Set(
                draft.rules.routing.compactMap {
                    configuration.backends.indices.contains(Int($0.number)) ? Int($0.number) : nil
                }
            )
            draft.frontend.routesByName = draft.rules.routing.contains { $0.number < 0 }
            if draft.kind == .listen { draft.frontend.ownBackend = backendNumbers[draft.name] }
            if !draft.options.isTCP { announceHTTP(on: draft.frontend.binds) }
            configuration.frontends.append(draft.frontend)
        }
        if draft.kind != .frontend, let number = backendNumbers[draft.name] {
            configuration.backends[number] = draft.backend
        }
    }

    /// The number of a backend some line names.
    mutating func backend(named name: String, at origin: Origin) -> Int? {
        guard let number = backendNumbers[name] else {
            report("unable to find required backend: '\(name)'", at: origin)
            return nil
        }
        return number
    }

    /// A count within a range, or nil after reporting.
    mutating func integer(_ line: BootLine, _ range: ClosedRange<Int>, at index: Int = 1) -> Int? {
        let name = line.words[..<index].joined(separator: " ")
        guard line.words.count > index else {
            report("'\(name)' expects an integer argument.", at: line.origin)
            return nil
        }
        guard let number = Int(line.words[index]), range.contains(number) else {
            report(
                "'\(name)' : invalid value '\(line.words[index])', expects an integer between "
                    + "\(range.lowerBound) and \(range.upperBound).",
                at: line.origin
            )
            return nil
        }
        return number
    }

    /// A duration, or nil after reporting.
    mutating func duration(_ line: BootLine, at index: Int) -> Milliseconds? {
        let name = line.words[..<index].joined(separator: " ")
        guard line.words.count > index else {
            report("'\(name)' expects an integer value (in milliseconds).", at: line.origin)
            return nil
        }
        guard let duration = Milliseconds(parsing: line.words[index]) else {
            report(
                "'\(name)' : invalid or too large duration '\(line.words[index])'.",
                at: line.origin
            )
            return nil
        }
        return duration
    }

    /// Reports words that a keyword does not take.
    mutating func expectEnd(of line: BootLine, after count: Int) {
        guard line.words.count > count else { return }
        let name = line.words[..<min(count, 2)].joined(separator: " ")
        report(
            "'\(name)' cannot handle unexpected argument '\(line.words[count])'.",
            at: line.origin
        )
    }
}
