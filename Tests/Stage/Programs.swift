import Foundation

/// Where the programs under test lie.
package enum Programs {
    /// The folder of the running program: SwiftPM puts all products of a build there.
    package static let folder: String = {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: link ?? CommandLine.arguments[0]).deletingLastPathComponent().path
    }()

    package static var apus: String { "\(folder)/apus" }
    package static var apusProxy: String { "\(folder)/apus-proxy" }

    /// The top of the repository.
    package static let top = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The words that start a program found in PATH or named by an environment variable, or nil.
    package static func find(_ name: String, variable: String? = nil) -> [String]? {
        let environment = ProcessInfo.processInfo.environment
        if let variable, let words = environment[variable], !words.isEmpty {
            return words.split(separator: " ").map(String.init)
        }
        let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let folders = path + ["/usr/sbin", "/usr/local/sbin"]
        let found = folders.map { "\($0)/\(name)" }.first(
            where: FileManager.default.isExecutableFile
        )
        return found.map { [$0] }
    }
}
