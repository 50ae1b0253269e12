/// Finds the type of an expression, and every place where its types cannot work.
///
/// A failure makes a node fit everywhere, so that one mistake is reported once.
package struct CELChecker {
    private let environment: CELEnvironment
    private let hasQualifiedNames: Bool
    private var types = CELSubstitution()
    /// Variables of the macros around a node, innermost last.
    private var locals: [(name: String, type: CELType)] = []
    private var failures: [CELFailure] = []

    /// What was found: the type, and the mistakes in the order of the text.
    package struct Result: Hashable, Sendable {
        package let type: CELType
        package let failures: [CELFailure]
    }

    /// The type of an expression with these variables, and every mistake in it.
    package static func check(_ node: CELNode, in environment: CELEnvironment) -> Result {
        var checker = CELChecker(environment)
        let type = checker.type(of: node)
        return Result(
            type: checker.types.resolved(type),
            failures: checker.failures.sorted { $0.offset < $1.offset }
        )
    }

    private init(_ environment: CELEnvironment) {
        self.environment = environment
        hasQualifiedNames = environment.hasQualifiedNames
    }

    private mutating func fail(_ message: String, at node: CELNode) -> CELType {
        failures.append(CELFailure(message, at: node.offset))
        return .error
    }

    private mutating func type(of node: CELNode) -> CELType {
        switch node.form {
        case .literal(let literal): return literal.type
        case .identifier(let name): return variable(name, node)
        case .select(let target, let field):
            if let type = qualified(node) { return type }
            return select(field, of: target, node)
        case .has(let target, let field):
            let type = select(field, of: target, node)
            return type == .error ? .error : .bool
        case .call(let name, let nodes):
            return call(name, nodes, node)
        case .memberCall(let target, let name, let nodes):
            return call("." + name, [target] + nodes, node)
        case .unary(let symbol, let operand):
            return apply(CELOverload.unary[symbol] ?? [], to: [operand], named: symbol.symbol, node)
        case .binary(let symbol, let left, let right):
            return apply(
                CELOverload.binary[symbol] ?? [],
                to: [left, right],
                named: symbol.symbol,
                node
            )
        case .conditional(let test, let yes, let no):
            return apply(CELOverload.conditional, to: [test, yes, no], named: "?:", node)
        case .index(let target, let index):
            return apply(CELOverload.index, to: [target, index], named: "[]", node)
        case .list(let nodes): return .list(joined(nodes))
        case .map(let entries): return map(entries)
        case .macro(let macro): return self.macro(macro, node)
        }
    }

    // MARK: Names

    private mutating func variable(_ name: String, _ node: CELNode) -> CELType {
        if let local = locals.last(where: { $0.name == name }) { return local.type }
        if let type = environment.variables[name] { return type }
        if CELType.denoted[name] != nil { return .type }
        let known = environment.variables.keys.sorted()
        let hint = known.isEmpty ? "" : "; there are \(known.joined(separator: ", "))"
        return fail("undeclared reference to '\(name)'\(hint)", at: node)
    }

    /// The type of a selection that is a qualified name; nil when it is a field.
    private func qualified(_ node: CELNode) -> CELType? {
        guard let name = node.qualifiedName, !isLocal(name) else { return nil }
        if hasQualifiedNames, let type = environment.variables[name] { return type }
        return CELType.denoted[name] == nil ? nil : .type
    }

    /// Whether the first part of a qualified name is a variable of a macro around it.
    private func isLocal(_ name: String) -> Bool {
        locals.contains { name.hasPrefix($0.name + ".") }
    }

    private mutating func select(_ field: String, of target: CELNode, _ node: CELNode) -> CELType {
        let type = types.resolved(self.type(of: target))
        switch type {
        case .dyn, .error: return type
        case .parameter: return .dyn
        case .map(let key, let value):
            guard types.unify(.string, key) else {
                return fail("a map with keys of type \(key) has no field '\(field)'", at: node)
            }
            return value
        case .object(let name):
            guard let fields = environment.structures[name] else { return .dyn }
            guard let type = fields[field] else {
                let known = fields.keys.sorted().joined(separator: ", ")
                return fail("\(name) has no field '\(field)'; it has \(known)", at: node)
            }
            return type
        default: return fail("type \(type) has no fields, hence no '\(field)'", at: node)
        }
    }

    // MARK: Calls

    private mutating func call(_ name: String, _ nodes: [CELNode], _ node: CELNode) -> CELType {
        guard let functions = CELFunction.overloads[name] else {
            for node in nodes { _ = type(of: node) }
            let bare = name.hasPrefix(".") ? String(name.dropFirst()) : name
            let other = name.hasPrefix(".") ? bare : "." + bare
            let hint =
                CELFunction.overloads[other] == nil
                ? "" : "; it is called as \(name.hasPrefix(".") ? "\(bare)(x)" : "x.\(bare)(…)")"
            return fail("there is no function '\(bare)'\(hint)", at: node)
        }
        let overloads = functions.map { CELOverload($0.arguments, $0.result) }
        if name == "matches" || name == ".matches" { checkPattern(nodes.last) }
        return apply(
            overloads,
            to: nodes,
            named: name.hasPrefix(".") ? String(name.dropFirst()) : name,
            node
        )
    }

    /// A regular expression that is written down is checked now, not when it is first used.
    private mutating func checkPattern(_ node: CELNode?) {
        guard let node, case .literal(.string(let pattern)) = node.form else { return }
        do throws(CELRegex.Invalid) {
            _ = try CELRegex(pattern)
        } catch {
            _ = fail(error.description, at: node)
        }
    }

    /// The result of the overloads that take these arguments; `dyn` when several give different ones.
    private mutating func apply(
        _ overloads: [CELOverload],
        to nodes: [CELNode],
        named name: String,
        _ node: CELNode
    ) -> CELType {
        let arguments = nodes.map { type(of: $0) }
        guard !arguments.contains(.error) else { return .error }
        var found: [CELType] = []
        var kept: CELSubstitution?
        for overload in overloads where overload.arguments.count == arguments.count {
            var attempt = types
            let fresh = attempt.instantiate(overload)
            let fits = zip(fresh.arguments, arguments).allSatisfy { attempt.unify($0, $1) }
            guard fits else { continue }
            found.append(attempt.resolved(fresh.result))
            if kept == nil { kept = attempt }
        }
        guard let first = found.first else {
            let shown = arguments.map { types.resolved($0).description }.joined(separator: ", ")
            return fail("'\(name)' does not take (\(shown))", at: node)
        }
        // Several may fit where a type is not known; then nothing is learnt from the choice.
        if found.count == 1, let kept { types = kept }
        return found.allSatisfy { $0 == first } ? first : .dyn
    }

    // MARK: Collections

    /// The one type of several nodes, `dyn` when they differ.
    private mutating func joined(_ nodes: [CELNode]) -> CELType {
        var joined: CELType?
        for node in nodes {
            let type = self.type(of: node)
            guard let known = joined else {
                joined = type
                continue
            }
            var attempt = types
            if attempt.unify(known, type) {
                types = attempt
                joined = CELSubstitution.wider(types.resolved(known), types.resolved(type))
            } else {
                joined = .dyn
            }
        }
        return joined ?? types.fresh()
    }

    private mutating func map(_ entries: [CELEntry]) -> CELType {
        let key = joined(entries.map(\.key))
        let value = joined(entries.map(\.value))
        return .map(key, value)
    }

    private mutating func macro(_ macro: CELMacro, _ node: CELNode) -> CELType {
        let range = types.resolved(type(of: macro.range))
        let element: CELType
        switch range {
        case .list(let type): element = type
        case .map(let key, _): element = key
        case .dyn, .error, .parameter: element = range == .error ? .error : .dyn
        default:
            return fail("\(macro.kind.rawValue)() walks a list or a map, not \(range)", at: node)
        }
        locals.append((macro.variable, element))
        defer { locals.removeLast() }
        let body = type(of: macro.body)
        if macro.kind == .map {
            guard let transform = macro.transform else { return .list(body) }
            expectBool(body, macro.body)
            return .list(type(of: transform))
        }
        expectBool(body, macro.body)
        return macro.kind == .filter ? .list(element) : .bool
    }

    private mutating func expectBool(_ type: CELType, _ node: CELNode) {
        guard !types.unify(.bool, type) else { return }
        _ = fail("expected bool, not \(types.resolved(type))", at: node)
    }
}

extension CELLiteral {
    fileprivate var type: CELType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        }
    }
}

extension CELNode {
    /// `a.b.c` as one text; nil when it is anything else.
    var qualifiedName: String? {
        switch form {
        case .identifier(let name): name
        case .select(let target, let field): target.qualifiedName.map { "\($0).\(field)" }
        default: nil
        }
    }
}
