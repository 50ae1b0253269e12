/// A bind's names and lines while they are collected for a snapshot.
struct TLSBindDraft {
    private let context: TLSContext?
    private let isStrict: Bool
    private var lines: [(certificate: Certificate, context: TLSContext, group: Int)] = []
    private var defaults: [Int32] = []
    private var names: [(text: String, line: Int32, isNegative: Bool)] = []

    /// Without a context nobody is served.
    init(context: TLSContext?, isStrict: Bool) {
        self.context = context
        self.isStrict = isStrict
    }

    /// What the snapshot points to.
    var held: [any AnyObject & Sendable] {
        lines.flatMap { [$0.certificate, $0.context] as [any AnyObject & Sendable] }
            + (context.map { [$0] } ?? [])
    }

    /// The lines as workers read them.
    var lineRows: RawArray<TLSBindSnapshot.Line> {
        .make(
            lines.map { TLSBindSnapshot.Line($0.certificate, context: $0.context, group: $0.group) }
        )
    }

    /// Puts a certificate in another's place; false when that changes which names are served.
    mutating func replace(_ old: Certificate, with new: Certificate) -> Bool {
        guard old.names == new.names else { return false }
        for index in lines.indices where lines[index].certificate === old {
            lines[index].certificate = new
        }
        return true
    }

    /// Adds a certificate of a line; lines with the same `group` came from one line of a list.
    mutating func add(
        _ certificate: Certificate,
        context: TLSContext,
        filters: [String],
        isDefault: Bool,
        group: Int
    ) {
        let number = Int32(truncatingIfNeeded: lines.count)
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

    /// What workers read.
    var snapshot: TLSBindSnapshot {
        guard let context else { return TLSBindSnapshot() }
        var made = TLSBindSnapshot(context: context, isStrict: isStrict)
        var text: [UInt8] = []
        let order = names.indices.sorted { left, right in
            names[left].text == names[right].text
                ? left < right
                : names[left].text.utf8.lexicographicallyPrecedes(names[right].text.utf8)
        }
        made.names = .make(
            order.map { place in
                let name = names[place]
                defer { text += name.text.utf8 }
                return TLSBindSnapshot.Name(
                    start: Int32(text.count),
                    count: Int32(name.text.utf8.count),
                    line: name.line,
                    isNegative: name.isNegative
                )
            }
        )
        made.text = .make(text)
        made.lines = lineRows
        made.defaults = .make(defaults)
        return made
    }
}
