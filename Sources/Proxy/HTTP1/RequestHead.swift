/// Where the parts of one request's header lie in the buffer it was received into; owns no bytes.
///
/// Fixed in size and bitwise copyable, so the request path neither allocates nor counts references.
package struct RequestHead: BitwiseCopyable {
    /// HAProxy's `tune.http.maxhdr` (101) counts header fields.
    package static let fieldLimit = 101

    /// Offsets into the receive buffer.
    package struct Part: BitwiseCopyable {
        package var start: Int32 = 0
        package var count: Int32 = 0

        package init(start: Int32 = 0, count: Int32 = 0) {
            self.start = start
            self.count = count
        }

        package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
        package var isEmpty: Bool { count == 0 }
    }

    /// One `name: value` line without surrounding white space.
    package struct Field: BitwiseCopyable {
        package var name = Part()
        package var value = Part()

        package init() {}
    }

    package var method = Part()
    /// The request-target as received.
    package var target = Part()
    /// The path of the target, without query; empty for `*` and authority-form.
    package var path = Part()
    /// The query without its `?`.
    package var query = Part()
    /// The authority: the target's in absolute-form, else the Host field's value.
    package var host = Part()
    package var fieldCount = 0
    package var fields = InlineArray<101, Field>(repeating: Field())
    /// Bytes of the whole header including its empty line.
    package var byteCount = 0

    package init() {}

    /// The index of the first field with this name (lower case, compared without case), or nil.
    package func firstField(named name: RawText, in bytes: Span<UInt8>) -> Int? {
        for index in 0..<fieldCount {
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
