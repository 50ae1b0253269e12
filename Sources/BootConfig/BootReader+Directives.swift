import Model

/// Lines that start with a dot: conditional blocks and messages (configuration.txt §2.4, HAProxy 2.6).
extension BootReader {
    /// Obeys one directive.
    mutating func directive(_ words: [String], at origin: Origin) {
        let expression = words.dropFirst().joined(separator: " ")
        switch words[0] {
        case ".if": openBlock(expression, at: origin)
        case ".elif": turnBlock(expression, at: origin)
        case ".else", ".endif": endBranch(words, at: origin)
        case ".notice", ".warning", ".alert", ".diag":
            guard !isSkipping else { return }
            guard words.count == 2 else {
                return report("'\(words[0])' expects a single quoted argument.", at: origin)
            }
            message(words[0], "'\(words[1])'.", at: origin)
        default:
            if !isSkipping { report("unknown directive '\(words[0])'.", at: origin) }
        }
    }

    private mutating func openBlock(_ expression: String, at origin: Origin) {
        guard blocks.count < 128 else {
            return report("too many nested '.if', max is 128", at: origin)
        }
        // Only a branch that is read has its conditions looked at.
        let isTaken = !isSkipping && holds(expression, at: origin)
        blocks.append(Block(isTaken: isTaken, isSettled: isTaken || isSkipping, origin: origin))
    }

    private mutating func turnBlock(_ expression: String, at origin: Origin) {
        guard let block = blocks.last else {
            return report("lone '.elif' with no matching '.if'.", at: origin)
        }
        guard !block.hasElse else {
            return report("'.elif' after '.else' is not permitted.", at: origin)
        }
        let isTaken = !block.isSettled && holds(expression, at: origin)
        blocks[blocks.count - 1].isTaken = isTaken
        if isTaken { blocks[blocks.count - 1].isSettled = true }
    }

    private mutating func endBranch(_ words: [String], at origin: Origin) {
        if words.count > 1 {
            return report("Unexpected argument '\(words[1])' for '\(words[0])'.", at: origin)
        }
        guard let block = blocks.last else {
            return report("lone '\(words[0])' with no matching '.if'.", at: origin)
        }
        guard words[0] == ".else" else {
            blocks.removeLast()
            return
        }
        guard !block.hasElse else {
            return report("'.else' after '.else' is not permitted.", at: origin)
        }
        blocks[blocks.count - 1].isTaken = !block.isSettled
        blocks[blocks.count - 1].isSettled = true
        blocks[blocks.count - 1].hasElse = true
    }

    private mutating func holds(_ expression: String, at origin: Origin) -> Bool {
        do throws(BootCondition.Mistake) {
            return try BootCondition.holds(
                expression,
                environment: environment,
                facts: facts
            )
        } catch {
            report("\(error).", at: origin)
            return false
        }
    }

    /// Whether the current line lies in a branch that is not read.
    var isSkipping: Bool { blocks.contains { !$0.isTaken } }

    /// `setenv`, `presetenv`, `unsetenv` and `resetenv` of a `global` section.
    mutating func changeEnvironment(_ words: [String], at origin: Origin) {
        switch (words[0], words.count) {
        case ("setenv", 3): environment[words[1]] = words[2]
        case ("presetenv", 3): environment[words[1]] = environment[words[1]] ?? words[2]
        case ("setenv", _), ("presetenv", _):
            report("'\(words[0])' expects a name and a value.", at: origin)
        case ("unsetenv", 2...): for name in words.dropFirst() { environment[name] = nil }
        case ("unsetenv", _): report("'unsetenv' expects at least one name.", at: origin)
        case ("resetenv", _):
            environment = environment.filter { name, _ in words.dropFirst().contains(name) }
        default: break
        }
    }
}
