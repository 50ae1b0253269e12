package import Model
package import RuntimeAPI

/// Carries out Runtime API commands and check results on the one `BackendTable`: the single writer.
///
/// Knows neither threads nor sockets nor clocks: time comes in as milliseconds since the process started,
/// and everything that needs the workers goes through `DataPlane`. So the simulation runs this very code.
package final class RuntimeService {
    private let plane: any DataPlane
    private let configuration: ProxyConfiguration

    package init(configuration: ProxyConfiguration, plane: any DataPlane, identity: ProcessIdentity) {
        self.configuration = configuration
        self.plane = plane
    }

    /// Carries out one command; what it changes is seen by workers after `publishIfNeeded`.
    ///
    /// Commands that concern only the session (`prompt`, `set severity-output`, `help`, …) answer nothing here.
    package func execute(
        _ command: RuntimeCommand,
        payload: String?,
        level: AccessLevel,
        now: Milliseconds
    ) -> Execution {
        .reply(RuntimeReply())
    }

    /// Asks again for the answer of a command that had to wait; nil while it is not known.
    package func poll(_ wait: PendingWait, now: Milliseconds) -> RuntimeReply? {
        RuntimeReply(severity: .info, text: "Done.")
    }

    /// Publishes one snapshot with every change since the last one; call once after each batch of commands.
    package func publishIfNeeded() {}

    /// Takes one check's result into account and tells when to check again; nil when the target is gone.
    package func record(_ result: CheckResult, for target: CheckTarget.ID, now: Milliseconds) -> Milliseconds? {
        nil
    }

    /// Every server whose checks run now; asked for again when `checkGeneration` changed.
    package var checkTargets: [CheckTarget] { [] }

    /// Grows whenever `checkTargets` changes.
    package var checkGeneration: UInt64 { 0 }
}

/// Which process answers: what `show info` tells of it besides counters.
package struct ProcessIdentity: Hashable, Sendable {
    package var pid: Int
    /// Seconds since 1970.
    package var startTime: Int
    package var node: String
    /// Worker threads.
    package var threads: Int
    /// Descriptor limit.
    package var descriptorLimit: Int

    package init(pid: Int, startTime: Int, node: String, threads: Int, descriptorLimit: Int = 0) {
        self.pid = pid
        self.startTime = startTime
        self.node = node
        self.threads = threads
        self.descriptorLimit = descriptorLimit
    }
}

/// What became of a command.
package enum Execution: Sendable {
    case reply(RuntimeReply)
    /// The answer comes later, from `RuntimeService.poll`; the session reads no further command meanwhile.
    case pending(PendingWait)
}

/// A `wait` in progress.
package struct PendingWait: Hashable, Sendable {
    package let condition: WaitCondition?
    /// In milliseconds since the process started.
    package let deadline: Milliseconds
    /// Polling earlier is useless, later is late.
    package let pollAgainAt: Milliseconds

    package init(condition: WaitCondition?, deadline: Milliseconds, pollAgainAt: Milliseconds) {
        self.condition = condition
        self.deadline = deadline
        self.pollAgainAt = pollAgainAt
    }
}
