import Glibc

/// The process's surroundings without Foundation: files, environment, standard error, exit.
package enum SystemProcess {
    package static var id: Int { Int(getpid()) }
    /// Seconds since 1970.
    package static var time: Int { Glibc.time(nil) }

    /// A whole file as text, nil when it cannot be read; bytes that are not UTF-8 are replaced.
    package static func read(_ path: String) -> String? {
        bytes(of: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A whole file, nil when it cannot be read.
    package static func bytes(of path: String) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { _ = close(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(file, &chunk, chunk.count)
            if count == 0 { return content }
            if count < 0 { return nil }
            content += chunk[0..<count]
        }
    }

    /// Replaces a file's content; false when it cannot be written.
    package static func write(_ text: String, to path: String) -> Bool {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { return false }
        defer { _ = close(file) }
        let bytes = Array(text.utf8)
        return unsafe Glibc.write(file, bytes, bytes.count) == bytes.count
    }

    /// Removes a file, if it is there.
    package static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// The names of the files in a directory in order, nil when it is none.
    package static func files(in directory: String, endingIn ending: String = ".cfg") -> [String]? {
        guard let stream = unsafe opendir(directory) else { return nil }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name.hasSuffix(ending), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The environment as a dictionary.
    package static var environment: [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let line = unsafe entry.pointee {
            let text = unsafe String(cString: line)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return variables
    }

    /// Makes a folder the one where relative paths start; false when it cannot be entered.
    package static func enter(_ folder: String) -> Bool { unsafe chdir(folder) == 0 }

    /// The machine's name.
    package static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, 255) == 0 else { return "localhost" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// Writes a line to standard error.
    package static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = unsafe Glibc.write(2, bytes, bytes.count)
    }

    /// Ends the process.
    package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
