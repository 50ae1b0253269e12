import Foundation
import Stage
import Testing

/// One kind of hostile input or fault, and the tests that show what becomes of it.
struct HostileInput: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let tests: [String]

    init(_ name: String, _ tests: String...) {
        testDescription = name
        self.tests = tests
    }

    /// What a YAML file may hold.
    static let yaml: [HostileInput] = [
        HostileInput(
            "billions of laughs",
            "aliases that multiply run out of budget",
            "it is refused, soon and in little memory"
        ),
        HostileInput(
            "an anchor that contains itself, twice, or none",
            "what a desired state has no use for is refused with its place"
        ),
        HostileInput(
            "flow collections nested 1,000 to 1,000,000 deep",
            "a megabyte of brackets stops at the depth limit",
            "it is refused, soon and in little memory"
        ),
        HostileInput(
            "blocks nested 3,000 deep",
            "what a desired state has no use for is refused with its place"
        ),
        HostileInput(
            "a scalar or a file of 64 MiB",
            "a scalar above the limit is refused and the rest is read",
            "a file above the limit is not even parsed",
            "a file above the limit is refused before it is read"
        ),
        HostileInput(
            "a key twice",
            "what a desired state has no use for is refused with its place",
            "every mistake of a revision is listed with its place"
        ),
        HostileInput(
            "tabs, invalid UTF-8, NUL and control characters",
            "what a desired state has no use for is refused with its place",
            "bytes that are not UTF-8 are refused where they stand"
        ),
        HostileInput(
            "`no`, `on`, 1e3, 0o14, 12:30:45, `~` and dates",
            "values keep the text they were written with",
            "text is what is written",
            "nothing and collections are no text",
            "numbers follow the core schema of YAML 1.2",
            "what only looks like a number is refused"
        ),
        HostileInput(
            "merge keys, tags, directives, other encodings, complex keys",
            "what a desired state has no use for is refused with its place",
            "other encodings are named",
            "plain YAML is read without complaint"
        ),
        HostileInput(
            "a hundred thousand keys, keys longer than a line",
            "a hundred thousand keys are compared without trying every pair",
            "it is refused, soon and in little memory"
        ),
        HostileInput(
            "line ends of other systems",
            "plain YAML is read without complaint",
            "what other systems end lines with is told from text"
        ),
    ]

    /// What a repository may hold, or do meanwhile.
    static let git: [HostileInput] = [
        HostileInput(
            "symbolic links",
            "a document that is a symbolic link is refused with its path",
            "a worktree's links are not followed and hidden folders are skipped"
        ),
        HostileInput(
            "entries called `..`, `.git`, `GIT~1`, `a/b`, `C:\\x` or in no UTF-8",
            "a name made to escape refuses the revision",
            "a slash in a name is never joined into a path",
            "names that mean something else on some system are refused",
            "a name that is not UTF-8 is refused"
        ),
        HostileInput("submodules", "a submodule is noted and not read"),
        HostileInput(
            "no commit yet",
            "an empty repository means nothing to apply yet",
            "an unborn HEAD is told from an unknown branch",
            "a repository without a commit is an error"
        ),
        HostileInput(
            "missing and corrupt objects",
            "a missing object keeps the state unknown",
            "a corrupt file keeps the state unknown",
            "a corrupt commit cannot be resolved"
        ),
        HostileInput(
            "a repository of another user",
            "a repository of another user is refused by that name"
        ),
        HostileInput(
            "rewritten history, deleted branches, moved tags, shallow clones, replacements",
            "a rewritten branch is seen as not containing what was applied",
            "a rewritten origin is followed",
            "a branch that was deleted is unknown, not empty",
            "a branch that is deleted empties no fleet",
            "a branch pushed back and forth ends where it was pushed last",
            "a shallow clone is enough",
            "a replacement of a commit is not followed"
        ),
        HostileInput(
            "alternates that point out, or at themselves",
            "objects borrowed from elsewhere never stop a reader"
        ),
        HostileInput(
            "huge files, folders and depths",
            "a huge document is refused by its header",
            "too many files and too deep folders are refused",
            "folders nested beyond reason are refused"
        ),
        HostileInput(
            "names of references made to be parsed",
            "nothing but names is looked up",
            "control characters in a name are shown, not sent to the terminal"
        ),
        HostileInput(
            "pushes that race, hooks that never run or run in a strange environment",
            "a thousand triggers are one batch",
            "a branch pushed back and forth ends where it was pushed last",
            "a push that no hook tells of is found",
            "a hook works in the environment that git gives it"
        ),
    ]

    /// What happens to controllers, proxies and what lies between them.
    static let fleet: [HostileInput] = [
        HostileInput(
            "killed between any two operations",
            "two controllers that are killed, stopped, suspended and out of disk converge",
            "a fleet's life converges at every turn and leaves nothing to do",
            "the next start knows on which proxies something may have been sent",
            "an apply that is killed is finished by the next one"
        ),
        HostileInput(
            "a reply that is cut, lost or late",
            "a fleet under faults loses no request, and converges once they stop",
            "a lost reply leaves the outcome unknown and nothing is repeated",
            "a reply cut in the middle makes the whole unknown",
            "replies before a failure are kept, and nothing is sent after it",
            "a deadline ends its own wait and no later one"
        ),
        HostileInput(
            "a proxy that restarts in mid-apply",
            "a restarted proxy makes the plan stale and hears nothing",
            "a plan made for a process that restarted is stale",
            "a proxy killed while a change is applied ends up where the others are"
        ),
        HostileInput(
            "partitions of some proxies, one way or both, on and off",
            "a partition hits everything until its rule ends",
            "a small fleet under faults loses no request, and converges once they stop",
            "a proxy that is down is left alone longer and longer, the others are kept",
            "delays double up to the limit and lose at most half to jitter"
        ),
        HostileInput(
            "two controllers, and one that was stopped and goes on",
            "two controllers of a small fleet converge as well",
            "a controller that stands still keeps its lock, and one that is killed leaves it",
            "a controller that is stopped for a moment goes on",
            "apply asks the controller that keeps the fleet and waits for its word"
        ),
        HostileInput(
            "a change by hand",
            "drift is repaired",
            "a saved plan is refused once the proxies have moved on",
            "drift is found, repaired and counted"
        ),
        HostileInput(
            "a disk that is full or may not be written",
            "with a full disk nothing is changed, and it goes on when there is room",
            "a full disk stops writing and not reading",
            "a batch that cannot be written down is not sent",
            "a state folder that cannot be written is an error before anything is sent"
        ),
        HostileInput(
            "a wall clock that jumps",
            "two controllers that are killed, stopped, suspended and out of disk converge"
        ),
        HostileInput(
            "pushes while a change is applied",
            "of many assignments the newest wins",
            "a fleet under faults loses no request, and converges once they stop",
            "a branch pushed back and forth ends where it was pushed last"
        ),
        HostileInput(
            "a commit with mistakes, or one that takes everything away",
            "a push with a mistake leaves the fleet as it is",
            "a revision with mistakes leaves the last good one running",
            "a push that check or a policy refuses is refused in the pusher's terminal",
            "a commit that a policy forbids leaves the fleet as it is"
        ),
        HostileInput(
            "no descriptors left, a log that is full, closed or read by nobody",
            "with few descriptors it ends with a word, not with a crash",
            "a log that nobody can write or read stops nothing"
        ),
        HostileInput(
            "a tenth of the proxies fails",
            "a wave that fails holds the next one",
            "a proxy that is down does not stop the others"
        ),
    ]
}

/// Every row of the tables of hostile input has a test, and the test is there.
@Suite struct HostileInputTableTests {
    /// All Swift text under Tests, with white space as single spaces.
    private static let sources: String = {
        let folder = "\(Programs.top)/Tests"
        let files = FileManager.default.enumerator(atPath: folder)
        var text = ""
        while let file = files?.nextObject() as? String {
            guard file.hasSuffix("Tests.swift") else { continue }
            let data = FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data()
            text += String(decoding: data, as: UTF8.self)
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }()

    @Test(arguments: HostileInput.yaml + HostileInput.git + HostileInput.fleet)
    func `every kind of hostile input has its tests`(input: HostileInput) {
        #expect(!input.tests.isEmpty)
        for test in input.tests {
            #expect(Self.sources.contains("func `\(test)`"), "no test is called '\(test)'")
        }
    }
}
