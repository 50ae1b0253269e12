import Testing

/// Rule 4: calls we do not make, each with what to write instead.
struct BannedCallTests {
    /// Code that must not stand anywhere but in `allowed`.
    struct Ban: Sendable, CustomTestStringConvertible {
        let name: String
        /// Words of which at least one stands in every line that could match.
        let words: [String]
        let matches: @Sendable (String) -> Bool
        let instead: String
        /// Path prefixes where it is right.
        var allowed: [String] = []
        /// Path prefixes the rule looks at.
        var within = ["Sources/", "Tests/"]

        func covers(_ path: String) -> Bool {
            within.contains(where: path.hasPrefix) && !allowed.contains(where: path.hasPrefix)
        }

        var testDescription: String { name }
    }

    /// Programs: what they print is their purpose, and they hand the clock to the rooms.
    static let mains = [
        "Sources/apus/", "Sources/apus-", "Tests/Benchmarks/", "Tests/Demo/", "Tests/Recorder/",
        "Tests/Simulate/", "Tests/Search/", "Tests/Fuzzer/", "Tests/RegressionTool/",
    ]

    static let bans: [Ban] = [
        Ban(
            name: "Task { … }",
            words: ["Task"],
            matches: { $0.contains(#/\bTask(\.detached)?(\s*\([^)]*\))?\s*\{/#) },
            instead: "a child of a task group, so that it is awaited and cancelled",
            allowed: ["Sources/apus/"]
        ),
        Ban(
            name: "try!",
            words: ["try"],
            matches: { $0.contains(#/\btry!/#) },
            instead: "`try`, or `precondition` with a message that states the invariant"
        ),
        Ban(
            name: "as!",
            words: ["as"],
            matches: { $0.contains(#/\bas!/#) },
            instead: "a type that needs no cast"
        ),
        Ban(
            name: "fatalError",
            words: ["fatalError"],
            matches: { $0.contains(#/\bfatalError\(/#) },
            instead: "`precondition` with a message that states the invariant"
        ),
        Ban(
            name: "print",
            words: ["print"],
            matches: { $0.contains(#/(^|[^.\w])print\(/#) },
            instead: "return the text, or log it; only programs print",
            allowed: mains
        ),
        Ban(
            name: "Date()",
            words: ["Date"],
            matches: { $0.contains(#/\bDate\(\)|\bDate\.now\b/#) },
            instead: "a clock passed by parameter",
            allowed: mains
        ),
        Ban(
            name: "random without using:",
            words: ["random", "randomElement", "shuffled", "shuffle"],
            matches: {
                $0.contains(#/\.(random|randomElement|shuffled|shuffle)\(/#)
                    && !$0.contains("using:")
            },
            instead: "`using:` a generator passed by parameter, so that a seed repeats the run",
            allowed: []
        ),
        Ban(
            name: "SystemRandomNumberGenerator",
            words: ["SystemRandomNumberGenerator"],
            matches: { $0.contains("SystemRandomNumberGenerator()") },
            instead: "a generator passed by parameter; only programs make one",
            allowed: mains
        ),
        Ban(
            name: "ContinuousClock.now",
            words: ["ContinuousClock", "SuspendingClock"],
            matches: { $0.contains(#/\b(Continuous|Suspending)Clock(\(\))?\.now\b/#) },
            instead: "`any Clock<Duration>` passed by parameter",
            allowed: mains + ["Tests/EndToEndTests/", "Tests/Stage/"]
        ),
        Ban(
            name: "sleep in a test",
            words: ["sleep", "usleep"],
            matches: {
                $0.contains(#/\b(Task|Thread)\.sleep\(|\busleep\(|(^|[^.\w])sleep\(/#)
                    && !$0.contains("func sleep(")
            },
            instead: "wait for the condition with a deadline (Deadline.swift)",
            allowed: [
                "Sources/", "Tests/Simulation/", "Tests/Stage/", "Tests/Benchmarks/", "Tests/Demo/",
            ]
        ),
        Ban(
            name: "iteration of a dictionary in the planner",
            words: ["for"],
            matches: {
                $0.contains(#/\bfor \(\w+, \w+\) in /#)
                    && !$0.contains(#/sorted|enumerated|zip\(|indexed/#)
            },
            instead: "`.sorted` first: a plan must not depend on hashing",
            within: ["Sources/Planning/"]
        ),
        Ban(
            name: "XCTest",
            words: ["XCTest"],
            matches: { $0.contains(#/\bimport XCTest\b/#) },
            instead: "`import Testing`"
        ),
    ]

    @Test(arguments: bans) func `nobody calls`(_ ban: Ban) {
        for file in SourceTree.swiftFiles where ban.covers(file.path) {
            for index in file.rows(withAnyOf: ban.words) where ban.matches(file.codeLines[index]) {
                guard !file.isExcepted(line: index) else { continue }
                Issue.record("\(file.path):\(index + 1): no \(ban.name); write \(ban.instead)")
            }
        }
    }

    @Test func `work left to do has an issue number`() {
        for file in SourceTree.swiftFiles where !file.path.hasPrefix("Tests/TidyTests/") {
            for index in file.textRows(with: "TODO", "FIXME", "XXX")
            where file.lines[index].contains(#/\b(TODO|FIXME|XXX)\b(?! #[0-9])/#) {
                Issue.record(
                    "\(file.path):\(index + 1): finish it, or open an issue and name its number"
                )
            }
        }
    }

    @Test func `exceptions are counted and only become fewer`() {
        let count = SourceTree.swiftFiles.filter { !$0.path.hasPrefix("Tests/TidyTests/") }
            .reduce(0) { $0 + $1.exceptionCount }
        #expect(
            count <= Ratchet.exceptedLines,
            "\(count) exceptions, \(Ratchet.exceptedLines) allowed: find another way"
        )
        #expect(
            count >= Ratchet.exceptedLines,
            "only \(count) exceptions are left: take Ratchet.exceptedLines down"
        )
    }
}
