import Certificates
import Foundation
import Stage
import Testing

struct FolderStoreTests {
    @Test func `what was written is read again, by its owner alone`() async throws {
        let folder = try TemporaryFolder("store")
        defer { folder.remove() }
        let path = folder.path("keys")
        let store = try FolderStore(at: path)
        try await store.write([1, 2, 3], to: .certificates, "www.example.com")
        try await store.write([4], to: .certificates, "www.example.com")
        #expect(try await store.read(.certificates, "www.example.com") == [4])
        #expect(try await store.names(in: .certificates) == ["www.example.com"])
        #expect(try Self.mode(of: path) == 0o700)
        #expect(try Self.mode(of: path + "/certificates") == 0o700)
        #expect(try Self.mode(of: path + "/certificates/www.example.com.pem") == 0o600)
        let files = try FileManager.default.contentsOfDirectory(atPath: path + "/certificates")
        #expect(files == ["www.example.com.pem"])
        try await store.remove(.certificates, "www.example.com")
        try await store.remove(.certificates, "www.example.com")
        #expect(try await store.read(.certificates, "www.example.com") == nil)
    }

    @Test func `a certificate comes back as it was saved`() async throws {
        let folder = try TemporaryFolder("store")
        defer { folder.remove() }
        let bundle = try CertificateBundle(pem: try TestAuthority().bundle(["www.example.com"]))
        let store = try FolderStore(at: folder.path("keys"))
        #expect(try await store.certificate("www") == nil)
        try await store.save(bundle, as: "www")
        #expect(try await FolderStore(at: folder.path("keys")).certificate("www") == bundle)
    }

    @Test(arguments: ["", ".", "..", "../x", "a/b", ".hidden", "-x", "a\0b", "*.example.com"])
    func `a name that could leave the folder is refused`(name: String) throws {
        let store = try FolderStore(at: "/store", files: CrashingFiles())
        #expect(throws: StoreError.self) { try store.file(.certificates, name) }
    }

    @Test func `one provider at a time uses a store`() throws {
        let folder = try TemporaryFolder("store")
        defer { folder.remove() }
        do {
            let lock = try StoreLock(folder.path)
            let error = #expect(throws: StoreError.self) { try StoreLock(folder.path) }
            #expect(error?.description.contains("another provider uses it") == true)
            withExtendedLifetime(lock) {}
        }
        _ = try StoreLock(folder.path)
    }

    @Test func `a folder that cannot be made says so`() {
        let error = #expect(throws: StoreError.self) { try FolderStore(at: "/proc/none/store") }
        #expect(error?.description.hasPrefix("cannot create the folder /proc/none/store") == true)
    }

    @Test(arguments: CrashingFiles.Leftover.allCases)
    func `a crash at any step leaves the old document or the new one, whole`(
        leftover: CrashingFiles.Leftover
    ) async throws {
        var results: Set<[UInt8]> = []
        for steps in 0..<8 {
            let files = CrashingFiles()
            try await FolderStore(at: "/s", files: files).write([1], to: .records, "a")
            files.crash(afterSteps: 10 + steps)
            let outcome = await Self.rewrite(on: files)
            files.restart(leaving: leftover)
            let store = try FolderStore(at: "/s", files: files)
            let found = try #require(try await store.read(.records, "a"))
            #expect(found == [1] || found == [2])
            if outcome { #expect(found == [2], "what was confirmed is durable") }
            #expect(!files.files.keys.contains { $0.hasSuffix(".new") })
            results.insert(found)
        }
        #expect(results == [[1], [2]])
    }

    /// Whether the write was confirmed before the crash; opening the store takes ten steps.
    private static func rewrite(on files: CrashingFiles) async -> Bool {
        do {
            let store = try FolderStore(at: "/s", files: files)
            try await store.write([2], to: .records, "a")
            return true
        } catch {
            return false
        }
    }

    private static func mode(of path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }
}
