@testable import Planning

/// One case of CEL's published test data, and what became of it here.
struct ConformanceCase {
    /// What running a case says.
    enum Outcome: Hashable {
        case passed
        /// Needs something that the subset leaves out; the word says what.
        case outside(String)
        case failed(String)
    }

    let name: String
    private let data: TextProto

    init(_ data: TextProto, section: String) {
        self.data = data
        name = "\(section)/\(data.string("name") ?? "")"
    }

    /// Parts of the language that the subset leaves out: a case that names one and fails is outside.
    private var excluded: String? {
        let expression = data.string("expr") ?? ""
        if expression.contains(#/[A-Za-z_0-9]\s*\{/#) || data.text.contains("objectValue") {
            return "messages"
        }
        if expression.contains("optional") { return "optionals" }
        if let container = data.string("container"), !container.isEmpty { return "containers" }
        if data.usesMessages { return "messages" }
        if data.messages("typeEnv").contains(where: { $0.message("function") != nil }) {
            return "declared functions"
        }
        if expression.contains(#/\bget[A-Z]\w*\('[A-Z]\w+\/\w+/#) { return "named time zones" }
        if expression.contains("\\p{") || expression.contains("\\pN") { return "unicode classes" }
        return nil
    }

    func run() -> Outcome {
        let outcome = judge()
        if case .failed = outcome, let excluded { return .outside(excluded) }
        if case .failed(let text) = outcome, text.contains("not supported") {
            return .outside("optional and message syntax")
        }
        return outcome
    }

    private func judge() -> Outcome {
        var environment = CELEnvironment()
        for declaration in data.messages("type_env") {
            guard let name = declaration.string("name"),
                let type = declaration.message("ident")?.message("type").flatMap(CELType.init)
            else { return .outside("declarations") }
            environment.variables[name] = type
        }
        var variables: [String: CELValue] = [:]
        for binding in data.messages("bindings") {
            guard let name = binding.string("key"),
                let value = binding.message("value")?.message("value").flatMap(CELValue.init)
            else { return .outside("messages") }
            variables[name] = value
        }
        let result: Result<CELValue, CELFailure>
        var type: CELType?
        do throws(CELFailure) {
            let node = try CELParser.parse(data.string("expr") ?? "")
            if data.word("disable_check") != "true" {
                let checked = CELChecker.check(node, in: environment)
                if let failure = checked.failures.first {
                    // The check may find what the case expects of the evaluation.
                    return expectsError ? .passed : .failed("check: \(failure.message)")
                }
                type = checked.type
            }
            if data.word("check_only") == "true" { return compareType(type) }
            let value = try CELProgram.evaluate(unchecked: node, variables, in: environment)
            result = .success(value)
        } catch {
            result = .failure(error)
        }
        return compare(result, type)
    }

    private var expectsError: Bool {
        data.message("eval_error") != nil || data.message("any_eval_errors") != nil
    }

    private func compare(_ result: Result<CELValue, CELFailure>, _ type: CELType?) -> Outcome {
        if case .failure(let failure) = result {
            return expectsError ? .passed : .failed("evaluation: \(failure.message)")
        }
        guard case .success(let value) = result, !expectsError else { return .failed("no error") }
        if let typed = data.message("typed_result") {
            guard case .passed = compareType(type) else { return compareType(type) }
            guard let wanted = typed.message("result") else { return .passed }
            return compare(value, wanted)
        }
        guard let wanted = data.message("value") else {
            return compare(value, to: .bool(true))
        }
        return compare(value, wanted)
    }

    private func compareType(_ type: CELType?) -> Outcome {
        guard let data = data.message("typed_result")?.message("deduced_type") else {
            return .passed
        }
        guard let wanted = CELType(data) else { return .outside("messages") }
        guard let type, wanted != CELType.erased(type) else { return .passed }
        return .failed("type \(type), not \(wanted)")
    }

    private func compare(_ value: CELValue, _ data: TextProto) -> Outcome {
        guard let wanted = CELValue(data) else { return .outside("messages") }
        return compare(value, to: wanted)
    }

    private func compare(_ value: CELValue, to wanted: CELValue) -> Outcome {
        if case .double(let a) = value, case .double(let b) = wanted, a.isNaN, b.isNaN {
            return .passed
        }
        let isSame = value.typeName == wanted.typeName && CELValue.areEqual(value, wanted)
        return isSame ? .passed : .failed("\(value), not \(wanted)")
    }
}

extension TextProto {
    /// Everything, to look for words in.
    fileprivate var text: String { "\(self)" }

    /// Declares or expects a message that is neither a time nor a duration.
    fileprivate var usesMessages: Bool {
        let text = "\(self)"
        return text.contains("cel.expr.conformance") || text.contains("type.googleapis.com")
            || text.contains("google.protobuf") || text.contains("wrapper")
    }
}

extension CELType {
    /// A type that nothing is known of is dynamic.
    fileprivate static func erased(_ type: CELType) -> CELType {
        switch type {
        case .parameter: .dyn
        case .list(let element): .list(erased(element))
        case .map(let key, let value): .map(erased(key), erased(value))
        default: type
        }
    }

    fileprivate init?(_ data: TextProto) {
        if let word = data.word("primitive") {
            let names: [String: CELType] = [
                "BOOL": .bool, "INT64": .int, "UINT64": .uint, "DOUBLE": .double,
                "STRING": .string, "BYTES": .bytes,
            ]
            guard let type = names[word] else { return nil }
            self = type
        } else if let word = data.word("well_known") {
            guard
                let type = ["TIMESTAMP": CELType.timestamp, "DURATION": .duration, "ANY": .dyn][
                    word
                ]
            else { return nil }
            self = type
        } else if let name = data.string("message_type") {
            guard
                let type = [
                    "google.protobuf.Timestamp": CELType.timestamp,
                    "google.protobuf.Duration": .duration,
                ][name]
            else { return nil }
            self = type
        } else if let list = data.message("list_type") {
            self = .list(list.message("elem_type").flatMap(CELType.init) ?? .dyn)
        } else if let map = data.message("map_type") {
            self = .map(
                map.message("key_type").flatMap(CELType.init) ?? .dyn,
                map.message("value_type").flatMap(CELType.init) ?? .dyn
            )
        } else if data.message("dyn") != nil {
            self = .dyn
        } else if data.word("null") != nil {
            self = .null
        } else if data.message("type") != nil {
            self = .type
        } else {
            return nil
        }
    }
}

extension CELValue {
    fileprivate init?(_ data: TextProto) {
        guard let (name, value) = data.fields.first else { return nil }
        switch (name, value) {
        case ("null_value", _): self = .null
        case ("bool_value", .word(let word)): self = .bool(word == "true")
        case ("int64_value", .word(let word)):
            guard let number = Self.integer(word) else { return nil }
            self = .int(number)
        case ("uint64_value", .word(let word)):
            guard let number = UInt64(word) else { return nil }
            self = .uint(number)
        case ("double_value", .word(let word)):
            guard let number = Double(word) else { return nil }
            self = .double(number)
        case ("string_value", .text(let bytes)):
            self = .string(String(decoding: bytes, as: UTF8.self))
        case ("bytes_value", .text(let bytes)): self = .bytes(bytes)
        case ("type_value", .text(let bytes)): self = .type(String(decoding: bytes, as: UTF8.self))
        case ("list_value", .message(let list)):
            let values = list.messages("values")
            let elements = values.compactMap(CELValue.init)
            guard elements.count == values.count else { return nil }
            self = .list(elements)
        case ("map_value", .message(let data)):
            var map = CELMap()
            for entry in data.messages("entries") {
                guard let key = entry.message("key").flatMap(CELValue.init),
                    let value = entry.message("value").flatMap(CELValue.init)
                else { return nil }
                map.insert(key, value)
            }
            self = .map(map)
        case ("object_value", .message(let object)):
            guard let (type, value) = object.fields.first, case .message(let time) = value else {
                return nil
            }
            let seconds = Int64(time.word("seconds") ?? "0") ?? 0
            let nanos = Int64(time.word("nanos") ?? "0") ?? 0
            let span = CELTime(nanoseconds: Int128(seconds) * 1_000_000_000 + Int128(nanos))
            switch type {
            case "[type.googleapis.com/google.protobuf.Duration]": self = .duration(span)
            case "[type.googleapis.com/google.protobuf.Timestamp]": self = .timestamp(span)
            default: return nil
            }
        default: return nil
        }
    }

    private static func integer(_ word: String) -> Int64? {
        word.hasPrefix("0x") ? Int64(word.dropFirst(2), radix: 16) : Int64(word)
    }
}
