package import Certificates
import Model
import Subprocess
import SystemPackage

/// Answers dns-01 by a program of the user's: `PROGRAM publish|withdraw _acme-challenge.NAME VALUE`.
///
/// It returns when the record is (or is no more) what every name server answers, with status 0; its environment
/// is ours. Ten minutes are enough for any zone.
package struct HookChallenges: ChallengePublisher {
    private let program: String
    private let clock: any Clock<Duration>
    private let limit: Duration

    package init(
        program: String,
        clock: any Clock<Duration>,
        limit: Duration = .seconds(600)
    ) {
        self.program = program
        self.clock = clock
        self.limit = limit
    }

    package func publish(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        try await run("publish", challenge)
    }

    package func withdraw(_ challenge: ACMEChallenge) async throws(ChallengeError) {
        try await run("withdraw", challenge)
    }

    private func run(_ verb: String, _ challenge: ACMEChallenge) async throws(ChallengeError) {
        guard challenge.kind == .dns01 else {
            throw ChallengeError("a hook answers dns-01, not \(challenge.kind.rawValue)")
        }
        let record = "_acme-challenge.\(challenge.name)"
        let complaint: String?
        do {
            complaint = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { [program] in
                    try await Self.run(program, [verb, record, challenge.digest])
                }
                group.addTask { [clock, limit] in
                    try await clock.sleep(for: limit)
                    return "it did not end in \(limit)"
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch {
            complaint = "it cannot be run: \(error)"
        }
        if let complaint {
            throw ChallengeError("hook \(program) \(verb) \(record): \(complaint)")
        }
    }

    /// Nil when it succeeded, else what it said.
    private static func run(_ program: String, _ arguments: [String]) async throws -> String? {
        let result = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(arguments),
            output: .discarded,
            error: .string(limit: 4096)
        )
        guard !result.terminationStatus.isSuccess else { return nil }
        let words = result.standardError
        return words.isEmpty ? "it ended with \(result.terminationStatus)" : words
    }
}
