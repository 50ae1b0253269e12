import Certificates
import Foundation
import Stage
import Testing

/// Against Debian's `age`; a file that it made once serves where it is not installed.
struct AgeFileTests {
    static let identity =
        "AGE-SECRET-KEY-1GEG4X9ZCFEWF43AJS3SHG6C0QN2VPGZ2NQ64ZVUFW9EAY774PRXS7MS2G8"

    @Test func `a file that age made is decrypted`() throws {
        let identity = try #require(AgeIdentity(SecretText(Self.identity)))
        let file = try AgeFile(Array(Self.sample.utf8))
        let text = String(decoding: try file.decrypted(by: [identity]), as: UTF8.self)
        #expect(text == "certificate: a\nkey: b\n")
    }

    @Test func `every changed byte is noticed`() throws {
        let identity = try #require(AgeIdentity(SecretText(Self.identity)))
        let armored = Self.sample.split(separator: "\n").dropFirst().dropLast().joined()
        let bytes = Array(try #require(Data(base64Encoded: armored)))
        #expect(try AgeFile(bytes).decrypted(by: [identity]).count == 22)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: AgeFile.Problem.self, "byte \(index)") {
                try AgeFile(changed).decrypted(by: [identity])
            }
            #expect(throws: AgeFile.Problem.self, "cut at \(index)") {
                try AgeFile(Array(bytes[..<index])).decrypted(by: [identity])
            }
        }
    }

    @Test func `who is no recipient reads nothing`() throws {
        let other = "AGE-SECRET-KEY-1OTHER"
        #expect(AgeIdentity(SecretText(other)) == nil)
        #expect(AgeIdentity(SecretText(String(Self.identity.dropLast()) + "Q")) == nil)
        let error = #expect(throws: AgeFile.Problem.self) {
            try AgeFile(Array(Self.sample.utf8)).decrypted(by: [])
        }
        #expect(error == .notForUs(recipients: 1))
    }

    @Test(
        .enabled(if: Programs.find("age") != nil, "age is not installed"),
        arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]
    )
    func `what age encrypts now is decrypted, at every border of its chunks`(size: Int) throws {
        let folder = try TemporaryFolder("age")
        defer { folder.remove() }
        let made = try ChildProcess.run(.init("age-keygen", ["-o", folder.path("key")]))
        try #require(made.status == 0)
        let identities = try #require(AgeIdentity.all(in: SecretText(folder.read("key"))))
        let recipient = try #require(
            folder.read("key").split(separator: "\n").first { $0.contains("public key: ") }?
                .split(separator: " ").last
        )
        let text = String(repeating: "x", count: size)
        try folder.write(text, to: "plain")
        for armor in [[], ["-a"]] {
            let result = try ChildProcess.run(
                .init(
                    "age",
                    armor + [
                        "-r", "\(recipient)", "-o", folder.path("sealed"), folder.path("plain"),
                    ]
                )
            )
            try #require(result.status == 0, "\(result.errors)")
            let sealed = try #require(FileManager.default.contents(atPath: folder.path("sealed")))
            let plain = try AgeFile(Array(sealed)).decrypted(by: identities)
            #expect(String(decoding: plain, as: UTF8.self) == text)
        }
    }

    /// Made by age 1.1.1.
    private static let sample = """
        -----BEGIN AGE ENCRYPTED FILE-----
        YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBsMW0zSGtMb2FUbmNwYkZv
        b2gwZFVqYnJqb3ZHanRSQXNSMVdXVkpyUXdzCnpJOXhGWGxjOUxHbTNSc0l1TXpI
        SkZWMVJEZVRobnlyUTBvb2E5ZmZFc2cKLS0tICt5UjNwVGhNVllMQzZMVm1rZ2ND
        VFBManhROCsydEplc2ozdWJTMWxiZEkKC2YaDyp0i+er1nVbX1FWgvcoDBPG8jBa
        kV33lI9iC60bbLaov0Ed8kuNjwDXhXdFd8uAeCBU
        -----END AGE ENCRYPTED FILE-----
        """
}
