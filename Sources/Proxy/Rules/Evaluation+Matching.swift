extension Evaluation {
    /// Whether any pattern of a test, or of its files, matches the value.
    mutating func matches(_ value: Sample, _ test: PatternTest) -> Bool {
        switch test.match {
        case .found: return true
        case .boolean: return value.isText ? false : value.low != 0
        case .address:
            let address = value.cast(to: .address, in: &arena)
            return address.isPresent && anyPattern(test) { $0.contains(address) }
                || address.isPresent && anyList(test, value: address)
        case .integer:
            let number = value.cast(to: .integer, in: &arena)
            return number.isPresent && anyPattern(test) { $0.contains(number.integer) }
                || number.isPresent && anyList(test, value: number)
        default: break
        }
        let text = value.kind == .binary ? value : value.cast(to: .string, in: &arena)
        guard text.isPresent else { return false }
        if test.match == .length {
            let length = Int64(text.bytes.count)
            return anyPattern(test) { $0.contains(length) } || anyList(test, value: text)
        }
        for index in test.patterns.range {
            let pattern = book.patterns[index]
            if test.match == .regex {
                if scratch.matches(book.regexes[Int(pattern.regex)], text.bytes) { return true }
            } else if TextMatch.holds(
                text.bytes,
                book[pattern.text],
                test.match,
                ignoresCase: test.ignoresCase
            ) {
                return true
            }
        }
        return anyList(test, value: text)
    }

    private func anyPattern(_ test: PatternTest, _ body: (Pattern) -> Bool) -> Bool {
        for index in test.patterns.range where body(book.patterns[index]) { return true }
        return false
    }

    private mutating func anyList(_ test: PatternTest, value: Sample) -> Bool {
        for index in test.lists.range {
            let list = snapshot.maps[Int(book.numbers[index])]
            if list.entry(for: value, test.match, ignoresCase: test.ignoresCase, scratch: &scratch)
                != nil
            {
                return true
            }
        }
        return false
    }
}

extension Pattern {
    @inline(__always)
    func contains(_ number: Int64) -> Bool { lower <= number && number <= upper }

    /// Whether an address lies in the network; an IPv4 address also matches as it is mapped into IPv6.
    func contains(_ address: Sample) -> Bool {
        var address = address
        if family == .ipv4, address.kind == .ipv6 {
            // 2.6 looks at mapped, compatible and 6to4 addresses.
            if address.high == 0, address.low >> 32 == 0xffff || address.low >> 32 == 0 {
                address.low &= 0xffff_ffff
            } else if address.high >> 48 == 0x2002 {
                address.low = address.high >> 16 & 0xffff_ffff
            } else {
                return false
            }
            address.kind = .ipv4
        } else if family == .ipv6, address.kind == .ipv4 {
            address.kind = .ipv6
            (address.high, address.low) = (0, address.low | 0xffff_0000_0000)
        }
        return family == address.kind
            && AddressMask.apply(address, length: Int(maskLength)) == (high, low)
    }
}

/// Comparisons of texts by HAProxy's matching methods (`pattern.c`, 2.6).
enum TextMatch {
    /// Whether `text` matches `pattern`.
    static func holds(
        _ text: ByteSlice,
        _ pattern: ByteSlice,
        _ match: MatchKind,
        ignoresCase: Bool
    ) -> Bool {
        let extra = text.count - pattern.count
        switch match {
        case .string, .binary: return extra == 0 && equals(text, pattern, at: 0, ignoresCase)
        case .prefix: return extra >= 0 && equals(text, pattern, at: 0, ignoresCase)
        case .suffix: return extra >= 0 && equals(text, pattern, at: extra, ignoresCase)
        case .substring:
            guard extra >= 0 else { return false }
            for start in 0...extra where equals(text, pattern, at: start, ignoresCase) {
                return true
            }
            return false
        case .directory: return containsWord(text, pattern, ignoresCase, isDomain: false)
        case .domain: return containsWord(text, pattern, ignoresCase, isDomain: true)
        case .found, .boolean, .integer, .address, .regex, .length: return false
        }
    }

    @inline(__always)
    private static func equals(
        _ text: ByteSlice,
        _ pattern: ByteSlice,
        at start: Int,
        _ ignoresCase: Bool
    ) -> Bool {
        for offset in 0..<pattern.count {
            let (left, right) = (text[start + offset], pattern[offset])
            let isEqual =
                ignoresCase ? ASCII.lowercased(left) == ASCII.lowercased(right) : left == right
            if !isEqual { return false }
        }
        return true
    }

    private static func isDelimiter(_ byte: UInt8, _ isDomain: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"): true
        case UInt8(ascii: "."), UInt8(ascii: ":"): isDomain
        default: false
        }
    }

    /// `match_word`: the pattern between delimiters or ends of the text.
    private static func containsWord(
        _ text: ByteSlice,
        _ pattern: ByteSlice,
        _ ignoresCase: Bool,
        isDomain: Bool
    ) -> Bool {
        var word = pattern
        while word.count > 0, isDelimiter(word[0], isDomain) { word = word.dropFirst(1) }
        while word.count > 0, isDelimiter(word[word.count - 1], isDomain) {
            word = word.prefix(word.count - 1)
        }
        guard word.count <= text.count, word.count > 0 else { return word.count == 0 }
        var mayStart = true
        for start in 0...(text.count - word.count) {
            if isDelimiter(text[start], isDomain) {
                mayStart = true
                continue
            }
            guard mayStart else { continue }
            let end = start + word.count
            if equals(text, word, at: start, ignoresCase),
                end == text.count || isDelimiter(text[end], isDomain)
            {
                return true
            }
            mayStart = false
        }
        return false
    }
}

extension MapSnapshot {
    /// The entry whose key a value matches, by HAProxy's order: exact, longest, or first in the list.
    func entry(
        for value: Sample,
        _ match: MatchKind,
        ignoresCase: Bool,
        scratch: inout RegexScratch
    )
        -> MapSnapshotEntry?
    {
        switch match {
        case .string where !ignoresCase: return first(value.bytes)
        case .prefix where !ignoresCase: return longestPrefix(of: value.bytes)
        case .address: return network(of: value)
        case .integer:
            return firstListed { $0.pattern.contains(value.integer) }
        case .length:
            let length = Int64(value.bytes.count)
            return firstListed { $0.pattern.contains(length) }
        case .regex:
            for index in ordered.indices {
                let listed = ordered[index]
                guard listed.pattern.regex >= 0 else { continue }
                if scratch.matches(regexes[Int(listed.pattern.regex)], value.bytes) {
                    return listed.entry
                }
            }
            return nil
        case .string, .prefix, .suffix, .substring, .directory, .domain, .binary:
            return firstListed {
                TextMatch.holds(value.bytes, $0.entry.key.slice, match, ignoresCase: ignoresCase)
            }
        case .found, .boolean: return nil
        }
    }

    private func firstListed(_ body: (ListedEntry) -> Bool) -> MapSnapshotEntry? {
        for index in ordered.indices {
            let listed = ordered[index]
            if body(listed) { return listed.entry }
        }
        return nil
    }

    /// The smallest network that holds an address.
    private func network(of address: Sample) -> MapSnapshotEntry? {
        var best: ListedEntry?
        for index in ordered.indices {
            let listed = ordered[index]
            guard listed.pattern.family != .none, listed.pattern.contains(address) else { continue }
            if best.map({ $0.pattern.maskLength < listed.pattern.maskLength }) ?? true {
                best = listed
            }
        }
        return best?.entry
    }

    /// The first entry whose key is the text.
    func first(_ text: ByteSlice) -> MapSnapshotEntry? {
        guard !buckets.isEmpty else { return nil }
        var hash = MapHash()
        for offset in 0..<text.count { hash.combine(text[offset]) }
        return entry(hash.value, text, length: text.count)
    }

    /// The first entry with the longest key that the text starts with.
    func longestPrefix(of text: ByteSlice) -> MapSnapshotEntry? {
        guard !buckets.isEmpty else { return nil }
        var hash = MapHash()
        var hashed = 0
        var best: MapSnapshotEntry?
        for index in keyLengths.indices {
            let length = Int(keyLengths[index])
            guard length <= text.count else { break }
            while hashed < length {
                hash.combine(text[hashed])
                hashed += 1
            }
            if let found = entry(hash.value, text, length: length) { best = found }
        }
        return best
    }

    private func entry(_ hash: UInt32, _ text: ByteSlice, length: Int) -> MapSnapshotEntry? {
        let bucket = buckets[Int(hash) & (buckets.count - 1)]
        for index in bucket.indices {
            let entry = bucket[index]
            if entry.hash == hash, entry.key.count == length,
                text.prefix(length).isEqual(to: entry.key)
            {
                return entry
            }
        }
        return nil
    }
}

/// The hash of a map's keys: FNV-1a, which can be taken along a text byte by byte.
struct MapHash: BitwiseCopyable {
    private var state: UInt32 = 0x811c_9dc5

    /// Adds one byte.
    @inline(__always)
    mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt32(byte)) &* 0x0100_0193
    }

    /// Mixed, because a bucket is chosen by the low bits.
    @inline(__always)
    var value: UInt32 { state ^ (state >> 15) }
}
