/// Git's pre-receive hook that refuses a push which `apus check` or a policy would refuse.
package struct PreReceiveHook: Hashable, Sendable {
    /// Absolute path of the `apus` executable.
    package let executable: String
    /// Branches that are judged; the one that HEAD names where there are none.
    package let branches: [String]
    /// Where policies are that hold on top of the repository's own.
    package let policies: String?
    /// The state folder, when it was given: acknowledgements are there.
    package let state: String?

    package init(executable: String, branches: [String], policies: String? = nil, state: String?) {
        self.executable = executable
        self.branches = branches
        self.policies = policies
        self.state = state
    }

    /// The line to add to a hook of one's own, which must hand on its standard input.
    package var command: String {
        var words = [GitHook.quoted(executable), "hook", "gate"]
        for branch in branches { words += ["--branch", GitHook.quoted(branch)] }
        if let policies { words += ["--policies", GitHook.quoted(policies)] }
        if let state { words += ["--state-dir", GitHook.quoted(state)] }
        return words.joined(separator: " ")
    }

    /// Writes `hooks/pre-receive`; somebody else's hook is kept and refused.
    package func install(into repository: String) throws -> GitHook.Result {
        try GitHook(name: "pre-receive", command: command).install(into: repository)
    }
}

/// One reference that a push would move, as git tells its hooks: `<old> <new> <name>`.
package struct ReferenceUpdate: Hashable, Sendable {
    /// Object ids in hexadecimal; nil where there is none.
    package let old: String?
    package let new: String?
    package let name: String

    /// Nil when the line is none.
    package init?(_ line: some StringProtocol) {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count == 3,
            words[..<2].allSatisfy({ (40...64).contains($0.count) && $0.allSatisfy(\.isHexDigit) })
        else { return nil }
        old = words[0].allSatisfy { $0 == "0" } ? nil : String(words[0])
        new = words[1].allSatisfy { $0 == "0" } ? nil : String(words[1])
        name = String(words[2])
    }
}
