package import Model

/// A policy whose expressions were parsed and type-checked.
package struct PolicyProgram: Sendable {
    package let policy: DesiredPolicy
    private let parameters: PolicyParameters
    private let validations: [Validation]
    private let exemptions: [Exemption]

    private struct Validation {
        let source: DesiredPolicy.Validation
        let condition: CELProgram
        let message: CELProgram?
    }

    private struct Exemption {
        let source: DesiredPolicy.Exemption
        let until: CELTime
        let names: [CELRegex]
    }

    /// Compiles a policy; nil when a diagnostic is an error.
    ///
    /// Mistakes inside an expression point at their character in the file.
    package static func compile(
        _ policy: DesiredPolicy,
        timeZones: CELEnvironment.TimeZones? = nil
    ) -> (program: PolicyProgram?, diagnostics: [Diagnostic]) {
        var compiler = Compiler(policy, timeZones)
        let validations = policy.validations.compactMap { compiler.compile($0) }
        let exemptions = policy.exemptions.compactMap { compiler.compile($0) }
        for test in policy.tests { compiler.check(test) }
        guard compiler.diagnostics.isEmpty else { return (nil, compiler.diagnostics) }
        let program = PolicyProgram(
            policy: policy,
            parameters: compiler.parameters,
            validations: validations,
            exemptions: exemptions
        )
        return (program, [])
    }

    private struct Compiler {
        let policy: DesiredPolicy
        let parameters: PolicyParameters
        let environment: CELEnvironment
        var diagnostics: [Diagnostic] = []

        init(_ policy: DesiredPolicy, _ timeZones: CELEnvironment.TimeZones?) {
            self.policy = policy
            parameters = PolicyParameters(policy.params)
            var environment = PolicyLanguage.environment
            environment.variables["params"] = .object(PolicyParameters.typeName)
            environment.structures[PolicyParameters.typeName] = parameters.types
            environment.timeZones = timeZones
            self.environment = environment
        }

        private var context: String { "in policy \(policy.name)" }

        mutating func compile(_ validation: DesiredPolicy.Validation) -> Validation? {
            let condition = compile(validation.expression, .bool)
            let message = validation.messageExpression.map { compile($0, .string) }
            guard let condition else { return nil }
            return Validation(source: validation, condition: condition, message: message ?? nil)
        }

        private mutating func compile(_ text: PlacedText, _ type: CELType) -> CELProgram? {
            do throws(CELProgram.Invalid) {
                return try CELProgram(text.text, in: environment, expecting: type)
            } catch {
                diagnostics += error.failures.map {
                    Diagnostic(at: text.origin(at: $0.offset), $0.message, context: context)
                }
                return nil
            }
        }

        mutating func compile(_ exemption: DesiredPolicy.Exemption) -> Exemption? {
            guard let until = CELTime(timestamp: exemption.until.text) else {
                let message = "until must be a time such as 2026-12-31T00:00:00Z"
                diagnostics.append(
                    Diagnostic(at: exemption.until.origin, message, context: context)
                )
                return nil
            }
            let names = exemption.fleets.compactMap { try? CELRegex(glob: $0) }
            guard names.count == exemption.fleets.count, !names.isEmpty else {
                let message = "fleets must be globs of fleet names"
                diagnostics.append(
                    Diagnostic(at: exemption.until.origin, message, context: context)
                )
                return nil
            }
            return Exemption(source: exemption, until: until, names: names)
        }

        mutating func check(_ test: DesiredPolicy.Test) {
            var reader = FixtureReader(context: "\(context), test \(VisibleText.quoted(test.name))")
            _ = PlanFacts.read(test.fixture, &reader)
            diagnostics += reader.diagnostics
        }
    }

    // MARK: Judging

    /// A change of many servers may cost more than one of few.
    private static let stepsForEachObject = 400

    /// What the policy says of a change: nothing when it allows it.
    ///
    /// An expression that cannot be evaluated does not hold: the policy fails closed.
    package func judge(_ facts: PlanFacts) -> [PolicyFinding] { judge(facts, facts.variables) }

    /// The same with the variables at hand: of a large change they are worth keeping.
    func judge(_ facts: PlanFacts, _ variables: [String: CELValue]) -> [PolicyFinding] {
        var variables = variables
        variables["params"] = .object(parameters)
        let exemption = exemption(for: facts)
        let allowance = facts.size * Self.stepsForEachObject
        return validations.compactMap { validation in
            let message = Self.violation(of: validation, variables, allowance)
            guard let message else { return nil }
            return PolicyFinding(
                policy: policy.name,
                enforcement: policy.enforcement,
                message: message,
                origin: validation.source.expression.origin,
                fleet: facts.fleet.name,
                proxies: facts.proxies,
                exemption: exemption
            )
        }
    }

    /// Why the change breaks a condition; nil when it keeps it.
    private static func violation(
        of validation: Validation,
        _ variables: [String: CELValue],
        _ allowance: Int
    ) -> String? {
        do throws(CELFailure) {
            let value = try validation.condition.evaluate(variables, allowance: allowance)
            if case .bool(true) = value { return nil }
        } catch {
            let place = validation.source.expression.origin(at: error.offset)
            return "cannot be evaluated, so it does not hold: \(error.message) (\(place))"
        }
        if let program = validation.message,
            case .string(let text)? = try? program.evaluate(variables, allowance: allowance),
            !text.isEmpty
        {
            return text
        }
        let message = validation.source.message
        guard message.isEmpty else { return message }
        let text = CELPrinter.text(of: validation.condition.node)
        return "does not hold: \(text.count > 200 ? text.prefix(199) + "…" : text[...])"
    }

    private func exemption(for facts: PlanFacts) -> String? {
        let found = exemptions.first { exemption in
            facts.now.time < exemption.until
                && exemption.names.contains { $0.matches(facts.fleet.name) }
        }
        return found.map { "\($0.source.reason) (until \($0.source.until.text))" }
    }

    /// Whether a change that a test describes is allowed, and what is said of it otherwise.
    package func run(_ test: DesiredPolicy.Test) -> (passes: Bool, findings: [PolicyFinding]) {
        var reader = FixtureReader(context: "")
        let facts = PlanFacts.read(test.fixture, &reader) ?? PlanFacts()
        let findings = judge(facts)
        return (findings.allSatisfy { $0.exemption != nil }, findings)
    }
}

extension PlanFacts {
    /// How many objects an expression may walk.
    fileprivate var size: Int {
        backends.reduce(0) { $0 + $1.before.count + $1.after.count }
            + maps.reduce(0) { $0 + $1.before.count + $1.after.count }
            + previous.backends.reduce(0) { $0 + $1.members.count }
            + certificates.reduce(0) { $0 + $1.names.count + $1.wanted.count }
    }

    /// What an expression can name, but for the policy's own `params`.
    var variables: [String: CELValue] {
        var variables: [String: CELValue] = [:]
        for name in celFieldNames { variables[name] = celField(name) }
        return variables
    }
}

extension CELRegex {
    /// A pattern of names: `*` stands for any characters, `?` for one.
    init(glob: String) throws(Invalid) {
        var pattern = "^"
        for scalar in glob.unicodeScalars {
            switch scalar {
            case "*": pattern += ".*"
            case "?": pattern += "."
            default:
                let isWord = CELCharacterSet.word.contains(scalar) || !scalar.isASCII
                pattern += (isWord ? "" : "\\") + String(scalar)
            }
        }
        try self.init(pattern + "$")
    }
}
