import Model
import Testing

@testable import Certificates

struct CertificateStoreTests {
    let store: FolderStore

    init() throws { store = try FolderStore(at: "/store", files: CrashingFiles()) }

    @Test func `a record comes back with its order and the key it is for`() async throws {
        let request = try CertificateRequest(for: ["a.test", "192.0.2.1", "::1"], key: .ecdsaP256)
        let goal = ACMEOrder.Goal(["a.test"], by: .dns01)
        var record = CertificateRecord()
        record.pending = PendingOrder(ACMEOrder(goal, at: 7), keyPEM: request.keyPEM)
        record.failures = 3
        try await store.save(record, of: "a")
        #expect(try await store.record("a") == record)
        #expect(try await store.record("b") == nil)
        #expect("\(record)".contains("PRIVATE") == false)
    }

    @Test func `a request is made again for the same key`() throws {
        let request = try CertificateRequest(for: ["a.test"], key: .ecdsaP384)
        let again = try CertificateRequest(for: ["a.test"], keyPEM: request.keyPEM)
        #expect(again.keyPEM == request.keyPEM)
        #expect(!again.der.isEmpty)
    }

    @Test func `a damaged document says where, and not what it holds`() async throws {
        try await store.write(Array("{\"key\":\"PRIVATE\"".utf8), to: .accounts, "ca")
        let error = await #expect(throws: StoreError.self) {
            try await store.document(.accounts, "ca", as: StoredAccount.self)
        }
        #expect(error?.description.contains("'ca' in accounts of the store") == true)
        #expect(error?.description.contains("PRIVATE") == false)
        try await store.write([1], to: .certificates, "ca")
        await #expect(throws: StoreError.self) { try await store.certificate("ca") }
    }

    @Test func `a secret shows nothing of itself`() throws {
        let secret = SecretText("hush")
        var text = "\(secret) \(String(reflecting: secret))"
        dump(secret, to: &text)
        #expect(!text.contains("hush"))
        #expect(try PEMParts("a text without parts").keys.isEmpty)
    }

    @Test func `events are sentences`() {
        let events: [ProviderEvent] = [
            .ordering(name: "a", why: "there is none yet"),
            .issued(name: "a", fingerprint: "0123456789abcdef", notAfter: 86_400, renewAt: 60),
            .failed(name: "a", why: "no", retryAt: 60),
            .expiring(name: "a", notAfter: 60, why: "no"), .trouble("the disk is full"),
        ]
        #expect(
            events.map(\.description) == [
                "a: ordering a certificate: there is none yet",
                "a: issued 0123456789ab, valid until 1970-01-02 00:00:00 UTC, renewed at 1970-01-01 00:01:00 UTC",
                "a: no; again at 1970-01-01 00:01:00 UTC",
                "a: expires at 1970-01-01 00:01:00 UTC and is not renewed: no", "the disk is full",
            ]
        )
    }
}
