import Foundation
import Model
import Synchronization

/// Certificates made with `openssl` when a test wants some, each with its key, and given out as a store would.
final class TestCertificates: CertificateSource, Sendable {
    private let payloads = Mutex<[CertificateFingerprint: String]>([:])

    /// Says nothing of its own: tests put into the desired state what they want.
    func content(of certificate: DesiredCertificate) async -> DesiredCertificate.Content {
        certificate.content
    }

    func payload(
        of certificate: CertificateFileName,
        _ fingerprint: CertificateFingerprint
    ) async throws(CertificatePayloadError) -> String {
        guard let text = payloads.withLock({ $0[fingerprint] }) else {
            throw CertificatePayloadError("no such version")
        }
        return text
    }

    /// Key and chain of a version.
    func payload(_ issued: IssuedCertificate) -> String {
        payloads.withLock { $0[issued.fingerprint] ?? "" }
    }

    /// Gives out another text for a version, such as one whose key is another's.
    func replace(_ issued: IssuedCertificate, by text: String) {
        payloads.withLock { $0[issued.fingerprint] = text }
    }

    /// A new key and a certificate for one host name, signed with itself.
    func make(_ host: String) throws -> IssuedCertificate {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("apus-crt-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, certificate) = (folder.path + "/key.pem", folder.path + "/crt.pem")
        _ = try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "90", "-subj", "/CN=\(host)",
            "-addext", "subjectAltName=DNS:\(host)",
        ])
        let pem =
            try String(contentsOfFile: key, encoding: .utf8)
            + String(contentsOfFile: certificate, encoding: .utf8)
        let digests = try ["-sha256", "-sha1"].map { kind in
            let text = try openssl(["x509", "-in", certificate, "-noout", "-fingerprint", kind])
            return text.split(separator: "=").last.map { $0.filter(\.isHexDigit) } ?? ""
        }
        guard let fingerprint = CertificateFingerprint(sha256: digests[0], sha1: digests[1]) else {
            throw CocoaError(.executableLoad)
        }
        var issued = IssuedCertificate(fingerprint)
        issued.names = [host]
        issued.payloadSize = pem.utf8.count
        payloads.withLock { $0[fingerprint] = pem }
        return issued
    }

    private func openssl(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: data, as: UTF8.self)
    }

    // MARK: Desired state

    static func file(_ text: String) -> CertificateFileName {
        guard let name = try? CertificateFileName(text) else {
            preconditionFailure("bad file name \(text)")
        }
        return name
    }

    /// A certificate in one list, with these options.
    static func desired(
        _ name: String,
        _ issued: IssuedCertificate,
        in list: String? = "edge.crtlist",
        _ options: String = ""
    ) -> DesiredCertificate {
        var certificate = DesiredCertificate(
            name: file(name),
            document: name,
            source: .files(certificate: "a.crt", key: "a.key"),
            origin: FleetFixture.origin
        )
        certificate.content = .issued(issued)
        if let list {
            let options = (try? CertificateOptions(parsing: options)) ?? CertificateOptions()
            let line = CertificateLine(file(name), options: options)
            certificate.lines = [
                DesiredCertificateLine(list: file(list), line: line, origin: certificate.origin)
            ]
        }
        return certificate
    }
}
