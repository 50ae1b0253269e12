import FoundationEssentials

/// Where accounts, keys and certificates are kept; a folder here, anything that keeps documents elsewhere.
///
/// A document is written whole or not at all, and what a `write` that returned has written is read again after
/// any crash.
package protocol CertificateStore: Sendable {
    /// Names in the section, sorted.
    func names(in section: StoreSection) async throws(StoreError) -> [String]

    /// The document; nil when there is none.
    func read(_ section: StoreSection, _ name: String) async throws(StoreError) -> [UInt8]?

    /// Writes the document, or replaces it.
    func write(
        _ bytes: [UInt8],
        to section: StoreSection,
        _ name: String
    ) async throws(StoreError)

    /// Takes the document away; what is not there is no mistake.
    func remove(_ section: StoreSection, _ name: String) async throws(StoreError)
}

/// The kinds of documents in a store.
package enum StoreSection: String, Sendable, CaseIterable {
    /// PEM of certificate, issuers and key, by the certificate's name.
    case certificates
    /// What is being done about a certificate: its journal.
    case records
    /// Keys and addresses of accounts, by issuer.
    case accounts
    /// Secrets by which authorities bind accounts to their customers, in base64 with the URL alphabet, by issuer.
    case externalAccounts
    /// Certificates that somebody asks to renew; empty, by the certificate's name.
    case requests
    /// Until when an authority must be left alone, by issuer.
    case holds
}

extension CertificateStore {
    /// The newest certificate of this name; nil when there is none yet.
    package func certificate(_ name: String) async throws(StoreError) -> CertificateBundle? {
        guard let bytes = try await read(.certificates, name) else { return nil }
        do {
            return try CertificateBundle(pem: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw StoreError("use", "the certificate '\(name)' of the store", "\(error)")
        }
    }

    /// Keeps a certificate as the newest of its name.
    package func save(
        _ bundle: CertificateBundle,
        as name: String
    ) async throws(StoreError) {
        try await write(Array(bundle.payload.revealed.utf8), to: .certificates, name)
    }

    /// A document that was written as JSON; nil when there is none.
    func document<Document: Decodable>(
        _ section: StoreSection,
        _ name: String,
        as type: Document.Type = Document.self
    ) async throws(StoreError) -> Document? {
        guard let bytes = try await read(section, name) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            // The document may hold a key: its text is not shown.
            throw StoreError(
                "understand",
                "'\(name)' in \(section.rawValue) of the store",
                "it is damaged or of a newer version; remove it to begin anew"
            )
        }
    }

    /// Writes a document as JSON with sorted keys.
    func save(
        _ document: some Encodable,
        in section: StoreSection,
        _ name: String
    ) async throws(StoreError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes: [UInt8]
        do {
            bytes = Array(try encoder.encode(document))
        } catch {
            preconditionFailure("documents of the store can be written as JSON: \(type(of: error))")
        }
        try await write(bytes, to: section, name)
    }
}
