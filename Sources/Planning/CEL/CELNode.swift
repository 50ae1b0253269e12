/// An expression as it was parsed; two are equal when they mean the same, wherever they stood.
package struct CELNode: Hashable, Sendable {
    /// What an expression is.
    package indirect enum Form: Hashable, Sendable {
        case literal(CELLiteral)
        /// A variable, or the first part of a qualified name.
        case identifier(String)
        case select(CELNode, field: String)
        /// The macro `has(e.f)`.
        case has(CELNode, field: String)
        case call(String, [CELNode])
        case memberCall(CELNode, String, [CELNode])
        case unary(CELOperator, CELNode)
        case binary(CELOperator, CELNode, CELNode)
        case conditional(CELNode, CELNode, CELNode)
        case index(CELNode, CELNode)
        case list([CELNode])
        case map([CELEntry])
        case macro(CELMacro)
    }

    package let form: Form
    /// Scalars of the text before what a message about this node points at.
    package let offset: Int
    /// Levels below and including this one.
    let depth: Int

    init(_ form: Form, at offset: Int) {
        self.form = form
        self.offset = offset
        depth = 1 + (form.children.map(\.depth).max() ?? 0)
    }

    package static func == (left: Self, right: Self) -> Bool { left.form == right.form }

    package func hash(into hasher: inout Hasher) { hasher.combine(form) }
}

/// A value written down.
package enum CELLiteral: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
}

/// One key of a map with its value.
package struct CELEntry: Hashable, Sendable {
    package let key: CELNode
    package let value: CELNode
}

/// A comprehension: one of the macros that walk a list or the keys of a map.
package struct CELMacro: Hashable, Sendable {
    /// The macro's name.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case all, exists, map, filter
        case existsOne = "exists_one"
    }

    package let kind: Kind
    package let range: CELNode
    package let variable: String
    /// The predicate; for `map` without a filter what an element becomes.
    package let body: CELNode
    /// Only `map` with a filter: what an element becomes.
    package let transform: CELNode?
}

/// An operator by the name that it has as a function.
package enum CELOperator: String, Hashable, Sendable, CaseIterable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in` = "in"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case not = "!"
    /// Unary minus.
    case negate = "-_"

    /// How tightly it binds; a higher number binds tighter.
    var precedence: Int {
        switch self {
        case .or: 2
        case .and: 3
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: 4
        case .add, .subtract: 5
        case .multiply, .divide, .remainder: 6
        case .not, .negate: 7
        }
    }

    /// How it is written.
    var symbol: String { self == .negate ? "-" : rawValue }
}

extension CELNode.Form {
    var children: [CELNode] {
        switch self {
        case .literal, .identifier: []
        case .select(let node, _), .has(let node, _), .unary(_, let node): [node]
        case .call(_, let nodes), .list(let nodes): nodes
        case .memberCall(let target, _, let nodes): [target] + nodes
        case .binary(_, let left, let right), .index(let left, let right): [left, right]
        case .conditional(let test, let yes, let no): [test, yes, no]
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .macro(let macro):
            [macro.range, macro.body] + (macro.transform.map { [$0] } ?? [])
        }
    }
}
