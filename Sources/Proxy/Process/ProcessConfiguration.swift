package import Model

/// What `global` says about the process itself.
package struct ProcessConfiguration: Hashable, Sendable {
    /// `daemon`.
    package var isDaemon = false
    /// `master-worker`.
    package var hasMaster = false
    /// `hard-stop-after`: how long a soft stop may take.
    package var hardStopAfter: Milliseconds?
    /// `chroot`.
    package var root: String?
    /// `user` or `uid`.
    package var user: SystemProcess.Identity?
    /// `group` or `gid`.
    package var group: SystemProcess.Identity?

    package init() {}

    /// Gives up what serving does not need, once every socket is open; what could not be done, or nil.
    func confine() -> String? {
        guard root != nil || user != nil || group != nil else { return nil }
        return SystemProcess.confine(root: root, user: user, group: group)
    }
}
