/// Evaluates an expression; every step is counted and the count is limited.
///
/// `&&`, `||`, `all` and `exists` absorb errors as the language says: a failure on one side does not
/// matter when the other side decides alone.
struct CELEvaluator {
    private let variables: [String: CELValue]
    private let hasQualifiedNames: Bool
    private var locals: [(name: String, value: CELValue)] = []
    private var context: CELFunction.Context
    private let timeZones: CELEnvironment.TimeZones?
    private let budget: Int
    /// Steps taken.
    private(set) var cost = 0

    init(_ variables: [String: CELValue], _ environment: CELEnvironment) {
        self.variables = variables
        hasQualifiedNames = variables.keys.contains { $0.utf8.contains(UInt8(ascii: ".")) }
        timeZones = environment.timeZones
        budget = environment.limits.cost
        context = CELFunction.Context(offset: 0, timeZones: timeZones, budget: budget)
    }

    mutating func value(of node: CELNode) throws(CELFailure) -> CELValue {
        try spend(1, node)
        switch node.form {
        case .literal(let literal): return literal.value
        case .identifier(let name): return try variable(name, node)
        case .select(let target, let field): return try select(field, of: target, node)
        case .has(let target, let field): return .bool(try has(field, in: target, node))
        case .call(let name, let nodes): return try call(name, nodes, node)
        case .memberCall(let target, let name, let nodes):
            return try call("." + name, [target] + nodes, node)
        case .unary(let symbol, let operand): return try unary(symbol, operand, node)
        case .binary(.and, let left, let right): return try logic(left, right, decides: false)
        case .binary(.or, let left, let right): return try logic(left, right, decides: true)
        case .binary(let symbol, let left, let right): return try binary(symbol, left, right, node)
        case .conditional(let test, let yes, let no):
            return try value(of: try bool(test) ? yes : no)
        case .index(let target, let index): return try element(of: target, at: index, node)
        case .list(let nodes): return try list(nodes, node)
        case .map(let entries): return try map(entries)
        case .macro(let macro): return try self.macro(macro, node)
        }
    }

    private mutating func spend(_ steps: Int, _ node: CELNode) throws(CELFailure) {
        cost += steps
        guard cost <= budget else {
            throw CELFailure(
                "the expression costs more than \(budget) steps to evaluate",
                at: node.offset,
                isLimit: true
            )
        }
    }

    private func failure(_ message: String, _ node: CELNode) -> CELFailure {
        CELFailure(message, at: node.offset)
    }

    private mutating func bool(_ node: CELNode) throws(CELFailure) -> Bool {
        guard case .bool(let flag) = try value(of: node) else {
            throw failure(CELArithmetic.noOverload, node)
        }
        return flag
    }

    // MARK: Names and fields

    private func variable(_ name: String, _ node: CELNode) throws(CELFailure) -> CELValue {
        if let local = locals.last(where: { $0.name == name }) { return local.value }
        if let value = variables[name] { return value }
        if let type = CELType.denoted[name] { return .type(type.name) }
        throw failure("undeclared reference to '\(name)'", node)
    }

    private mutating func select(_ field: String, of target: CELNode, _ node: CELNode)
        throws(CELFailure) -> CELValue
    {
        if let value = qualified(node) { return value }
        switch try value(of: target) {
        case .map(let map):
            guard let value = map.find(.string(field)) else {
                throw failure("no such key: \(field)", node)
            }
            return value
        case .object(let object):
            guard let value = object.celField(field) else {
                throw failure("no such field: \(field)", node)
            }
            if case .list(let list) = value { try spend(list.count / 8, node) }
            return value
        default: throw failure(CELArithmetic.noOverload, node)
        }
    }

    /// The value of a selection that is a qualified name; nil when it is a field, as it mostly is.
    private func qualified(_ node: CELNode) -> CELValue? {
        guard hasQualifiedNames || node.root == "google" || node.root == "net",
            let name = node.qualifiedName,
            !locals.contains(where: { name.hasPrefix($0.name + ".") })
        else { return nil }
        return variables[name] ?? CELType.denoted[name].map { .type($0.name) }
    }

    private mutating func has(_ field: String, in target: CELNode, _ node: CELNode)
        throws(CELFailure) -> Bool
    {
        switch try value(of: target) {
        case .map(let map): return map.find(.string(field)) != nil
        case .object(let object):
            guard let value = object.celField(field) else {
                throw failure("no such field: \(field)", node)
            }
            return value.isSet
        default: throw failure(CELArithmetic.noOverload, node)
        }
    }

    private mutating func element(of target: CELNode, at index: CELNode, _ node: CELNode)
        throws(CELFailure) -> CELValue
    {
        let collection = try value(of: target)
        let place = try value(of: index)
        switch collection {
        case .map(let map):
            guard CELMap.Key(place) != nil || place.isNumber else {
                throw failure(CELArithmetic.noOverload, node)
            }
            guard let value = map.find(place) else { throw failure("no such key", node) }
            return value
        case .list(let list):
            guard case .signed(let number)? = CELMap.Key(place), place.isNumber else {
                throw failure("invalid_argument", node)
            }
            guard list.indices.contains(Int(number)) else {
                throw failure("index out of range", node)
            }
            return list[Int(number)]
        default: throw failure(CELArithmetic.noOverload, node)
        }
    }

    // MARK: Operators and functions

    private mutating func unary(_ symbol: CELOperator, _ operand: CELNode, _ node: CELNode)
        throws(CELFailure) -> CELValue
    {
        if symbol == .not { return .bool(!(try bool(operand))) }
        let value = try value(of: operand)
        do throws(CELArithmetic.Undefined) {
            return try CELArithmetic.negate(value)
        } catch {
            throw failure(error.message, node)
        }
    }

    private mutating func binary(
        _ symbol: CELOperator,
        _ left: CELNode,
        _ right: CELNode,
        _ node: CELNode
    ) throws(CELFailure) -> CELValue {
        let first = try value(of: left)
        let second = try value(of: right)
        try spend(first.weight(with: second, symbol), node)
        do throws(CELArithmetic.Undefined) {
            return try CELArithmetic.apply(symbol, first, second)
        } catch {
            throw failure(error.message, node)
        }
    }

    /// `&&` and `||`: the side that has the deciding value decides, even if the other one fails.
    private mutating func logic(_ left: CELNode, _ right: CELNode, decides: Bool)
        throws(CELFailure) -> CELValue
    {
        let failure: CELFailure
        do throws(CELFailure) {
            if try bool(left) == decides { return .bool(decides) }
            return .bool(try bool(right))
        } catch {
            if error.isLimit { throw error }
            failure = error
        }
        do throws(CELFailure) {
            if try bool(right) == decides { return .bool(decides) }
        } catch {
            if error.isLimit { throw error }
        }
        throw failure
    }

    private mutating func call(_ name: String, _ nodes: [CELNode], _ node: CELNode)
        throws(CELFailure) -> CELValue
    {
        guard let functions = CELFunction.overloads[name] else {
            throw failure("unbound function", node)
        }
        var values: [CELValue] = []
        for node in nodes { values.append(try value(of: node)) }
        let function = functions.first { function in
            function.arguments.count == values.count
                && zip(values, function.arguments).allSatisfy { $0.fits($1) }
        }
        guard let function else { throw failure(CELArithmetic.noOverload, node) }
        var context = CELFunction.Context(offset: node.offset, timeZones: timeZones, budget: budget)
        context.cost = cost
        swap(&context.regexes, &self.context.regexes)
        defer {
            cost = context.cost
            swap(&context.regexes, &self.context.regexes)
        }
        return try function.body(values, &context)
    }

    // MARK: Collections

    private mutating func list(_ nodes: [CELNode], _ node: CELNode) throws(CELFailure) -> CELValue {
        var values: [CELValue] = []
        values.reserveCapacity(nodes.count)
        for node in nodes { values.append(try value(of: node)) }
        return .list(values)
    }

    private mutating func map(_ entries: [CELEntry]) throws(CELFailure) -> CELValue {
        var map = CELMap()
        for entry in entries {
            let key = try value(of: entry.key)
            let value = try value(of: entry.value)
            if case .double = key { throw failure("unsupported key type", entry.key) }
            guard CELMap.Key(key) != nil else { throw failure("unsupported key type", entry.key) }
            guard map.insert(key, value) else { throw failure("repeated key", entry.key) }
        }
        return .map(map)
    }

    private mutating func macro(_ macro: CELMacro, _ node: CELNode) throws(CELFailure) -> CELValue {
        let elements: [CELValue]
        switch try value(of: macro.range) {
        case .list(let list): elements = list
        case .map(let map): elements = map.keys
        default: throw failure(CELArithmetic.noOverload, node)
        }
        locals.append((macro.variable, .null))
        defer { locals.removeLast() }
        switch macro.kind {
        case .all: return try quantify(macro, elements, decides: false)
        case .exists: return try quantify(macro, elements, decides: true)
        case .existsOne:
            var count = 0
            for element in elements where try holds(macro.body, element) { count += 1 }
            return .bool(count == 1)
        case .filter:
            var kept: [CELValue] = []
            for element in elements where try holds(macro.body, element) { kept.append(element) }
            return .list(kept)
        case .map: return try transform(macro, elements)
        }
    }

    private mutating func holds(_ body: CELNode, _ element: CELValue) throws(CELFailure) -> Bool {
        locals[locals.count - 1].value = element
        return try bool(body)
    }

    private mutating func quantify(_ macro: CELMacro, _ elements: [CELValue], decides: Bool)
        throws(CELFailure) -> CELValue
    {
        var failure: CELFailure?
        for element in elements {
            do throws(CELFailure) {
                if try holds(macro.body, element) == decides { return .bool(decides) }
            } catch {
                if error.isLimit { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decides)
    }

    private mutating func transform(_ macro: CELMacro, _ elements: [CELValue]) throws(CELFailure)
        -> CELValue
    {
        var values: [CELValue] = []
        for element in elements {
            if let transform = macro.transform {
                guard try holds(macro.body, element) else { continue }
                values.append(try value(of: transform))
            } else {
                locals[locals.count - 1].value = element
                values.append(try value(of: macro.body))
            }
        }
        return .list(values)
    }
}

extension CELNode {
    /// The name with which a chain of selections begins; empty when it begins with anything else.
    fileprivate var root: String {
        switch form {
        case .identifier(let name): name
        case .select(let target, _): target.root
        default: ""
        }
    }
}

extension CELLiteral {
    fileprivate var value: CELValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .uint(let number): .uint(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .bytes(let bytes): .bytes(bytes)
        }
    }
}

extension CELValue {
    /// Whether `has()` finds a field of a structure: present and not its type's empty value.
    fileprivate var isSet: Bool {
        switch self {
        case .null: false
        case .bool(let flag): flag
        case .int(let number): number != 0
        case .uint(let number): number != 0
        case .double(let number): number != 0
        case .string(let text): !text.isEmpty
        case .bytes(let bytes): !bytes.isEmpty
        case .list(let list): !list.isEmpty
        case .map(let map): map.count > 0
        case .timestamp, .duration, .cidr, .type, .object: true
        }
    }

    fileprivate var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        default: false
        }
    }

    /// Steps beyond one that an operator takes on values of this size.
    fileprivate func weight(with other: CELValue, _ symbol: CELOperator) -> Int {
        switch (self, other) {
        case (.string(let a), .string(let b)): (a.utf8.count + b.utf8.count) / 8
        case (.bytes(let a), .bytes(let b)): (a.count + b.count) / 8
        case (.list(let a), .list(let b)): symbol == .add ? a.count + b.count : size + other.size
        case (_, .list(let list)): symbol == .in ? list.count : 0
        case (.map, .map), (.object, .object): size + other.size
        default: 0
        }
    }

    /// How many values it holds, itself included.
    private var size: Int {
        switch self {
        case .list(let list): list.reduce(1) { $0 + $1.size }
        case .map(let map): map.values.reduce(1 + map.count) { $0 + $1.size }
        case .object(let object): 1 + object.celFieldNames.count
        default: 1
        }
    }
}
