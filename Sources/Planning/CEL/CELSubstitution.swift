/// What is known of the types that are still to be found out.
struct CELSubstitution {
    private var known: [Int: CELType] = [:]
    private var next = 1000

    /// A type that nothing is known of yet.
    mutating func fresh() -> CELType {
        next += 1
        return .parameter(next)
    }

    /// The overload with types of its own in place of its parameters.
    mutating func instantiate(_ overload: CELOverload) -> CELOverload {
        guard overload.isGeneric else { return overload }
        next += 10
        let base = next
        next += 10
        return CELOverload(
            overload.arguments.map { Self.shifted($0, by: base) },
            Self.shifted(overload.result, by: base)
        )
    }

    private static func shifted(_ type: CELType, by base: Int) -> CELType {
        switch type {
        case .parameter(let number): .parameter(base + number)
        case .list(let element): .list(shifted(element, by: base))
        case .map(let key, let value): .map(shifted(key, by: base), shifted(value, by: base))
        default: type
        }
    }

    /// The type with everything that is known of it put in.
    func resolved(_ type: CELType) -> CELType {
        switch type {
        case .parameter(let number): known[number].map(resolved) ?? type
        case .list(let element): .list(resolved(element))
        case .map(let key, let value): .map(resolved(key), resolved(value))
        default: type
        }
    }

    /// Makes two types the same if they can be; `dyn` goes with everything.
    mutating func unify(_ left: CELType, _ right: CELType) -> Bool {
        let left = resolved(left)
        let right = resolved(right)
        switch (left, right) {
        case (.parameter(let a), .parameter(let b)) where a == b: return true
        case (.parameter(let number), let other), (let other, .parameter(let number)):
            guard !occurs(number, in: other) else { return false }
            known[number] = other
            return true
        case (.dyn, _), (_, .dyn), (.error, _), (_, .error): return true
        case (.list(let a), .list(let b)): return unify(a, b)
        case (.map(let a, let b), .map(let c, let d)): return unify(a, c) && unify(b, d)
        // Messages may be null in the language; ours never are, but comparing them so is no mistake.
        case (.null, .object), (.object, .null), (.null, .timestamp), (.timestamp, .null),
            (.null, .duration), (.duration, .null):
            return true
        default: return left == right
        }
    }

    /// Of two types that unify the one that says less: `dyn` where either is.
    static func wider(_ left: CELType, _ right: CELType) -> CELType {
        switch (left, right) {
        case (.dyn, _), (_, .dyn): .dyn
        case (.null, let other): other
        case (.list(let a), .list(let b)): .list(wider(a, b))
        case (.map(let a, let b), .map(let c, let d)): .map(wider(a, c), wider(b, d))
        default: left
        }
    }

    private func occurs(_ number: Int, in type: CELType) -> Bool {
        switch resolved(type) {
        case .parameter(let other): other == number
        case .list(let element): occurs(number, in: element)
        case .map(let key, let value): occurs(number, in: key) || occurs(number, in: value)
        default: false
        }
    }
}
