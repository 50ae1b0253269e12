import Foundation

/// Keys and certificates that `openssl` makes in a folder of the test.
struct TestPEM {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-pem-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Writes `NAME.key` and `NAME.crt`, self-signed for these names.
    func make(_ name: String, _ names: [String], days: Int = 90) throws {
        let alternatives = names.map { "DNS:\($0)" }.joined(separator: ",")
        _ = try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", path("\(name).key"), "-out", path("\(name).crt"), "-days", "\(days)",
            "-subj", "/CN=\(names[0])", "-addext", "subjectAltName=\(alternatives)",
        ])
    }

    /// Hexadecimal without separators, upper case.
    func sha1(_ name: String) throws -> String {
        let text = try openssl([
            "x509", "-in", path("\(name).crt"), "-noout", "-fingerprint", "-sha1",
        ])
        return text.split(separator: "=").last.map { $0.filter(\.isHexDigit) } ?? ""
    }

    private func openssl(_ arguments: [String]) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: data, as: UTF8.self)
    }
}
