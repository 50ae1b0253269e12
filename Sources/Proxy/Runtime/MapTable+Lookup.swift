import Model

extension MapTable {
    /// What one way of matching finds, for `get map` and `get acl`.
    struct Finding {
        let match: MatchKind
        /// The entry that a lookup comes to, nil for none.
        let entry: Entry?
        /// It is found without looking at every entry.
        let isIndexed: Bool
    }

    /// What each way of matching finds for a value.
    func findings(for value: String) -> [Finding] {
        matches.sorted { $0.rawValue < $1.rawValue }.map { finding(for: value, match: $0) }
    }

    private func finding(for value: String, match: MatchKind) -> Finding {
        switch match {
        case .string where !ignoresCase:
            let entry = sorted.first { $0.key == value }
            return Finding(match: match, entry: entry, isIndexed: true)
        case .prefix where !ignoresCase:
            let entry = longest { value.utf8.starts(with: $0.key.utf8) ? $0.key.utf8.count : nil }
            return Finding(match: match, entry: entry, isIndexed: true)
        case .address:
            let bytes = Array(value.utf8)
            let address = bytes.span.withSlice { Sample(parsing: $0) }
            guard address.isPresent else {
                return Finding(match: match, entry: nil, isIndexed: true)
            }
            let entry = longest { Self.prefixLength(of: $0.key, around: address) }
            return Finding(match: match, entry: entry, isIndexed: true)
        default:
            let entry = sorted.first { matchesText($0.key, value, match) }
            return Finding(match: match, entry: entry, isIndexed: false)
        }
    }

    /// The entry with the greatest length; of equal ones the first.
    private func longest(_ length: (Entry) -> Int?) -> Entry? {
        var best: (entry: Entry, length: Int)?
        for entry in sorted {
            guard let found = length(entry), found > best?.length ?? -1 else { continue }
            best = (entry, found)
        }
        return best?.entry
    }

    private static func prefixLength(of network: String, around address: Sample) -> Int? {
        var pattern = Pattern()
        pattern.read(network, as: .address)
        guard pattern.family == address.kind else { return nil }
        let length = Int(pattern.maskLength)
        return AddressMask.apply(address, length: length) == (pattern.high, pattern.low)
            ? length : nil
    }

    private func matchesText(_ key: String, _ value: String, _ match: MatchKind) -> Bool {
        switch match {
        case .integer, .length:
            let number = match == .length ? Int64(value.utf8.count) : Int64(value)
            guard let number, let range = PatternText.range(of: key) else { return false }
            return range.contains(number)
        case .regex:
            guard let regex = try? Regex.compile(key, ignoresCase: ignoresCase) else {
                return false
            }
            var scratch = RegexScratch()
            defer {
                regex.free()
                scratch.free()
            }
            return Array(value.utf8).span.withSlice { scratch.matches(regex, $0) }
        case .found: return true
        default:
            let (key, value) = ignoresCase ? (key.lowercased(), value.lowercased()) : (key, value)
            switch match {
            case .string, .boolean, .binary: return key == value
            case .prefix: return value.utf8.starts(with: key.utf8)
            case .suffix: return value.utf8.reversed().starts(with: key.utf8.reversed())
            case .directory: return Self.isWord(key, in: value, between: "/?")
            case .domain: return Self.isWord(key, in: value, between: "/?.:")
            default: return key.isEmpty || value.firstRange(of: key) != nil
            }
        }
    }

    /// Whether a text holds a word, delimiters on both sides or the ends (`match_word`, src/pattern.c).
    private static func isWord(_ word: String, in text: String, between delimiters: String) -> Bool
    {
        func isDelimiter(_ byte: UInt8) -> Bool { delimiters.utf8.contains(byte) }
        let trimmed = word.utf8.drop(while: isDelimiter).reversed().drop(while: isDelimiter)
        let sought = Array(trimmed.reversed())
        let bytes = Array(text.utf8)
        guard !sought.isEmpty, sought.count <= bytes.count else { return false }
        return (0...bytes.count - sought.count).contains { start in
            let end = start + sought.count
            return bytes[start..<end].elementsEqual(sought)
                && (start == 0 || isDelimiter(bytes[start - 1]))
                && (end == bytes.count || isDelimiter(bytes[end]))
        }
    }

    /// Why a key is no pattern for some way in which it would be matched; nil when it is one.
    func mistake(inKey key: String) -> String? {
        for match in [MatchKind.integer, .length, .address, .regex] where matches.contains(match) {
            do throws(RuleMistake) {
                _ = try PatternText.parse(key, as: match)
            } catch {
                return match == .regex ? "regex '\(key)' is invalid (\(error))" : "\(error)"
            }
        }
        return nil
    }
}

extension MatchKind {
    /// As `get map` and `get acl` call it (`pat_match_names`, src/pattern.c).
    var name: String {
        switch self {
        case .string: "str"
        case .prefix: "beg"
        case .suffix: "end"
        case .substring: "sub"
        case .found: "found"
        case .integer: "int"
        case .boolean: "bool"
        case .directory: "dir"
        case .domain: "dom"
        case .address: "ip"
        case .regex: "reg"
        case .length: "len"
        case .binary: "bin"
        }
    }
}
