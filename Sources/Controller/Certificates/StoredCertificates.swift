import CTerminal
import Certificates
import FoundationEssentials
package import Model
import Synchronization
import SystemPackage

/// Certificates as files on this machine: those that documents name, and those that the provider keeps in its store.
///
/// A file is read again only when it has changed; what is remembered is everything but the key, which is read
/// when a proxy is to get it.
package final class StoredCertificates: CertificateSource {
    /// What tells that a file is still the one that was read.
    private struct Stamp: Hashable {
        let path: String
        let modified: Int64
        let size: Int64
        let number: UInt64
    }

    private struct Entry {
        let stamps: [Stamp]
        let paths: [String]
        /// What was read; or why it cannot be used.
        let result: Result<IssuedCertificate, CertificatePayloadError>
    }

    private struct State {
        var entries: [CertificateFileName: Entry] = [:]
    }

    private let folder: String
    private let store: String
    private let now: @Sendable () -> Int
    private let state = Mutex(State())

    /// `folder` is where relative paths begin and `store` the provider's; `now` in milliseconds since 1970.
    package init(folder: String, store: String, now: @escaping @Sendable () -> Int) {
        self.folder = folder
        self.store = store
        self.now = now
    }

    package func content(of certificate: DesiredCertificate) async -> DesiredCertificate.Content {
        let paths = paths(of: certificate)
        do throws(CertificatePayloadError) {
            let stamps = try stamps(of: paths, certificate)
            let known = state.withLock { $0.entries[certificate.name] }
            let entry = known.flatMap { $0.stamps == stamps ? $0 : nil } ?? read(paths, stamps)
            state.withLock { $0.entries[certificate.name] = entry }
            let issued = try entry.result.get()
            try check(issued, for: certificate)
            return .issued(issued)
        } catch {
            return .unavailable(error.description)
        }
    }

    package func payload(
        of certificate: CertificateFileName,
        _ fingerprint: CertificateFingerprint
    ) async throws(CertificatePayloadError) -> String {
        guard let entry = state.withLock({ $0.entries[certificate] }) else {
            throw CertificatePayloadError("its files were not read by this command; plan again")
        }
        let bundle = try Self.bundle(entry.paths)
        guard bundle.sha256 == fingerprint.sha256 else {
            throw CertificatePayloadError("its files hold another version now; plan again")
        }
        return bundle.payload.revealed
    }

    // MARK: Files

    private func paths(of certificate: DesiredCertificate) -> [String] {
        switch certificate.source {
        case .files(let chain, let key):
            [chain, key].map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
        case .issuer: ["\(store)/certificates/\(certificate.document).pem"]
        }
    }

    private func stamps(
        of paths: [String],
        _ certificate: DesiredCertificate
    ) throws(CertificatePayloadError) -> [Stamp] {
        var stamps: [Stamp] = []
        for path in paths {
            // Looked at by descriptor, thousands of times a pass: nothing about owners is asked.
            let file = try? FileDescriptor.open(FilePath(path), .readOnly)
            let stamp = file.map { apus_stamp($0.rawValue) }
            try? file?.close()
            guard let stamp, stamp.modified >= 0
            else {
                if case .issuer(let issuer) = certificate.source {
                    throw CertificatePayloadError("issuer \(issuer.name) has not issued it yet")
                }
                throw CertificatePayloadError("\(path) cannot be read")
            }
            stamps.append(
                Stamp(
                    path: path,
                    modified: stamp.modified,
                    size: stamp.size,
                    number: stamp.number
                )
            )
        }
        return stamps
    }

    private func read(_ paths: [String], _ stamps: [Stamp]) -> Entry {
        do throws(CertificatePayloadError) {
            let issued = IssuedCertificate(try Self.bundle(paths))
            return Entry(stamps: stamps, paths: paths, result: .success(issued))
        } catch {
            return Entry(stamps: stamps, paths: paths, result: .failure(error))
        }
    }

    /// All files together, since a chain and its key may lie in one or in two.
    private static func bundle(
        _ paths: [String]
    ) throws(CertificatePayloadError) -> CertificateBundle {
        var text = ""
        for path in paths.first == paths.last ? Array(paths.prefix(1)) : paths {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CertificatePayloadError("\(path) cannot be read")
            }
            guard data.count <= CertificateBundle.sizeLimit else {
                throw CertificatePayloadError("\(path) has \(data.count) bytes")
            }
            text += String(decoding: data, as: UTF8.self) + "\n"
        }
        do {
            return try CertificateBundle(pem: text)
        } catch {
            throw CertificatePayloadError("\(paths.joined(separator: ", ")): \(error)")
        }
    }

    // MARK: Checking

    /// No proxy sees what clients would refuse.
    private func check(
        _ issued: IssuedCertificate,
        for certificate: DesiredCertificate
    ) throws(CertificatePayloadError) {
        let seconds = now() / 1000
        guard issued.notAfter > seconds else {
            throw CertificatePayloadError("it expired on \(WallTime(issued.notAfter * 1000))")
        }
        guard issued.notBefore <= seconds else {
            throw CertificatePayloadError("it holds from \(WallTime(issued.notBefore * 1000)) on")
        }
        guard let name = certificate.dnsNames.first(where: { !issued.covers($0) }) else { return }
        let names = issued.names.prefix(5).joined(separator: ", ")
        throw CertificatePayloadError("it does not cover \(name), only \(names)")
    }
}

extension IssuedCertificate {
    /// What a bundle tells without its key, also of kinds of keys that Apus never asks for.
    fileprivate init(_ bundle: CertificateBundle) {
        self = bundle.issued
        guard keyType.isEmpty else { return }
        let words = bundle.keyDescription.lowercased().split { $0 == " " || $0 == "-" }
        keyType = words.first.map(String.init) ?? ""
        keyBits = keyType == "ed25519" ? 256 : words.last.flatMap { Int($0) } ?? 0
    }

    /// Whether a client that asks for this name accepts it; `*` stands for exactly one label (RFC 9525).
    fileprivate func covers(_ name: String) -> Bool {
        names.contains { own in
            if own == name { return true }
            guard own.hasPrefix("*."), !name.hasPrefix("*"), let dot = name.firstIndex(of: ".")
            else { return false }
            return dot > name.startIndex && name[dot...] == own.dropFirst()
        }
    }
}
