/// The text of a sample while converters work on it: a piece of the request or of the snapshot, never a copy.
struct SampleText: BitwiseCopyable {
    /// How bytes are changed when they are looked at.
    private enum Folding: UInt8, BitwiseCopyable { case none, lower, upper }

    private var stored: RawText = .empty
    private var isStored = false
    private var start = 0
    private(set) var count = 0
    private var folding = Folding.none
    private(set) var isPresent = true
    /// The backend that a map's value names, or -1.
    private(set) var backend: Int32 = -1

    /// Nothing was found.
    static var absent: SampleText {
        var text = SampleText(RequestHead.Part())
        text.isPresent = false
        return text
    }

    init(_ part: RequestHead.Part) {
        start = Int(part.start)
        count = Int(part.count)
    }

    init(_ text: RawText, backend: Int32 = -1) {
        stored = text
        isStored = true
        count = text.count
        self.backend = backend
    }

    /// What a fetch finds before any converter; of several values of a header, the last.
    static func fetch(_ sample: RoutingSample, _ head: borrowing RequestHead, in bytes: Span<UInt8>)
        -> SampleText
    {
        switch sample.fetch {
        case .path: head.path.isEmpty ? .absent : SampleText(head.path)
        case .url: SampleText(head.target)
        case .query: SampleText(head.query)
        case .method: SampleText(head.method)
        case .constant: SampleText(sample.text)
        case .header: header(sample.text, head, in: bytes)
        case .usableServers, .always, .never: .absent
        }
    }

    private static func header(
        _ name: RawText,
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>
    ) -> SampleText {
        if !head.host.isEmpty, isHostName(name) { return SampleText(head.host) }
        for index in stride(from: head.fieldCount - 1, through: 0, by: -1)
        where head.isField(index, named: name, in: bytes) {
            var cursor = FieldValueCursor(head.fields[index].value)
            var last = RequestHead.Part()
            while let value = cursor.next(in: bytes) { last = value }
            return SampleText(last)
        }
        return .absent
    }

    static func isHostName(_ name: RawText) -> Bool {
        name.count == 4 && name[0] == UInt8(ascii: "h") && name[1] == UInt8(ascii: "o")
            && name[2] == UInt8(ascii: "s") && name[3] == UInt8(ascii: "t")
    }

    /// The byte at an offset, after folding.
    @inline(__always)
    func byte(_ offset: Int, in bytes: Span<UInt8>) -> UInt8 {
        let byte = isStored ? stored[start + offset] : bytes[start + offset]
        switch folding {
        case .none: return byte
        case .lower: return byte >= 65 && byte <= 90 ? byte | 0x20 : byte
        case .upper: return byte >= 97 && byte <= 122 ? byte & 0xdf : byte
        }
    }

    /// After every converter; absent when a map has no answer.
    func converted(
        by converters: RawArray<RoutingConverter>,
        in bytes: Span<UInt8>,
        maps: RawArray<MapSnapshot>
    ) -> SampleText {
        var text = self
        for index in converters.indices where text.isPresent {
            let converter = converters[index]
            switch converter.kind {
            case .lower: text.fold(to: .lower)
            case .upper: text.fold(to: .upper)
            case .hostOnly: text.dropPort(in: bytes)
            case .field: text.keepField(converter, in: bytes)
            case .map: text = text.mapped(by: converter, in: bytes, maps: maps)
            }
        }
        return text
    }

    private mutating func fold(to folding: Folding) {
        self.folding = folding
        backend = -1
    }

    private func mapped(
        by converter: RoutingConverter,
        in bytes: Span<UInt8>,
        maps: RawArray<MapSnapshot>
    ) -> SampleText {
        let map = maps[Int(converter.map)]
        let entry =
            converter.match == .prefix
            ? map.longestPrefix(of: self, in: bytes) : map.first(self, in: bytes)
        if let entry { return SampleText(entry.value, backend: entry.backend) }
        return converter.hasDefault
            ? SampleText(converter.text, backend: converter.defaultBackend) : .absent
    }

    /// `example.org:80` and `[::1]:80` lose what follows the host.
    private mutating func dropPort(in bytes: Span<UInt8>) {
        backend = -1
        var end = count
        while end > 0 {
            let byte = byte(end - 1, in: bytes)
            if byte == UInt8(ascii: "]") { return }
            if byte == UInt8(ascii: ":") {
                count = end - 1
                return
            }
            guard byte >= 48, byte <= 57 else { return }
            end -= 1
        }
    }

    /// HAProxy's `field`: counts from the end when the position is negative.
    private mutating func keepField(_ converter: RoutingConverter, in bytes: Span<UInt8>) {
        backend = -1
        let isForward = converter.position > 0
        var remaining = abs(converter.position)
        var low = 0
        var high = 0
        var offset = 0
        while offset <= count {
            let place = isForward ? offset : count - 1 - offset
            let isEnd = offset == count || isDelimiter(byte(place, in: bytes), converter.text)
            if isEnd {
                remaining -= 1
                if remaining == 0 {
                    high = offset
                    break
                }
                low = offset + 1
            }
            offset += 1
        }
        guard remaining == 0 else {
            self = .absent
            return
        }
        start += isForward ? low : count - high
        count = high - low
    }

    private func isDelimiter(_ byte: UInt8, _ delimiters: RawText) -> Bool {
        for index in delimiters.indices where delimiters[index] == byte { return true }
        return false
    }
}

extension SampleText {
    /// Whether any pattern of a test matches.
    func matches(_ test: RoutingTest, in bytes: Span<UInt8>) -> Bool {
        if test.match == .found { return true }
        for index in test.patterns.indices {
            let pattern = test.patterns[index]
            let extra = count - pattern.count
            guard extra >= 0 else { continue }
            let isMatch =
                switch test.match {
                case .string: extra == 0 && equals(pattern, at: 0, test, in: bytes)
                case .prefix: equals(pattern, at: 0, test, in: bytes)
                case .suffix: equals(pattern, at: extra, test, in: bytes)
                case .substring: contains(pattern, test, in: bytes)
                case .found, .integer, .boolean: false
                }
            if isMatch { return true }
        }
        return false
    }

    private func contains(_ pattern: RawText, _ test: RoutingTest, in bytes: Span<UInt8>) -> Bool {
        for start in 0...(count - pattern.count) where equals(pattern, at: start, test, in: bytes) {
            return true
        }
        return false
    }

    private func equals(
        _ pattern: RawText,
        at start: Int,
        _ test: RoutingTest,
        in bytes: Span<UInt8>
    ) -> Bool {
        for offset in pattern.indices {
            var left = byte(start + offset, in: bytes)
            var right = pattern[offset]
            if test.ignoresCase {
                if left >= 65, left <= 90 { left |= 0x20 }
                if right >= 65, right <= 90 { right |= 0x20 }
            }
            if left != right { return false }
        }
        return true
    }
}

extension MapSnapshot {
    /// The first entry whose key is the text.
    func first(_ text: SampleText, in bytes: Span<UInt8>) -> MapSnapshotEntry? {
        guard !buckets.isEmpty else { return nil }
        var hash = MapHash()
        for offset in 0..<text.count { hash.combine(text.byte(offset, in: bytes)) }
        return entry(hash.value, text, length: text.count, in: bytes)
    }

    /// The first entry with the longest key that the text starts with.
    func longestPrefix(of text: SampleText, in bytes: Span<UInt8>) -> MapSnapshotEntry? {
        guard !buckets.isEmpty else { return nil }
        var hash = MapHash()
        var hashed = 0
        var best: MapSnapshotEntry?
        for index in keyLengths.indices {
            let length = Int(keyLengths[index])
            guard length <= text.count else { break }
            while hashed < length {
                hash.combine(text.byte(hashed, in: bytes))
                hashed += 1
            }
            if let found = entry(hash.value, text, length: length, in: bytes) { best = found }
        }
        return best
    }

    private func entry(
        _ hash: UInt32,
        _ text: SampleText,
        length: Int,
        in bytes: Span<UInt8>
    ) -> MapSnapshotEntry? {
        let bucket = buckets[Int(hash) & (buckets.count - 1)]
        for index in bucket.indices {
            let entry = bucket[index]
            if entry.hash == hash, isKey(entry.key, text, length: length, in: bytes) {
                return entry
            }
        }
        return nil
    }

    private func isKey(_ key: RawText, _ text: SampleText, length: Int, in bytes: Span<UInt8>)
        -> Bool
    {
        guard key.count == length else { return false }
        for offset in 0..<length where key[offset] != text.byte(offset, in: bytes) { return false }
        return true
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
