import Model

/// The PROXY protocol, versions 1 and 2: who is behind a connection (`doc/proxy-protocol.txt`, HAProxy 2.6).
///
/// Bytes in, header out, and back. Nothing is guessed: what is not exactly a header is refused.
package enum ProxyProtocol {
    /// What a header says.
    package struct Header: BitwiseCopyable {
        /// Both of family `none` when the sender speaks for itself or does not tell.
        package var source = SocketAddress()
        package var destination = SocketAddress()
        /// Bytes of the whole header.
        package var byteCount = 0

        package init() {}
    }

    /// How far reading a header came.
    package enum Result: BitwiseCopyable {
        case complete(Header)
        case incomplete
        case rejected
    }

    /// Longest header of version 1 with its CRLF, and of version 2 that is accepted.
    private static let lineLimit = 107
    private static let blockLimit = 4096
    private static let signature: InlineArray<12, UInt8> = [
        13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10,
    ]

    /// Reads the header at the start of a connection.
    package static func parse(_ bytes: Span<UInt8>) -> Result {
        guard bytes.count > 0 else { return .incomplete }
        return bytes[0] == 13 ? parseBlock(bytes) : parseLine(bytes)
    }

    // MARK: Version 1

    private static func parseLine(_ bytes: Span<UInt8>) -> Result {
        guard bytes.canBecome("PROXY ", at: 0) else { return .rejected }
        guard bytes.count >= 6 else { return .incomplete }
        var end = 6
        while end < bytes.count, end < lineLimit, bytes[end] != 13 { end += 1 }
        guard end + 1 < lineLimit else { return .rejected }
        guard end + 1 < bytes.count else { return .incomplete }
        guard bytes[end + 1] == 10 else { return .rejected }
        var header = Header()
        header.byteCount = end + 2
        var words = WordCursor(start: 6, end: end)
        guard let family = words.next(bytes) else { return .rejected }
        if bytes.matches("unknown", at: family.lowerBound, count: family.count) {
            // Whatever follows on the line is to be ignored.
            return isExact("UNKNOWN", bytes, family) ? .complete(header) : .rejected
        }
        let isIPv6 = isExact("TCP6", bytes, family)
        guard isIPv6 || isExact("TCP4", bytes, family),
            let source = words.next(bytes).flatMap({ address(bytes, $0, isIPv6) }),
            let destination = words.next(bytes).flatMap({ address(bytes, $0, isIPv6) }),
            let sourcePort = words.next(bytes).flatMap({ port(bytes, $0) }),
            let destinationPort = words.next(bytes).flatMap({ port(bytes, $0) }), words.isAtEnd
        else { return .rejected }
        header.source = source
        header.source.port = sourcePort
        header.destination = destination
        header.destination.port = destinationPort
        return .complete(header)
    }

    /// Words apart by exactly one space.
    private struct WordCursor {
        var start: Int
        let end: Int
        private(set) var isAtEnd = false

        init(start: Int, end: Int) {
            self.start = start
            self.end = end
        }

        mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
            guard !isAtEnd else { return nil }
            var index = start
            while index < end, bytes[index] != 32 { index += 1 }
            let word = start..<index
            isAtEnd = index == end
            start = index + 1
            return word.isEmpty ? nil : word
        }
    }

    private static func isExact(_ text: String, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var index = range.lowerBound
        for byte in text.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private static func port(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt16? {
        decimal(bytes, range, most: 65_535).map { UInt16($0) }
    }

    private static func decimal(_ bytes: Span<UInt8>, _ range: Range<Int>, most: Int) -> Int? {
        guard (1...5).contains(range.count), range.count == 1 || bytes[range.lowerBound] != 48
        else {
            return nil
        }
        var number = 0
        for index in range {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            number = number * 10 + Int(bytes[index] - 48)
        }
        return number <= most ? number : nil
    }

    private static func address(_ bytes: Span<UInt8>, _ range: Range<Int>, _ isIPv6: Bool)
        -> SocketAddress?
    {
        guard isIPv6 else { return ipv4(bytes, range) }
        guard range.count <= 45 else { return nil }
        let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
        guard let parsed = IPv6Address(text) else { return nil }
        var address = SocketAddress()
        address.family = .ipv6
        address.high = parsed.high
        address.low = parsed.low
        return address
    }

    private static func ipv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> SocketAddress? {
        var (start, octets, bits) = (range.lowerBound, 0, UInt64(0))
        while octets < 4 {
            var end = start
            while end < range.upperBound, bytes[end] != 46 { end += 1 }
            guard let octet = decimal(bytes, start..<end, most: 255) else { return nil }
            bits = bits << 8 | UInt64(octet)
            octets += 1
            guard end < range.upperBound else {
                start = end
                break
            }
            start = end + 1
        }
        guard octets == 4, start == range.upperBound else { return nil }
        var address = SocketAddress()
        address.family = .ipv4
        address.low = bits
        return address
    }

    // MARK: Version 2

    private static func parseBlock(_ bytes: Span<UInt8>) -> Result {
        for index in 0..<min(12, bytes.count) where bytes[index] != signature[index] {
            return .rejected
        }
        guard bytes.count >= 16 else { return .incomplete }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        let command = bytes[12]
        guard command == 0x20 || command == 0x21, length + 16 <= blockLimit else {
            return .rejected
        }
        guard bytes.count >= 16 + length else { return .incomplete }
        var header = Header()
        header.byteCount = 16 + length
        // A health check of the sender's: the connection speaks for itself.
        if command == 0x20 { return .complete(header) }
        var start = 16
        switch bytes[13] {
        case 0x11 where length >= 12:
            header.source = ipv4(bytes, at: 16, port: 24)
            header.destination = ipv4(bytes, at: 20, port: 26)
            start += 12
        case 0x21 where length >= 36:
            header.source = ipv6(bytes, at: 16, port: 48)
            header.destination = ipv6(bytes, at: 32, port: 50)
            start += 36
        case 0x31 where length >= 216: start += 216
        case 0x11, 0x21, 0x31: return .rejected
        // Other families say nothing about the connection, and their addresses cannot be told from the rest.
        default: return .complete(header)
        }
        return areExtensionsValid(bytes, from: start, to: 16 + length)
            ? .complete(header) : .rejected
    }

    private static func ipv4(_ bytes: Span<UInt8>, at start: Int, port: Int) -> SocketAddress {
        var address = SocketAddress()
        address.family = .ipv4
        for index in 0..<4 { address.low = address.low << 8 | UInt64(bytes[start + index]) }
        address.port = UInt16(bytes[port]) << 8 | UInt16(bytes[port + 1])
        return address
    }

    private static func ipv6(_ bytes: Span<UInt8>, at start: Int, port: Int) -> SocketAddress {
        var address = SocketAddress()
        address.family = .ipv6
        for index in 0..<8 {
            address.high = address.high << 8 | UInt64(bytes[start + index])
            address.low = address.low << 8 | UInt64(bytes[start + 8 + index])
        }
        address.port = UInt16(bytes[port]) << 8 | UInt16(bytes[port + 1])
        return address
    }

    /// Every extension ends within the header, and a checksum is right; unknown ones are passed over.
    private static func areExtensionsValid(_ bytes: Span<UInt8>, from start: Int, to end: Int)
        -> Bool
    {
        var index = start
        while index < end {
            guard index + 3 <= end else { return false }
            let length = Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
            guard index + 3 + length <= end else { return false }
            if bytes[index] == 3 {
                guard length == 4, hasChecksum(bytes, at: index + 3, end: end) else { return false }
            }
            index += 3 + length
        }
        return true
    }

    /// CRC32c over the header, its own four bytes taken as zeroes.
    private static func hasChecksum(_ bytes: Span<UInt8>, at place: Int, end: Int) -> Bool {
        var (crc, expected) = (UInt32.max, UInt32(0))
        for index in 0..<end {
            let isOwn = index >= place && index < place + 4
            if isOwn { expected = expected << 8 | UInt32(bytes[index]) }
            crc ^= isOwn ? 0 : UInt32(bytes[index])
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
        }
        return ~crc == expected
    }
}

extension ProxyProtocol {
    /// Appends a header of version 1; `UNKNOWN` unless both addresses are of one IP version.
    package static func writeLine(
        from source: SocketAddress,
        to destination: SocketAddress,
        into output: inout ScratchBuffer
    ) {
        guard source.family == destination.family,
            source.family == .ipv4 || source.family == .ipv6
        else {
            output.append("PROXY UNKNOWN\r\n")
            return
        }
        output.append(source.family == .ipv4 ? "PROXY TCP4 " : "PROXY TCP6 ")
        HeadSerializer.writeAddress(source, to: &output)
        output.append(byte: 32)
        HeadSerializer.writeAddress(destination, to: &output)
        output.append(byte: 32)
        output.append(decimal: Int(source.port))
        output.append(byte: 32)
        output.append(decimal: Int(destination.port))
        output.append("\r\n")
    }

    /// Appends a header of version 2; of no family unless both addresses are of one IP version.
    package static func writeBlock(
        from source: SocketAddress,
        to destination: SocketAddress,
        into output: inout ScratchBuffer
    ) {
        for index in 0..<12 { output.append(byte: signature[index]) }
        output.append(byte: 0x21)
        guard source.family == destination.family,
            source.family == .ipv4 || source.family == .ipv6
        else {
            for _ in 0..<3 { output.append(byte: 0) }
            return
        }
        let isIPv4 = source.family == .ipv4
        output.append(byte: isIPv4 ? 0x11 : 0x21)
        output.append(byte: 0)
        output.append(byte: isIPv4 ? 12 : 36)
        if !isIPv4 { write(source.high, bytes: 8, to: &output) }
        write(source.low, bytes: isIPv4 ? 4 : 8, to: &output)
        if !isIPv4 { write(destination.high, bytes: 8, to: &output) }
        write(destination.low, bytes: isIPv4 ? 4 : 8, to: &output)
        write(UInt64(source.port), bytes: 2, to: &output)
        write(UInt64(destination.port), bytes: 2, to: &output)
    }

    private static func write(_ value: UInt64, bytes: Int, to output: inout ScratchBuffer) {
        for index in (0..<bytes).reversed() {
            output.append(byte: UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }
}
