import CProxyShims
import Glibc

/// A file that grows at its end; whole records only, whatever the disk says.
///
/// One thread writes; another may make it durable meanwhile, which is all `sync` does.
package final class AppendFile: Sendable {
    /// What could not be done with a file, and the kernel's reason.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let call: String
        package let path: String
        package let code: Int32

        package var description: String { "cannot \(call) '\(path)': \(reason)" }
        /// The kernel's reason alone, e.g. `No space left on device`.
        package var reason: String { unsafe String(cString: strerror(code)) }
    }

    package let path: String
    private let number: Int32

    /// Opens a file to write to, made if it is not there; only its owner may read it.
    package init(_ path: String, isEmptied: Bool = false) throws(Failure) {
        self.path = path
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (isEmptied ? O_TRUNC : 0)
        number = unsafe open(path, flags, 0o600)
        guard number >= 0 else { throw Failure(call: "open", path: path, code: errno) }
    }

    deinit { _ = close(number) }

    /// Writes all of the bytes at `offset`, or leaves the file ending there.
    package func write(_ bytes: [UInt8], at offset: Int) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    number,
                    buffer.baseAddress.unsafelyUnwrapped + done,
                    buffer.count - done,
                    off_t(offset + done)
                )
            }
            if count > 0 {
                done += count
            } else if count < 0, errno != EINTR {
                let code = errno
                _ = ftruncate(number, off_t(offset))
                throw Failure(call: "write", path: path, code: code)
            }
        }
    }

    /// Makes sure that bytes behind `offset` can be written; where the file system cannot promise, it is hoped.
    package func reserve(_ count: Int, from offset: Int) throws(Failure) {
        let code = -proxy_reserve(number, Int64(offset), Int64(count))
        guard [ENOSPC, EDQUOT, EFBIG, EIO, EROFS].contains(code) else { return }
        throw Failure(call: "reserve room in", path: path, code: code)
    }

    /// Drops everything behind `length`.
    package func truncate(to length: Int) throws(Failure) {
        guard ftruncate(number, off_t(length)) == 0 else {
            throw Failure(call: "shorten", path: path, code: errno)
        }
    }

    /// Returns when what was written would outlive a power cut.
    package func sync() throws(Failure) {
        guard fdatasync(number) == 0 else {
            throw Failure(call: "sync", path: path, code: errno)
        }
    }

    /// Gives a file another name at once, in place of the one that has it, and makes that durable.
    package static func rename(_ path: String, to target: String) throws(Failure) {
        guard unsafe Glibc.rename(path, target) == 0 else {
            throw Failure(call: "rename", path: path, code: errno)
        }
        let folder = target.split(separator: "/").dropLast().joined(separator: "/")
        let directory = unsafe open(
            target.hasPrefix("/") ? "/" + folder : folder.isEmpty ? "." : folder,
            O_RDONLY | O_DIRECTORY | O_CLOEXEC
        )
        guard directory >= 0 else { return }
        _ = fsync(directory)
        _ = close(directory)
    }

    /// All bytes of a file; nil when there is none.
    package static func read(_ path: String) throws(Failure) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure(call: "open", path: path, code: errno)
        }
        defer { _ = close(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = unsafe Glibc.read(file, &chunk, chunk.count)
            if count == 0 { return content }
            if count < 0 { throw Failure(call: "read", path: path, code: errno) }
            content += chunk[0..<count]
        }
    }
}
