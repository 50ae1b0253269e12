/// What is known and being done about one certificate besides itself: its journal in the store.
package struct CertificateRecord: Hashable, Sendable, Codable {
    /// The order that is under way.
    package var pending: PendingOrder?
    /// When it is to be renewed, in seconds since 1970.
    package var renewAt: Int?
    /// What the authority advises (RFC 9773).
    package var window: RenewalWindow?
    /// Attempts in a row that failed.
    package var failures = 0
    /// No new attempt before then, in seconds since 1970.
    package var retryAt: Int?
    /// Why the last attempt failed, without anything secret.
    package var failure: String?

    package init() {}
}

/// An order with the key that its certificate is for; the key is in the store before the authority hears of it.
package struct PendingOrder: Hashable, Sendable, Codable {
    package var order: ACMEOrder
    package let keyPEM: SecretText

    package init(_ order: ACMEOrder, keyPEM: SecretText) {
        self.order = order
        self.keyPEM = keyPEM
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        order = try container.decode(ACMEOrder.self, forKey: .order)
        keyPEM = SecretText(try container.decode(String.self, forKey: .key))
    }

    /// For the store alone: this is where a key is written.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(order, forKey: .order)
        try container.encode(keyPEM.revealed, forKey: .key)
    }

    private enum Key: String, CodingKey { case order, key }
}

extension CertificateStore {
    /// What is being done about the certificate; nil when nothing ever was.
    package func record(_ name: String) async throws(StoreError) -> CertificateRecord? {
        try await document(.records, name)
    }

    /// Keeps what is being done about the certificate.
    package func save(
        _ record: CertificateRecord,
        of name: String
    ) async throws(StoreError) {
        try await save(record, in: .records, name)
    }
}
