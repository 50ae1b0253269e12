import Model

/// Gathers lines into sections; one instance reads all files of a configuration.
struct BootReader {
    /// As `setenv` and its kin in `global` leave it.
    var environment: [String: String]
    let facts: BootFacts
    private(set) var diagnostics: [Diagnostic] = []
    private var finished: [BootSection] = []
    /// Names of the `defaults` sections so far.
    private var defaults: Set<String> = []
    private var open: Header?
    private var lines: [BootLine] = []
    /// Lines after a header we could not read belong to nothing and are not reported one by one.
    private var skipsUntilNextSection = false

    /// The `.if` blocks around the current line, outermost first.
    var blocks: [Block] = []

    /// One `.if` that waits for its `.endif`.
    struct Block {
        /// Lines of the current branch are read.
        var isTaken: Bool
        /// A branch was taken already, or the whole block lies in one that is not.
        var isSettled: Bool
        var hasElse = false
        let origin: Origin
    }

    private struct Header {
        let kind: BootSection.Kind
        let name: String
        let from: String?
        let origin: Origin
    }

    init(environment: [String: String], facts: BootFacts = BootFacts()) {
        self.environment = environment
        self.facts = facts
    }

    var sections: [BootSection] {
        var copy = self
        copy.closeSection()
        return copy.finished
    }

    mutating func read(_ text: String, named file: String) {
        let bytes = Array(text.utf8)
        if let zero = bytes.firstIndex(of: 0) {
            let line = bytes[..<zero].count { $0 == 10 } + 1
            report("an unexpected null character", at: Origin(file: file, line: line, column: 1))
            return
        }
        var number = 0
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            number += 1
            read(line: line.last == 13 ? line.dropLast() : line, file: file, number: number)
        }
        for block in blocks { report("non-terminated '.if' block.", at: block.origin) }
        blocks = []
        // A file ends its last section: what follows in the next file needs a header of its own.
        closeSection()
        skipsUntilNextSection = false
    }

    private mutating func read(line: ArraySlice<UInt8>, file: String, number: Int) {
        let origin = Origin(file: file, line: number, column: 1)
        do throws(WordError) {
            // Within a branch that is not read only directives matter, and mistakes are none.
            if isSkipping, line.drop(while: { $0 == 32 || $0 == 9 }).first != UInt8(ascii: ".") {
                return
            }
            let words = try BootWords.split(line, environment: environment)
            guard let first = words.first else { return }
            if first.hasPrefix("."), first.count > 1 {
                directive(words, at: origin)
            } else if isSkipping {
                return
            } else if let kind = BootSection.Kind(rawValue: first) {
                startSection(kind, words: words, origin: origin)
            } else if let open {
                if open.kind == .global { changeEnvironment(words, at: origin) }
                lines.append(BootLine(words: words, origin: origin))
            } else if !skipsUntilNextSection {
                report("unknown keyword '\(first)' out of section.", at: origin)
            }
        } catch {
            let place = Origin(file: file, line: number, column: error.position + 1)
            report("\(error.reason) at position \(error.position + 1)", at: place)
        }
    }

    private mutating func startSection(_ kind: BootSection.Kind, words: [String], origin: Origin) {
        closeSection()
        skipsUntilNextSection = true
        var rest = words.dropFirst()
        var name = ""
        if kind != .global, let first = rest.first, kind != .defaults || first != "from" {
            name = first
            rest = rest.dropFirst()
        }
        var from: String?
        if rest.first == "from", kind.isProxy || kind == .defaults {
            guard rest.count >= 2 else {
                return report("'from' expects the name of a defaults section.", at: origin)
            }
            from = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        if let extra = rest.first, kind != .userlist, kind != .program {
            return report("'\(words[0])' cannot handle unexpected argument '\(extra)'.", at: origin)
        }
        guard acceptsName(name, of: kind, at: origin) else { return }
        if let from, !defaults.contains(from) {
            report(
                "defaults section '\(from)' not found for \(kind.rawValue) '\(name)'.",
                at: origin
            )
        }
        open = Header(kind: kind, name: name, from: from, origin: origin)
        skipsUntilNextSection = false
    }

    private mutating func acceptsName(_ name: String, of kind: BootSection.Kind, at origin: Origin)
        -> Bool
    {
        if name.isEmpty {
            guard kind.isProxy else { return true }
            report("'\(kind.rawValue)' expects a name as argument.", at: origin)
            return false
        }
        guard kind.isProxy || kind == .defaults else { return true }
        let bad = name.unicodeScalars.first { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ":", ".", "-": false
            default: true
            }
        }
        guard let bad else { return true }
        let shown = bad.escaped(asASCII: true)
        report(
            "character '\(shown)' is not permitted in '\(kind.rawValue)' name '\(name)'.",
            at: origin
        )
        return false
    }

    private mutating func closeSection() {
        if let open {
            if open.kind == .defaults { defaults.insert(open.name) }
            finished.append(
                BootSection(
                    kind: open.kind,
                    name: open.name,
                    from: open.from,
                    lines: lines,
                    origin: open.origin
                )
            )
        }
        open = nil
        lines = []
    }

    mutating func report(_ message: String, at origin: Origin) {
        diagnostics.append(Diagnostic(at: origin, message))
    }

    /// What a `.notice`, `.warning` or `.alert` line says; `.diag` speaks only to those who ask for it.
    mutating func message(_ directive: String, _ text: String, at origin: Origin) {
        let severity: Diagnostic.Severity
        switch directive {
        case ".alert": severity = .error
        case ".warning": severity = .warning
        case ".notice": severity = .note
        default: return
        }
        diagnostics.append(Diagnostic(severity, at: origin, text))
    }
}
