/// What a fetch found or a converter made: a value with its type, its bytes lying elsewhere.
///
/// The bytes belong to the request, the configuration or the evaluation's arena, never to the sample.
package struct Sample: BitwiseCopyable {
    /// HAProxy's sample types (configuration.txt §7.2).
    package enum Kind: UInt8, BitwiseCopyable, Sendable {
        case none, boolean, integer, ipv4, ipv6, string, binary
        /// Only of keywords: an address of either family, and whatever a variable holds.
        case address, any
    }

    package var kind: Kind = .none
    /// IPv6 addresses: the first eight bytes.
    package var high: UInt64 = 0
    /// IPv6 addresses: the last eight bytes. IPv4: the address. Integers and booleans: the number's bits.
    package var low: UInt64 = 0
    package var bytes = ByteSlice.empty

    /// Nothing was found.
    package init() {}

    package init(_ bytes: ByteSlice, isBinary: Bool = false) {
        kind = isBinary ? .binary : .string
        self.bytes = bytes
    }

    package init(_ number: Int64) {
        kind = .integer
        low = UInt64(bitPattern: number)
    }

    package init(_ truth: Bool) {
        kind = .boolean
        low = truth ? 1 : 0
    }

    /// An address without its port; absent for unix sockets.
    package init(_ address: SocketAddress) {
        switch address.family {
        case .ipv4:
            kind = .ipv4
            low = address.low
        case .ipv6:
            kind = .ipv6
            (high, low) = (address.high, address.low)
        case .none, .unix, .abstract: break
        }
    }

    package var isPresent: Bool { kind != .none }
    /// Of an integer or a boolean.
    package var integer: Int64 { Int64(bitPattern: low) }
    package var isText: Bool { kind == .string || kind == .binary }
}

extension Sample.Kind {
    /// Whether HAProxy can turn a value of this type into `wanted` (`sample_casts`, 2.6).
    package func casts(to wanted: Sample.Kind) -> Bool {
        if self == wanted || self == .any || wanted == .any { return true }
        switch (self, wanted) {
        case (.boolean, .integer), (.boolean, .string), (.integer, .boolean), (.integer, .string),
            (.integer, .ipv4), (.integer, .address), (.integer, .binary):
            return true
        case (.ipv4, _), (.ipv6, _), (.address, _):
            return wanted != .boolean && (wanted != .integer || self != .ipv6)
        case (.string, _): return wanted != .boolean
        case (.binary, .string): return true
        default: return false
        }
    }

    /// As HAProxy's documentation names it.
    package var name: String {
        switch self {
        case .none: "none"
        case .boolean: "bool"
        case .integer: "sint"
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        case .string: "str"
        case .binary: "bin"
        case .address: "addr"
        case .any: "any"
        }
    }
}
