/// A bind's names and lines while they are collected for a snapshot.
struct TLSBindDraft {
    private let context: TLSContext?
    private let isStrict: Bool
    private let label: String
    private var lines: [(certificate: Certificate, context: TLSContext, group: Int)] = []
    private var defaults: [Int32] = []
    private var names: [(text: String, line: Int32, isNegative: Bool)] = []
    /// Of each certificate among the lines.
    private var places: [ObjectIdentifier: [Int]] = [:]

    /// Without a context nobody is served.
    init(context: TLSContext?, isStrict: Bool, label: String = "") {
        self.context = context
        self.isStrict = isStrict
        self.label = label
    }

    /// What the snapshot points to.
    var held: [any AnyObject & Sendable] {
        lines.flatMap { [$0.certificate, $0.context] as [any AnyObject & Sendable] }
            + (context.map { [$0] } ?? [])
    }

    /// The lines as workers read them.
    private var lineRows: RawArray<TLSBindSnapshot.Line> {
        .make(
            lines.map { TLSBindSnapshot.Line($0.certificate, context: $0.context, group: $0.group) }
        )
    }

    /// Where a certificate is served.
    func places(of certificate: Certificate) -> [Int] {
        places[ObjectIdentifier(certificate)] ?? []
    }

    /// Puts a certificate in another's place; the lines that `rows` become, nil when other names are served then.
    mutating func replace(
        _ old: Certificate,
        with new: Certificate,
        in rows: RawArray<TLSBindSnapshot.Line>
    ) -> RawArray<TLSBindSnapshot.Line>? {
        guard old.names == new.names else { return nil }
        let changed = places.removeValue(forKey: ObjectIdentifier(old)) ?? []
        for place in changed {
            lines[place].certificate = new
            places[ObjectIdentifier(new), default: []].append(place)
        }
        var made: [Int: TLSBindSnapshot.Line] = [:]
        for place in changed {
            let line = lines[place]
            made[place] = .init(line.certificate, context: line.context, group: line.group)
        }
        guard let first = changed.min(), let last = changed.max() else {
            return .make(count: rows.count) { rows[$0] }
        }
        return .make(count: rows.count) { place in
            place < first || place > last ? rows[place] : made[place] ?? rows[place]
        }
    }

    /// How many groups of lines there are.
    var groupCount: Int { (lines.last?.group ?? -1) + 1 }

    /// Adds a certificate of a line; lines with the same `group` came from one line of a list.
    mutating func add(
        _ certificate: Certificate,
        context: TLSContext,
        filters: [String],
        isDefault: Bool,
        group: Int
    ) {
        let number = Int32(truncatingIfNeeded: lines.count)
        places[ObjectIdentifier(certificate), default: []].append(lines.count)
        lines.append((certificate, context, group))
        // A line's filters stand in place of the names in the certificate.
        for filter in filters.isEmpty ? certificate.names : filters {
            enter(filter.lowercased(), line: number)
        }
        if isDefault || filters.contains("*") { defaults.append(number) }
    }

    private mutating func enter(_ filter: String, line: Int32) {
        let isNegative = filter.hasPrefix("!")
        var text = isNegative ? String(filter.dropFirst()) : filter
        if text.hasPrefix("*") {
            text.removeFirst()
            guard !isNegative else { return }
        }
        if !text.isEmpty { names.append((text, line, isNegative)) }
    }

    /// What workers read; names stay in their order, so that one more takes little.
    mutating func makeSnapshot() -> TLSBindSnapshot {
        guard let context else { return TLSBindSnapshot() }
        var made = TLSBindSnapshot(context: context, isStrict: isStrict)
        names.sort { left, right in
            left.text == right.text
                ? left.line < right.line
                : left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        }
        var text: [UInt8] = []
        made.names = .make(
            names.map { name in
                defer { text += name.text.utf8 }
                return TLSBindSnapshot.Name(
                    start: Int32(text.count),
                    count: Int32(name.text.utf8.count),
                    line: name.line,
                    isNegative: name.isNegative
                )
            }
        )
        made.label = .make(label)
        made.text = .make(text)
        made.lines = lineRows
        made.defaults = .make(defaults)
        return made
    }
}
