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
