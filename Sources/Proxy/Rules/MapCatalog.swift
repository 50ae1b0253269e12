import Model

/// The maps and pattern files that rules name, each loaded when it is named for the first time.
struct MapCatalog {
    private(set) var maps: [MapConfiguration] = []
    private var numbers: [String: Int] = [:]
    /// Lists that are only changed, as far as was read, and whose files are not there.
    private var unreadable: Set<String> = []
    private let readFile: (String) -> String?

    init(readFile: @escaping (String) -> String?) {
        self.readFile = readFile
    }

    /// A whole file, nil when it cannot be read.
    func text(of path: String) -> String? { readFile(path) }

    /// The number of the list with this name.
    ///
    /// - Throws: That its file cannot be read, or what in it is no pattern of this kind.
    mutating func number(
        of name: String,
        match: MatchKind,
        isMap: Bool,
        ignoresCase: Bool = false,
        at origin: Origin,
        isRequired: Bool = true
    ) throws(RuleMistake) -> Int {
        guard !isRequired || !unreadable.contains(name) else {
            throw RuleMistake("failed to open pattern file <\(name)>")
        }
        let isListed = ignoresCase || ![.string, .prefix, .found, .boolean].contains(match)
        let user = "\(isMap ? "map" : "acl") at file '\(origin.file)' line \(origin.line)"
        if let number = numbers[name] {
            guard maps[number].isMap == isMap else {
                throw RuleMistake(
                    "The file '\(name)' is already used as \(isMap ? "an acl" : "a map") file"
                )
            }
            maps[number].display += ", by \(user)"
            maps[number].matches.insert(match)
            if isListed { maps[number].isListed = true }
            if ignoresCase { maps[number].ignoresCase = true }
            try check(maps[number], match)
            return number
        }
        var map = MapConfiguration(name: name)
        map.isMap = isMap
        map.matches = [match]
        map.isListed = isListed
        map.ignoresCase = ignoresCase
        map.display = "pattern loaded from file '\(name)' used by \(user)"
        let path = name.hasPrefix("opt@") ? String(name.dropFirst(4)) : name
        if !name.hasPrefix("virt@") {
            let text = readFile(path.hasPrefix("file@") ? String(path.dropFirst(5)) : path)
            guard text != nil || name.hasPrefix("opt@") || !isRequired else {
                throw RuleMistake("failed to open pattern file <\(name)>")
            }
            map.entries = text.map { isMap ? Self.entries(of: $0) : Self.patterns(of: $0) } ?? []
        }
        try check(map, match)
        numbers[name] = maps.count
        maps.append(map)
        return maps.count - 1
    }

    /// The number of a list that a rule changes. Where nobody looks anything up its file need not exist.
    ///
    /// - Throws: That it is a list of the other kind.
    mutating func number(
        ofChanged name: String,
        isMap: Bool,
        at origin: Origin
    ) throws(RuleMistake) -> Int {
        let isThere = numbers[name] != nil || name.hasPrefix("opt@") || name.hasPrefix("virt@")
        if !isThere, readFile(name.hasPrefix("file@") ? String(name.dropFirst(5)) : name) == nil {
            unreadable.insert(name)
        }
        return try number(of: name, match: .string, isMap: isMap, at: origin, isRequired: false)
    }

    /// Every key has to be a pattern of each kind the map is looked up by.
    private func check(_ map: MapConfiguration, _ match: MatchKind) throws(RuleMistake) {
        guard [.integer, .address, .regex, .length].contains(match) else { return }
        for entry in map.entries {
            do throws(RuleMistake) {
                _ = try PatternText.parse(entry.key, as: match)
            } catch {
                throw RuleMistake("error in '\(map.name)': \(error)")
            }
        }
    }

    /// `key value…` a line; empty lines and those that start with `#` mean nothing.
    private static func entries(of text: String) -> [MapEntry] {
        lines(of: text).map { line in
            let key = line.prefix { $0 != 32 && $0 != 9 }
            let value = line[key.endIndex...].drop { $0 == 32 || $0 == 9 }
            return MapEntry(key: String(Substring(key)), value: String(Substring(value)))
        }
    }

    /// One pattern a line.
    private static func patterns(of text: String) -> [MapEntry] {
        lines(of: text).map { MapEntry(key: String(Substring($0)), value: "") }
    }

    /// Lines with something on them, without white space at their ends, comments left out.
    private static func lines(of text: String) -> [Substring.UTF8View] {
        text.utf8.split(whereSeparator: { $0 == 10 || $0 == 13 }).compactMap { line in
            var line = line.drop { $0 == 32 || $0 == 9 }
            while let last = line.last, last == 32 || last == 9 { line = line.dropLast() }
            return line.isEmpty || line.first == UInt8(ascii: "#") ? nil : line
        }
    }
}

/// The text of one pattern, read for its way of matching.
enum PatternText {
    /// Numbers, networks and expressions; other kinds are their text.
    ///
    /// - Throws: Why the text is no pattern of the kind.
    static func parse(_ text: String, as match: MatchKind) throws(RuleMistake) -> Pattern {
        var pattern = Pattern()
        switch match {
        case .integer, .length:
            guard let range = range(of: text) else {
                throw RuleMistake("'\(text)' is not a number")
            }
            (pattern.lower, pattern.upper) = (range.lowerBound, range.upperBound)
        case .address: try network(text, into: &pattern)
        case .regex:
            do throws(Regex.Mistake) {
                try Regex.compile(text, ignoresCase: false).free()
            } catch {
                throw RuleMistake("\(error)")
            }
        default: break
        }
        return pattern
    }

    /// `5`, `1:9`, `:9` and `1:`.
    static func range(of text: String) -> ClosedRange<Int64>? {
        let ends = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(ends.count), ends.contains(where: { !$0.isEmpty }) else {
            return nil
        }
        let low = ends[0].isEmpty ? Int64.min : Int64(ends[0])
        let high = ends.count == 1 ? low : ends[1].isEmpty ? Int64.max : Int64(ends[1])
        guard let low, let high, low <= high else { return nil }
        return low...high
    }

    private static func network(_ text: String, into pattern: inout Pattern) throws(RuleMistake) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        let bytes = Array(parts[0].utf8)
        let address = bytes.span.withSlice { Sample(parsing: $0) }
        guard address.isPresent else {
            throw RuleMistake("'\(text)' is not a valid IPv4 or IPv6 address")
        }
        let width = address.kind == .ipv4 ? 32 : 128
        var length = width
        if parts.count > 1 {
            guard let given = RuleParser.maskLength(parts[1], of: width) else {
                throw RuleMistake("'\(text)' is not a valid IPv4 or IPv6 address")
            }
            length = given
        }
        pattern.family = address.kind
        (pattern.high, pattern.low) = AddressMask.apply(address, length: length)
        pattern.maskLength = UInt8(length)
    }
}

extension Pattern {
    /// Takes the meaning of a text as one kind of pattern; a text that has none never matches.
    mutating func read(_ text: String, as match: MatchKind) {
        guard let read = try? PatternText.parse(text, as: match) else {
            if match != .address { (lower, upper) = (.max, .min) }
            return
        }
        if match == .address {
            (family, high, low, maskLength) = (read.family, read.high, read.low, read.maskLength)
        } else {
            (lower, upper) = (read.lower, read.upper)
        }
    }
}

/// Networks: addresses with the bits behind a prefix cleared.
enum AddressMask {
    /// The halves of an address without the bits behind the first `length`.
    @inline(__always)
    static func apply(_ address: Sample, length: Int) -> (high: UInt64, low: UInt64) {
        guard address.kind == .ipv6 else {
            let mask: UInt64 = length == 0 ? 0 : (~0 << UInt64(32 - length)) & 0xffff_ffff
            return (0, address.low & mask)
        }
        let high: UInt64 = length == 0 ? 0 : length >= 64 ? ~0 : ~0 << UInt64(64 - length)
        let low: UInt64 = length <= 64 ? 0 : length >= 128 ? ~0 : ~0 << UInt64(128 - length)
        return (address.high & high, address.low & low)
    }
}
