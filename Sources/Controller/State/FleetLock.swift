import CTerminal
import FoundationEssentials
package import Model
import SystemPackage

/// Held by whoever changes a fleet; released by the kernel however the process ends.
package final class FleetLock: Sendable {
    /// Somebody else changes the fleet, or the lock cannot be taken at all.
    package struct Unavailable: Error, Hashable, CustomStringConvertible {
        package let description: String
        /// False when the file system refused.
        package let isHeld: Bool
        /// Who holds it, in its own words; empty when it did not say.
        package var holder = ""

        package init(description: String, isHeld: Bool, holder: String = "") {
            self.description = description
            self.isHeld = isHeld
            self.holder = holder
        }
    }

    package let fleet: FleetName
    private let file: FileDescriptor

    /// Takes the lock without waiting; `holder` is what a second one is told.
    package init(on fleet: FleetName, in directory: StateDirectory, holder: String)
        throws(Unavailable)
    {
        self.fleet = fleet
        let path = directory.lockFile(of: fleet)
        do {
            try directory.create()
            file = try FileDescriptor.open(
                FilePath(path),
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite]
            )
        } catch {
            throw Unavailable(description: "cannot open the lock \(path): \(error)", isHeld: false)
        }
        let problem = apus_lock(file.rawValue)
        guard problem == 0 else {
            try? file.close()
            throw Self.refusal(Errno(rawValue: problem), fleet: fleet, path: path)
        }
        // Whom to name to others is a courtesy; the lock holds without it.
        _ = try? file.resize(to: 0)
        _ = try? file.writeAll(toAbsoluteOffset: 0, holder.utf8)
    }

    deinit { try? file.close() }

    private static func refusal(_ error: Errno, fleet: FleetName, path: String) -> Unavailable {
        guard error == .wouldBlock else {
            return Unavailable(description: "cannot lock \(path): \(error)", isHeld: false)
        }
        let data = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
        let holder = String(decoding: data.prefix(200), as: UTF8.self)
        let name = holder.isEmpty ? "another apus" : VisibleText.escape(holder.unicodeScalars)
        return Unavailable(
            description: "fleet \(fleet) is being changed by \(name); wait for it or stop it",
            isHeld: true,
            holder: name
        )
    }

    /// Who changes the fleet now; nil when nobody does.
    package static func holder(of fleet: FleetName, in directory: StateDirectory) -> String? {
        let path = directory.lockFile(of: fleet)
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
        else { return nil }
        defer { try? file.close() }
        let problem = Errno(rawValue: apus_lock(file.rawValue))
        return problem == .wouldBlock ? refusal(problem, fleet: fleet, path: path).holder : nil
    }
}
