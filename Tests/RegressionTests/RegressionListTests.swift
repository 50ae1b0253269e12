import Foundation
import Regression
import Stage
import Testing

/// HAProxy's own tests, unchanged: what passed once has to pass.
@Suite struct RegressionListTests {
    /// Where the tests are, or why there are none.
    static let sources = Result { () throws -> String in
        guard RegressionRun.tester != nil else {
            throw RegressionSources.Unavailable(
                description: "no varnishtest in PATH: `make setup` installs it"
            )
        }
        return try RegressionSources.prepare()
    }

    static var isAvailable: Bool { (try? sources.get()) != nil }
    static var obstacle: Comment {
        if case .failure(let error) = sources { return Comment(rawValue: "\(error)") }
        return "available"
    }
    /// CI must not take a machine without network for success.
    static let isRequired = ProcessInfo.processInfo.environment["APUS_REQUIRE_REGRESSIONS"] != nil

    @Test(.enabled(if: isAvailable || isRequired, obstacle), .timeLimit(.minutes(15)))
    func `every file of the list passes`() async throws {
        let run = RegressionRun(program: Programs.apusProxy, folder: try Self.sources.get())
        let results = try await run.all(try RegressionList.read(), jobs: 3) { _ in }
        for result in results where result.outcome != .passed {
            Issue.record("\(result.file) \(result.outcome.rawValue)\n\(result.reason)")
        }
    }

    @Test func `the list is sorted and names no file twice`() throws {
        let files = try RegressionList.read()
        #expect(files == Set(files).sorted())
    }
}
