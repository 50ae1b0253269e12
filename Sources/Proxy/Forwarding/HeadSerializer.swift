/// Writes headers as they are forwarded: hop-by-hop fields left out, framing in canonical form.
///
/// What stays is copied in stretches as long as possible; most headers are one or two copies. Heads are
/// passed `inout` only because they are large: passed by value they would be copied for each call.
enum HeadSerializer {
    /// What the proxy adds to a request's header.
    struct Additions: BitwiseCopyable {
        /// A whole `connection` line, or nothing.
        var connection: StaticString = ""
        /// Added as `X-Forwarded-For`, or under `clientHeader`.
        var client: SocketAddress?
        var clientHeader: RawText = .empty
        /// Whole lines.
        var lines = ByteSlice.empty
    }

    /// The request as a server gets it: HTTP/1.1, origin-form.
    @inline(__always)
    static func write(
        _ head: inout RequestHead,
        of bytes: ByteSlice,
        additions: Additions,
        to output: inout ScratchBuffer
    ) {
        if head.isEdited {
            return writeEdited(&head, of: bytes, additions: additions, to: &output)
        }
        var start = Int(head.method.start)
        if head.isAbsoluteForm || head.isVersion10 {
            writeRequestLine(&head, of: bytes, to: &output)
            start = head.target.end + 11
        }
        copyFields(&head.fields, of: bytes, from: start, headEnd: head.byteCount, to: &output)
        if head.fields.isChunked { output.append("transfer-encoding: chunked\r\n") }
        output.append(additions.lines)
        output.append(additions.connection)
        if let client = additions.client {
            writeForwardedFor(client, as: additions.clientHeader, to: &output)
        }
        output.append("\r\n")
    }

    /// A request that rules changed: its parts may lie anywhere, so it is put together part by part.
    @inline(never)
    private static func writeEdited(
        _ head: inout RequestHead,
        of bytes: ByteSlice,
        additions: Additions,
        to output: inout ScratchBuffer
    ) {
        writeRequestLine(&head, of: bytes, to: &output)
        writeFields(&head.fields, of: bytes, to: &output)
        if head.fields.isChunked { output.append("transfer-encoding: chunked\r\n") }
        output.append(additions.lines)
        output.append(additions.connection)
        if let client = additions.client {
            writeForwardedFor(client, as: additions.clientHeader, to: &output)
        }
        output.append("\r\n")
    }

    private static func writeFields(
        _ fields: inout FieldTable,
        of bytes: ByteSlice,
        to output: inout ScratchBuffer
    ) {
        for index in 0..<fields.count where !fields.isRemoved(index) {
            output.append(bytes[fields[index].name.range])
            output.append(": ")
            output.append(bytes[fields[index].value.range])
            output.append("\r\n")
        }
    }

    @inline(never)
    private static func writeRequestLine(
        _ head: inout RequestHead,
        of bytes: ByteSlice,
        to output: inout ScratchBuffer
    ) {
        output.append(bytes[head.method.range])
        output.append(byte: 32)
        if head.isAbsoluteForm {
            // An absolute-form target without a path asks for the root (RFC 9112 §3.2.1).
            if head.path.isEmpty { output.append(head.methodKind == .options ? "*" : "/") }
            output.append(bytes[head.path.range])
            if !head.query.isEmpty {
                output.append(byte: 63)
                output.append(bytes[head.query.range])
            }
        } else {
            output.append(bytes[head.target.range])
        }
        output.append(" HTTP/1.1\r\n")
        if head.fields.hostIndex < 0 {
            output.append("host: ")
            output.append(bytes[head.host.range])
            output.append("\r\n")
        }
    }

    /// The response as a client gets it; `connection` says what becomes of the connection, if anything, and
    /// `lines` are added whole.
    @inline(__always)
    static func write(
        _ head: inout ResponseHead,
        of bytes: ByteSlice,
        keepsChunks: Bool,
        connection: StaticString,
        lines: ByteSlice = .empty,
        to output: inout ScratchBuffer
    ) {
        if head.isEdited {
            output.append("HTTP/1.1 ")
            output.append(bytes[head.statusLine.range])
            output.append("\r\n")
            writeFields(&head.fields, of: bytes, to: &output)
            if keepsChunks { output.append("transfer-encoding: chunked\r\n") }
            output.append(lines)
            output.append(connection)
            output.append("\r\n")
            return
        }
        var start = 0
        if head.isVersion10 {
            output.append("HTTP/1.1 ")
            start = Int(head.statusLine.start)
        }
        copyFields(&head.fields, of: bytes, from: start, headEnd: head.byteCount, to: &output)
        if keepsChunks { output.append("transfer-encoding: chunked\r\n") }
        output.append(lines)
        output.append(connection)
        output.append("\r\n")
    }

    /// Copies from `start` (the first line, or the first field) to the empty line, less what was removed.
    @inline(__always)
    private static func copyFields(
        _ fields: inout FieldTable,
        of bytes: ByteSlice,
        from start: Int,
        headEnd: Int,
        to output: inout ScratchBuffer
    ) {
        var start = start
        var index = 0
        while index < fields.count {
            if fields.isRemoved(index) {
                let lineStart = Int(fields[index].name.start)
                output.append(bytes[start..<lineStart])
                start =
                    index &+ 1 < fields.count ? Int(fields[index &+ 1].name.start) : headEnd &- 2
            }
            index &+= 1
        }
        output.append(bytes[start..<headEnd &- 2])
    }

    /// `X-Forwarded-For` as `option forwardfor` adds it; nothing for unix sockets.
    private static func writeForwardedFor(
        _ client: SocketAddress,
        as name: RawText,
        to output: inout ScratchBuffer
    ) {
        guard client.family == .ipv4 || client.family == .ipv6 else { return }
        if name.isEmpty {
            output.append("x-forwarded-for: ")
        } else {
            for index in name.indices { output.append(byte: name[index]) }
            output.append(": ")
        }
        writeAddress(client, to: &output)
        output.append("\r\n")
    }

    /// An IP address without its port; nothing for others.
    static func writeAddress(_ address: SocketAddress, to output: inout ScratchBuffer) {
        switch address.family {
        case .ipv4:
            for octet in 0..<4 {
                if octet > 0 { output.append(".") }
                output.append(decimal: Int(address.low >> UInt64(24 - 8 * octet) & 255))
            }
        case .ipv6: writeIPv6(address, to: &output)
        case .none, .unix, .abstract: break
        }
    }

    /// RFC 5952: the longest run of zero groups is `::`, the rest lower-case without leading zeroes.
    private static func writeIPv6(_ address: SocketAddress, to output: inout ScratchBuffer) {
        func group(_ index: Int) -> Int {
            Int((index < 4 ? address.high : address.low) >> UInt64(48 - index % 4 * 16) & 0xffff)
        }
        var (gapStart, gapLength, index) = (-1, 1, 0)
        while index < 8 {
            var end = index
            while end < 8, group(end) == 0 { end += 1 }
            if end - index > gapLength { (gapStart, gapLength) = (index, end - index) }
            index = max(end, index + 1)
        }
        index = 0
        while index < 8 {
            if index == gapStart {
                output.append("::")
                index += gapLength
                continue
            }
            if index > 0, index != gapStart + gapLength || gapStart < 0 { output.append(":") }
            output.append(hexadecimal: group(index))
            index += 1
        }
    }
}
