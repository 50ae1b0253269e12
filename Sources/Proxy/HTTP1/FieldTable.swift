/// The header fields of one message by their places, and what its framing and connection fields say.
///
/// Fixed in size (HAProxy's `tune.http.maxhdr` counts 101), so parsing allocates nothing.
package struct FieldTable: BitwiseCopyable {
    package static let limit = 101

    package private(set) var count = 0
    private var fields = InlineArray<101, RequestHead.Field>(repeating: RequestHead.Field())
    /// One bit a field: not forwarded.
    private var removed: (UInt64, UInt64) = (0, 0)

    /// `Content-Length`, -1 when absent.
    var contentLength: Int64 = -1
    /// `Transfer-Encoding: chunked` and nothing else.
    var isChunked = false
    var connectionClose = false
    var connectionKeepAlive = false
    /// `Expect: 100-continue`.
    var expectsContinue = false
    /// Index of the `Host` field, -1 when absent.
    var hostIndex = -1
    /// The message carries `X-Forwarded-For` already.
    var hasForwardedFor = false
    /// `Connection: upgrade`.
    var connectionUpgrade = false
    /// Index of the only `Upgrade` field, -1 when absent, -2 when there are several.
    var upgradeIndex = -1
    /// Index of the `Expect` field, -1 when absent.
    var expectIndex = -1

    package init() {}

    @inline(__always)
    package subscript(index: Int) -> RequestHead.Field { fields[index] }

    /// False when the table is full.
    @inline(__always)
    package mutating func append(name: RequestHead.Part, value: RequestHead.Part) -> Bool {
        guard count < Self.limit else { return false }
        fields[count].name = name
        fields[count].value = value
        count &+= 1
        return true
    }

    /// Marks a field as hop-by-hop.
    @inline(__always)
    mutating func remove(_ index: Int) {
        if index < 64 {
            removed.0 |= 1 << UInt64(index)
        } else {
            removed.1 |= 1 << UInt64(index - 64)
        }
    }

    /// Lets the `Upgrade` field pass after all.
    mutating func forwardUpgrade() {
        guard upgradeIndex >= 0 else { return }
        if upgradeIndex < 64 {
            removed.0 &= ~(1 << UInt64(upgradeIndex))
        } else {
            removed.1 &= ~(1 << UInt64(upgradeIndex - 64))
        }
    }

    @inline(__always)
    func isRemoved(_ index: Int) -> Bool {
        index < 64
            ? removed.0 & (1 << UInt64(index)) != 0 : removed.1 & (1 << UInt64(index - 64)) != 0
    }

    /// Takes a field out of the table, as rules do; those behind it move up.
    mutating func delete(_ index: Int) {
        for place in index..<(count - 1) { fields[place] = fields[place + 1] }
        count -= 1
        let bits = UInt128(removed.1) << 64 | UInt128(removed.0)
        let below = bits & ((1 << UInt128(index)) - 1)
        let moved = below | (bits >> UInt128(index + 1)) << UInt128(index)
        removed = (UInt64(truncatingIfNeeded: moved), UInt64(truncatingIfNeeded: moved >> 64))
        hostIndex = Self.moved(hostIndex, without: index)
        upgradeIndex = Self.moved(upgradeIndex, without: index)
        expectIndex = Self.moved(expectIndex, without: index)
    }

    private static func moved(_ place: Int, without index: Int) -> Int {
        place == index ? -1 : place > index ? place - 1 : place
    }

    /// Gives a field another value, as rules do.
    mutating func replaceValue(_ index: Int, by value: RequestHead.Part) {
        fields[index].value = value
    }

    /// Empties the table without touching the places of old fields.
    @inline(__always)
    mutating func reset() {
        count = 0
        removed = (0, 0)
        contentLength = -1
        isChunked = false
        connectionClose = false
        connectionKeepAlive = false
        expectsContinue = false
        hostIndex = -1
        hasForwardedFor = false
        connectionUpgrade = false
        upgradeIndex = -1
        expectIndex = -1
    }
}
