import CPCRE2

/// One compiled regular expression of PCRE2, the library HAProxy uses; read by any thread.
///
/// Sound because PCRE2 never writes to compiled code after it was made, JIT included, and because
/// whoever compiled it frees it once, when no reader is left. What a match writes is in `RegexScratch`.
@safe package struct Regex: BitwiseCopyable, @unchecked Sendable {
    fileprivate let code: OpaquePointer

    /// Why an expression cannot be compiled.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String
    }

    /// Compiles once and for all; `free` gives it back.
    ///
    /// - Throws: PCRE2's words and the place.
    package static func compile(_ pattern: String, ignoresCase: Bool) throws(Mistake) -> Regex {
        var number: Int32 = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        let options: UInt32 = ignoresCase ? PCRE2_CASELESS : 0
        let made = unsafe pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil)
        guard let made = unsafe made else {
            var text = [UInt8](repeating: 0, count: 256)
            let length = unsafe pcre2_get_error_message_8(number, &text, text.count)
            let reason = String(decoding: text.prefix(Int(max(0, length))), as: UTF8.self)
            throw Mistake(
                description: "regex '\(pattern)' is invalid (\(reason) at offset \(offset))"
            )
        }
        // Without a JIT compiler for this machine the expression is interpreted.
        _ = unsafe pcre2_jit_compile_8(made, UInt32(PCRE2_JIT_COMPLETE))
        return unsafe Regex(code: made)
    }

    /// Gives the compiled code back; no reader may be left.
    package func free() { unsafe pcre2_code_free_8(code) }
}

/// What matching writes to, one for each thread that matches.
///
/// Sound because one thread owns it and offsets are checked against the subject before they are used.
@safe package struct RegexScratch: BitwiseCopyable {
    private let data: OpaquePointer
    private let context: OpaquePointer?
    /// How many groups the last match set, the whole match included; 0 when it failed.
    package private(set) var groupCount = 0

    package init() {
        guard let data = unsafe pcre2_match_data_create_8(20, nil) else {
            preconditionFailure("cannot allocate a PCRE2 match block")
        }
        unsafe self.data = data
        unsafe context = pcre2_match_context_create_8(nil)
        // An expression that explodes ends as not matching instead of holding up other requests.
        if let context = unsafe context { _ = unsafe pcre2_set_match_limit_8(context, 100_000) }
    }

    /// Gives the memory back.
    package func free() {
        unsafe pcre2_match_data_free_8(data)
        unsafe pcre2_match_context_free_8(context)
    }

    /// Whether the expression matches somewhere at or behind `start`.
    package mutating func matches(_ regex: Regex, _ subject: ByteSlice, from start: Int = 0) -> Bool
    {
        var none: UInt8 = 0
        let found = unsafe withUnsafePointer(to: &none) { empty in
            unsafe pcre2_match_8(
                regex.code,
                subject.base ?? empty,
                subject.count,
                start,
                0,
                data,
                context
            )
        }
        groupCount = found > 0 ? Int(found) : found == 0 ? 10 : 0
        return groupCount > 0
    }

    /// Where a group of the last match lies in its subject, nil when it took no part.
    package func group(_ index: Int) -> Range<Int>? {
        guard index < groupCount, let offsets = unsafe pcre2_get_ovector_pointer_8(data) else {
            return nil
        }
        let start = unsafe offsets[2 * index]
        let end = unsafe offsets[2 * index + 1]
        // PCRE2_UNSET is -1 as a signed number; \K can turn a match around.
        guard start >= 0, start <= end else { return nil }
        return start..<end
    }
}
