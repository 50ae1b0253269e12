/// Where the parts of one request's header lie in the buffer it was received into; owns no bytes.
///
/// Fixed in size and bitwise copyable, so the request path neither allocates nor counts references.
package struct RequestHead: BitwiseCopyable {
    /// Offsets into the receive buffer.
    package struct Part: BitwiseCopyable {
        package var start: Int32 = 0
        package var count: Int32 = 0

        package init(start: Int32 = 0, count: Int32 = 0) {
            self.start = start
            self.count = count
        }

        /// The bytes from `lower` up to `upper`.
        @inline(__always)
        init(from lower: Int, to upper: Int) {
            start = Int32(truncatingIfNeeded: lower)
            count = Int32(truncatingIfNeeded: upper &- lower)
        }

        package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
        package var isEmpty: Bool { count == 0 }
        var end: Int { Int(start) + Int(count) }
    }

    /// One `name: value` line without surrounding white space.
    package struct Field: BitwiseCopyable {
        package var name = Part()
        package var value = Part()

        package init() {}
    }

    /// Methods that framing and retries treat differently.
    package enum Method: UInt8, BitwiseCopyable {
        case get, head, options, put, delete, trace, connect, other

        /// May be sent again when a connection broke before any response (RFC 9110 §9.2.2).
        var isIdempotent: Bool { self != .connect && self != .other }
    }

    package var method = Part()
    package var methodKind: Method = .other
    /// The request-target as received.
    package var target = Part()
    /// The path of the target, without query; empty for `*` and authority-form.
    package var path = Part()
    /// The query without its `?`.
    package var query = Part()
    /// The authority: the target's in absolute-form, else the Host field's value.
    package var host = Part()
    /// The target was in absolute-form, so only its path and query are forwarded.
    package var isAbsoluteForm = false
    package var isVersion10 = false
    package var fields = FieldTable()
    /// Bytes of the whole header including its empty line.
    package var byteCount = 0
    /// Rules changed it: its parts lie in texts of their own, behind a copy of what was received.
    var isEdited = false

    package init() {}

    package var fieldCount: Int { fields.count }

    /// Ready for the next request.
    @inline(__always)
    mutating func reset() {
        method = Part()
        methodKind = .other
        target = Part()
        path = Part()
        query = Part()
        host = Part()
        isAbsoluteForm = false
        isVersion10 = false
        fields.reset()
        byteCount = 0
        isEdited = false
    }

    /// The index of the first field with this name (lower case, compared without case), or nil.
    package func firstField(named name: RawText, in bytes: Span<UInt8>) -> Int? {
        for index in 0..<fields.count {
            let part = fields[index].name
            guard Int(part.count) == name.count else { continue }
            var offset = 0
            while offset < name.count {
                let byte = bytes[Int(part.start) + offset]
                guard (byte >= 65 && byte <= 90 ? byte | 0x20 : byte) == name[offset] else { break }
                offset += 1
            }
            if offset == name.count { return index }
        }
        return nil
    }
}
