/// An expression that was parsed and type-checked and can be evaluated as often as one likes.
package struct CELProgram: Sendable {
    package let node: CELNode
    /// What it gives.
    package let type: CELType
    private let environment: CELEnvironment

    /// Why there is no program: every mistake that could be found.
    package struct Invalid: Error, Hashable {
        package let failures: [CELFailure]
    }

    /// Compiles a text; its result must be of type `expected`, if one is given.
    package init(
        _ text: String,
        in environment: CELEnvironment,
        expecting expected: CELType? = nil
    ) throws(Invalid) {
        do throws(CELFailure) {
            node = try CELParser.parse(text, limits: environment.limits)
        } catch {
            throw Invalid(failures: [error])
        }
        let result = CELChecker.check(node, in: environment)
        guard result.failures.isEmpty else { throw Invalid(failures: result.failures) }
        if let expected, result.type != expected, result.type != .dyn {
            let message = "the expression must give \(expected), not \(result.type)"
            throw Invalid(failures: [CELFailure(message, at: 0)])
        }
        type = result.type
        self.environment = environment
    }

    /// The value with these variables; a failure is never a value.
    ///
    /// `allowance` is added to the limit of steps, for whoever has a lot to look at.
    package func evaluate(
        _ variables: [String: CELValue],
        allowance: Int = 0
    ) throws(CELFailure) -> CELValue {
        var environment = environment
        environment.limits.cost += allowance
        var evaluator = CELEvaluator(variables, environment)
        return try evaluator.value(of: node)
    }

    /// Evaluates without a check of types before, as `dyn` everywhere.
    static func evaluate(
        unchecked node: CELNode,
        _ variables: [String: CELValue],
        in environment: CELEnvironment
    ) throws(CELFailure) -> CELValue {
        var evaluator = CELEvaluator(variables, environment)
        return try evaluator.value(of: node)
    }
}
