import CTerminal
import FoundationEssentials
import SystemPackage

/// Files on the disk of this machine.
package struct DiskFiles: DurableFiles {
    /// More than any file that is kept here; a larger one is not ours.
    private static let sizeLimit = 4 << 20

    package init() {}

    package func names(in folder: String) throws(StoreError) -> [String] {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw StoreError("list", folder, "\(error)")
        }
    }

    package func read(_ path: String) throws(StoreError) -> [UInt8]? {
        let place = URL(filePath: path)
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let size = attributes[.size] as? Int ?? 0
            guard size <= Self.sizeLimit else { throw StoreError("read", path, "it is too large") }
            return Array(try Data(contentsOf: place))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return nil
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError("read", path, "\(error)")
        }
    }

    package func makeFolder(_ path: String) throws(StoreError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StoreError("create the folder", path, "\(error)")
        }
    }

    package func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        do {
            // A file left behind by a crash may have another's mode: it is made anew.
            try remove(path)
            let file = try FileDescriptor.open(
                FilePath(path),
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite]
            )
            _ = try file.closeAfter { try file.writeAll(bytes) }
        } catch {
            throw StoreError("write", path, "\(error)")
        }
    }

    package func sync(_ path: String) throws(StoreError) {
        try open(path, "sync") { apus_sync($0) }
    }

    package func replace(_ path: String) throws(StoreError) {
        try open(path + ".new", "rename") { apus_replace($0) }
    }

    package func syncFolder(_ path: String) throws(StoreError) {
        try open(path, "sync the folder") { apus_sync($0) }
    }

    package func remove(_ path: String) throws(StoreError) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {
            return
        } catch {
            throw StoreError("remove", path, "\(error)")
        }
    }

    private func open(
        _ path: String,
        _ tried: String,
        _ step: (CInt) -> CInt
    ) throws(StoreError) {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
            let problem = try file.closeAfter { step(file.rawValue) }
            guard problem == 0 else { throw Errno(rawValue: problem) }
        } catch {
            throw StoreError(tried, path, "\(error)")
        }
    }
}
