import CTerminal
import SystemPackage

/// Held by the one provider that uses a store; released by the kernel however the process ends.
package final class StoreLock: Sendable {
    private let file: FileDescriptor

    /// Takes the lock of the folder without waiting.
    package init(_ folder: String) throws(StoreError) {
        let path = "\(folder)/lock"
        do {
            file = try FileDescriptor.open(
                FilePath(path),
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite]
            )
        } catch {
            throw StoreError("open the lock", path, "\(error)")
        }
        let problem = Errno(rawValue: apus_lock(file.rawValue))
        guard problem.rawValue == 0 else {
            try? file.close()
            let isHeld = problem == .wouldBlock
            throw StoreError("lock", path, isHeld ? "another provider uses it" : "\(problem)")
        }
    }

    deinit { try? file.close() }
}
