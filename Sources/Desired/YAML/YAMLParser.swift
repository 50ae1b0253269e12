import CLibYAML
import Model

/// Turns libyaml's events into calls on a builder; the only place that knows libyaml.
enum YAMLParser {
    /// Parses to the end, to the first syntax error or until the builder stops.
    static func parse(_ bytes: [UInt8], into builder: inout YAMLTreeBuilder) {
        // Sound: the parser lives at one address from initialisation to deletion, and libyaml reads
        // `bytes` only inside this closure.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            preconditionFailure("libyaml has no memory")
        }
        defer { unsafe yaml_parser_delete(parser) }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            while !builder.isStopped {
                var event = unsafe yaml_event_t()
                guard unsafe yaml_parser_parse(parser, &event) == 1 else {
                    unsafe reportFailure(of: parser, in: bytes, to: &builder)
                    return
                }
                defer { unsafe yaml_event_delete(&event) }
                guard unsafe event.type != YAML_STREAM_END_EVENT else { return }
                unsafe deliver(&event, to: &builder)
            }
        }
    }

    private static func deliver(_ event: inout yaml_event_t, to builder: inout YAMLTreeBuilder) {
        let mark = unsafe mark(event.start_mark)
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT:
            let start = unsafe event.data.document_start
            let hasTags = unsafe start.tag_directives.start != start.tag_directives.end
            let hasDirectives = unsafe start.version_directive != nil || hasTags
            builder.beginDocument(hasDirectives: hasDirectives, at: mark)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            if unsafe scalar.tag != nil { builder.refuseTag(unsafe string(scalar.tag), at: mark) }
            let text = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            unsafe builder.addScalar(
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                anchor: scalar.anchor == nil ? nil : string(scalar.anchor),
                text: text,
                at: mark
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            if unsafe start.tag != nil { builder.refuseTag(unsafe string(start.tag), at: mark) }
            let anchor = unsafe start.anchor == nil ? nil : string(start.anchor)
            builder.beginCollection(.sequence, anchor: anchor, at: mark)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            if unsafe start.tag != nil { builder.refuseTag(unsafe string(start.tag), at: mark) }
            let anchor = unsafe start.anchor == nil ? nil : string(start.anchor)
            builder.beginCollection(.mapping, anchor: anchor, at: mark)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            builder.endCollection()
        case YAML_ALIAS_EVENT:
            builder.addAlias(unsafe string(event.data.alias.anchor), at: mark)
        default:
            break
        }
    }

    private static func reportFailure(
        of parser: UnsafeMutablePointer<yaml_parser_t>,
        in bytes: [UInt8],
        to builder: inout YAMLTreeBuilder
    ) {
        let problem =
            unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "cannot be parsed"
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            // The reader knows no line: it counts bytes.
            let offset = unsafe min(Int(parser.pointee.problem_offset), bytes.count)
            builder.stop("not valid YAML: \(problem)", at: place(of: offset, in: bytes))
            return
        }
        var message = "not valid YAML: \(problem)"
        if let context = unsafe parser.pointee.context {
            let began = unsafe parser.pointee.context_mark.line + 1
            message += unsafe " \(String(cString: context)) that began on line \(began)"
        }
        builder.stop(message, at: unsafe mark(parser.pointee.problem_mark))
    }

    private static func place(of offset: Int, in bytes: [UInt8]) -> YAMLTree.Mark {
        let before = bytes[..<offset]
        let lines = before.count { $0 == UInt8(ascii: "\n") }
        let line = before.suffix(while: { $0 != UInt8(ascii: "\n") })
        // Continuation bytes belong to the character before them.
        let characters = line.count { $0 & 0xc0 != 0x80 }
        return YAMLTree.Mark(line: UInt32(lines + 1), column: UInt32(characters + 1))
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLTree.Mark {
        YAMLTree.Mark(line: UInt32(mark.line + 1), column: UInt32(mark.column + 1))
    }

    private static func string(_ text: UnsafeMutablePointer<yaml_char_t>) -> String {
        unsafe String(cString: text)
    }
}

extension ArraySlice {
    /// The longest end of the slice whose elements all satisfy `isPart`.
    fileprivate func suffix(while isPart: (Element) -> Bool) -> ArraySlice {
        guard let last = lastIndex(where: { !isPart($0) }) else { return self }
        return self[(last + 1)...]
    }
}
