import FoundationEssentials
package import Model

/// The folder in which `apus` keeps locks, sockets, mirrors and what it applied last.
package struct StateDirectory: Hashable, Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// `--state-dir`, else `$XDG_STATE_HOME/apus`, else `~/.local/state/apus`.
    package init(option: String?, environment: [String: String], home: String) {
        if let option {
            path = option
        } else if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") {
            path = base + "/apus"
        } else {
            path = home + "/.local/state/apus"
        }
    }

    /// Creates the folder, readable by its owner only, where it is missing.
    package func create() throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Held while somebody changes this fleet.
    package func lockFile(of fleet: FleetName) -> String { "\(path)/fleet-\(fleet).lock" }

    /// What outlives a process: `StateDatabase`.
    package var databaseFile: String { "\(path)/state.sqlite" }

    /// Where mirrors of remote repositories lie.
    package var mirrors: String { path + "/mirrors" }

    /// Where relative paths of certificates' files begin if nothing else is said.
    package var certificateFiles: String { path + "/files" }

    /// Where the provider keeps accounts, keys and certificates.
    package var certificateStore: String { path + "/certificates" }

    /// Where `apus run` listens for pushes to a repository, the same for everyone who names it alike.
    package func triggerSocket(for repository: String) -> String {
        let hash = String(StableHash.of(repository), radix: 16)
        return "\(path)/trigger-\(hash).sock"
    }
}
