/// Going to the background (`-D`): the caller's process ends only when the one that stays serves, or failed to.
package struct Detachment: Sendable {
    private let caller: Descriptor

    /// Goes on in a child; the caller waits and exits as the child fares. Only before there are threads.
    ///
    /// Nil when the system gives neither process nor descriptor.
    package static func begin() -> Detachment? {
        guard let (mine, its) = Descriptor.pair() else { return nil }
        let pid = SystemProcess.fork()
        guard pid >= 0 else { return nil }
        if pid == 0 {
            mine.close()
            SystemProcess.leaveSession()
            return Detachment(caller: its)
        }
        its.close()
        var none: [Descriptor] = []
        if mine.receive(passed: &none, atMost: 1) != nil { SystemProcess.leave(0) }
        let status = SystemProcess.wait(for: pid)
        SystemProcess.leave(status == 0 ? 1 : Int32(status))
    }

    /// Lets the caller go, and everything it printed to.
    package func finish() {
        SystemProcess.silenceStandardStreams()
        _ = caller.send([1], passing: [])
        caller.close()
    }
}
