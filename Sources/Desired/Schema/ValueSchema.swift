import Model

/// One type of value: what it may look like, and how it is read.
struct ValueSchema<Value>: Sendable {
    let shape: Shape
    /// Nil after reporting why the value cannot be read.
    let read: @Sendable (YAMLTree.Node, inout DocumentReader) -> Value?

    init(_ shape: Shape, read: @escaping @Sendable (YAMLTree.Node, inout DocumentReader) -> Value?)
    {
        self.shape = shape
        self.read = read
    }

    /// A value together with its place.
    static func located<Inner: Hashable & Sendable>(_ inner: ValueSchema<Inner>) -> ValueSchema
    where Value == Located<Inner> {
        ValueSchema(inner.shape) { node, reader in
            inner.read(node, &reader).map { Located(value: $0, origin: reader.origin(node)) }
        }
    }
}

extension ValueSchema<String> {
    /// Any scalar as it is written: `no` is "no" and `1e3` is "1e3".
    static let text = ValueSchema(.text(pattern: "")) { node, reader in
        guard let text = reader.text(node) else {
            reader.reject(node, expected: "text")
            return nil
        }
        return text
    }

    /// Text that can stand as one word in a Runtime API command.
    static let word = ValueSchema(.text(pattern: "^[!-:<-~]+$")) { node, reader in
        guard let text = reader.text(node), !text.isEmpty,
            text.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ";") })
        else {
            reader.reject(node, expected: "one word of printable ASCII characters")
            return nil
        }
        return text
    }

    /// A path inside the repository, which neither starts at the root of the file system nor climbs.
    static let path = ValueSchema(.text(pattern: "^[^/]")) { node, reader in
        guard let text = reader.text(node), !text.isEmpty, !text.hasPrefix("/"),
            !text.split(separator: "/").contains(where: { $0 == ".." || $0 == "." })
        else {
            reader.reject(node, expected: "a path inside the repository, such as boot/edge.cfg")
            return nil
        }
        return text
    }
}

extension ValueSchema<Bool> {
    /// `true` or `false` (YAML 1.2 core schema).
    static let boolean = ValueSchema(.boolean) { node, reader in
        guard reader.tree.kind(node) == .plain else {
            reader.reject(node, expected: "true or false")
            return nil
        }
        switch reader.tree.string(node) {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default:
            reader.reject(node, expected: "true or false")
            return nil
        }
    }
}

extension ValueSchema<Int> {
    /// A whole number in a range (YAML 1.2 core schema: decimal, `0o…`, `0x…`).
    static func integer(_ range: ClosedRange<Int>) -> ValueSchema {
        ValueSchema(.integer(range)) { node, reader in
            guard reader.tree.kind(node) == .plain, let number = parse(reader.tree.string(node))
            else {
                let isQuoted =
                    reader.tree.kind(node) == .quoted && parse(reader.tree.string(node)) != nil
                reader.reject(
                    node,
                    expected: isQuoted ? "a number without quotes" : "a whole number"
                )
                return nil
            }
            guard range.contains(number) else {
                let bound =
                    number > range.upperBound
                    ? "above \(range.upperBound)" : "below \(range.lowerBound)"
                reader.report("\(reader.key) \(number) is \(bound)", at: node)
                return nil
            }
            return number
        }
    }

    private static func parse(_ text: String) -> Int? {
        if text.hasPrefix("0o") {
            return text.contains("+") ? nil : Int(text.dropFirst(2), radix: 8)
        }
        if text.hasPrefix("0x") {
            return text.contains("+") ? nil : Int(text.dropFirst(2), radix: 16)
        }
        return Int(text)
    }

    /// A share such as `70%`.
    static let percent = ValueSchema(.text(pattern: "^(100|[0-9]{1,2})%$")) { node, reader in
        guard let text = reader.text(node), text.hasSuffix("%"),
            case .percent(let share)? = Quota(text)
        else {
            reader.reject(node, expected: "a share from 0% to 100%")
            return nil
        }
        return share
    }
}

extension ValueSchema<Milliseconds> {
    /// A duration as HAProxy writes it.
    static let duration = ValueSchema(.text(pattern: "^[0-9]+(us|ms|s|m|h|d)?$")) { node, reader in
        guard let text = reader.text(node), let duration = Milliseconds(parsing: text) else {
            reader.reject(node, expected: "a duration such as 500ms, 2s or 10m")
            return nil
        }
        return duration
    }
}

extension ValueSchema<Quota> {
    /// A number or a share.
    static let quota = ValueSchema(
        .anyOf([.integer(1...1_000_000), .text(pattern: "^([1-9][0-9]*|(100|[1-9][0-9]?)%)$")])
    ) { node, reader in
        guard let text = reader.text(node), let quota = Quota(text), quota != .count(0),
            quota != .percent(0)
        else {
            reader.reject(node, expected: "a number above 0 or a share such as 30%")
            return nil
        }
        return quota
    }
}

extension ValueSchema<RuntimeAddress> {
    static let runtimeAddress = ValueSchema(.text(pattern: "^(unix:.+|tcp://.+:[0-9]+)$")) {
        node,
        reader in
        guard let text = reader.text(node), let address = RuntimeAddress(text) else {
            if reader.text(node)?.hasPrefix("tls://") == true {
                reader.report("tls:// addresses are not supported by this version", at: node)
            } else {
                reader.reject(node, expected: "unix:PATH or tcp://HOST:PORT")
            }
            return nil
        }
        return address
    }
}

extension ValueSchema<Endpoint> {
    /// Where a server listens; host names are refused, because dynamic servers do not resolve them.
    static let endpoint = ValueSchema(
        .text(pattern: "^(\\[?[0-9a-fA-F:.]+\\]?:[0-9]+|(unix|abns)@.+)$")
    ) { node, reader in
        guard let text = reader.text(node), let endpoint = Endpoint(text) else {
            reader.reject(node, expected: "an IP address with a port, such as 10.0.0.1:8080")
            return nil
        }
        guard endpoint.port != 0 else {
            reader.report(
                "\(reader.key) \(VisibleText.escape(text.unicodeScalars)) has no port",
                at: node
            )
            return nil
        }
        return endpoint
    }
}

extension ValueSchema<PatternFileName> {
    static let patternFile = ValueSchema(.text(pattern: "^[^ ;\\\\]+$")) { node, reader in
        guard let text = reader.text(node) else {
            reader.reject(node, expected: "the name of a map as the boot file spells it")
            return nil
        }
        do throws(InvalidName) {
            return try PatternFileName(text)
        } catch {
            reader.report("\(reader.key): \(error.reason)", at: node)
            return nil
        }
    }
}

extension ValueSchema {
    /// A name that HAProxy accepts.
    static func name<Kind>() -> ValueSchema where Value == Name<Kind> {
        ValueSchema(.text(pattern: "^[A-Za-z0-9_:.-]{1,255}$")) { node, reader in
            guard let text = reader.text(node) else {
                reader.reject(node, expected: "a name")
                return nil
            }
            return reader.name(text, at: node)
        }
    }

    /// One of the cases of an enum, by its raw value.
    static func choice() -> ValueSchema
    where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        return ValueSchema(.choice(words)) { node, reader in
            guard let text = reader.text(node), let value = Value(rawValue: text) else {
                reader.rejectChoice(node, among: words)
                return nil
            }
            return value
        }
    }

    /// A list; elements that cannot be read are left out after being reported.
    static func list<Element>(of element: ValueSchema<Element>) -> ValueSchema
    where Value == [Element] {
        ValueSchema(.list(of: element.shape)) { node, reader in
            guard reader.tree.kind(node) == .sequence else {
                reader.reject(node, expected: "a list")
                return nil
            }
            var nodes: [YAMLTree.Node] = []
            reader.tree.forEachElement(of: node) { nodes.append($0) }
            return nodes.compactMap { element.read($0, &reader) }
        }
    }

    /// A mapping from keys of the writer's choice to text.
    static func texts() -> ValueSchema where Value == [String: String] {
        ValueSchema(.dictionary(of: .text(pattern: ""))) { node, reader in
            var texts: [String: String] = [:]
            guard
                reader.entries(
                    of: node,
                    expected: "a mapping of text to text",
                    { key, value, reader in
                        texts[reader.tree.string(key)] = ValueSchema<String>.text.read(
                            value,
                            &reader
                        )
                    }
                )
            else { return nil }
            return texts
        }
    }
}

extension DocumentReader {
    /// Checks a name; nil after reporting what HAProxy would not accept.
    mutating func name<Kind>(_ text: String, at node: Node) -> Name<Kind>? {
        do throws(InvalidName) {
            return try Name(text)
        } catch {
            report("\(key) \(VisibleText.quoted(text)): \(error.reason)", at: node)
            return nil
        }
    }

    /// Reports a word that is none of `words`, with the nearest of them.
    mutating func rejectChoice(_ node: Node, among words: [String]) {
        let list =
            words.count < 2
            ? words.joined()
            : words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
        let hint = text(node).map { self.hint(for: $0, among: words) } ?? ""
        if isNull(node) {
            report("\(key) has no value; it must be \(list)", at: node)
        } else {
            report("\(key) must be \(list), not \(describe(node))\(hint)", at: node)
        }
    }

    /// Calls `body` with each entry of a mapping; false after reporting that there is none.
    mutating func entries(
        of node: Node,
        expected: String,
        _ body: (_ key: Node, _ value: Node, _ reader: inout DocumentReader) -> Void
    ) -> Bool {
        guard tree.kind(node) == .mapping else {
            reject(node, expected: expected)
            return false
        }
        var next = tree.firstChild(of: node)
        while let key = next, let value = tree.next(after: key) {
            self.key = tree.string(key)
            body(key, value, &self)
            next = tree.next(after: value)
        }
        return true
    }
}
