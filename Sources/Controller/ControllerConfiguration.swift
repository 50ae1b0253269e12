/// The settings of `apus run`; fleet state is not among them, it is in the repository.
package struct ControllerConfiguration: Hashable, Sendable {
    /// `HEAD`, a branch, a tag or a commit.
    package var ref = "HEAD"
    package var selection = FleetSelection()
    /// Between two looks at the repository when nobody pushes; jittered by a tenth.
    package var pollInterval: Duration = .seconds(30)
    /// Between two looks at a fleet when nothing happens; jittered by a tenth.
    package var driftInterval: Duration = .seconds(10)
    /// Between two looks whether a proxy restarted; jittered by a tenth.
    package var heartbeat: Duration = .seconds(1)
    /// Between two attempts on a proxy that fails: first and longest.
    package var retry = Backoff()
    /// How long one fetch of a remote repository may take.
    package var fetchLimit: Duration = .seconds(60)
    package var state: StateDirectory
    /// How others are told who holds a fleet's lock.
    package var holder = "apus run"
    /// Claim proxies that another owner claimed.
    package var takesOver = false
    /// Starts the sequence of jitters.
    package var seed: UInt64

    package init(state: StateDirectory, seed: UInt64) {
        self.state = state
        self.seed = seed
    }
}

extension Duration {
    /// This duration give or take a tenth, so that many loops do not move in step.
    func jittered(using generator: inout some RandomNumberGenerator) -> Duration {
        self * Int.random(in: 900...1100, using: &generator) / 1000
    }
}
