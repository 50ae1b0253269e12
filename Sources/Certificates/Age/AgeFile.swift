import Crypto
import FoundationEssentials

/// A file encrypted for an X25519 recipient by `age` (age-encryption.org/v1), armored or not.
///
/// Decrypted wholly in memory: nothing of it is given out before every byte was authenticated.
package struct AgeFile: Sendable {
    /// Why a file is not decrypted, without anything of what it holds.
    package enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// Not age's format, or damaged in its header.
        case unreadable(String)
        /// None of the identities is among its recipients.
        case notForUs(recipients: Int)
        /// The header or the content was changed by somebody without the key.
        case forged

        package var description: String {
            switch self {
            case .unreadable(let why): "not a file of age: \(why)"
            case .notForUs(let count):
                "it is encrypted for \(count) recipients, and none of the keys at hand is one of them"
            case .forged: "it was changed after it was encrypted"
            }
        }
    }

    /// One recipient's way to the file key.
    private struct Stanza {
        let arguments: [String]
        let body: [UInt8]
    }

    /// Larger files are nobody's key.
    private static let sizeLimit = 4 << 20
    private static let stanzaLimit = 64
    private static let chunk = 65_536
    private static let tag = 16

    private let stanzas: [Stanza]
    /// The header up to and including `---`, which its code is of.
    private let authenticated: [UInt8]
    private let code: [UInt8]
    private let payload: ArraySlice<UInt8>

    /// Reads the header.
    package init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= Self.sizeLimit else { throw .unreadable("it is too large") }
        let plain = try Self.disarmed(bytes)
        var lines = Lines(bytes: plain)
        guard lines.next() == "age-encryption.org/v1" else {
            throw .unreadable("it does not begin with 'age-encryption.org/v1'")
        }
        var stanzas: [Stanza] = []
        while let line = lines.next() {
            if line.hasPrefix("--- ") {
                authenticated = Array(plain[..<(lines.start + 3)])
                guard let code = Self.base64(String(line.dropFirst(4))), code.count == 32 else {
                    throw .unreadable("its code is damaged")
                }
                self.code = code
                self.stanzas = stanzas
                payload = plain[lines.position...]
                return
            }
            guard line.hasPrefix("-> "), stanzas.count < Self.stanzaLimit else {
                throw .unreadable("its header is damaged")
            }
            let words = line.split(separator: " ").dropFirst().map(String.init)
            stanzas.append(Stanza(arguments: words, body: try Self.body(&lines)))
        }
        throw .unreadable("its header has no end")
    }

    /// The content, by whichever identity is a recipient.
    package func decrypted(by identities: [AgeIdentity]) throws(Problem) -> [UInt8] {
        for stanza in stanzas where stanza.arguments.first == "X25519" {
            guard stanza.arguments.count == 2, let share = Self.base64(stanza.arguments[1]),
                share.count == 32, stanza.body.count == 32
            else { throw .unreadable("a recipient is damaged") }
            for identity in identities {
                guard let key = identity.unwrap(stanza.body, share: share) else { continue }
                return try open(with: key)
            }
        }
        throw .notForUs(recipients: stanzas.count)
    }

    private func open(with fileKey: SymmetricKey) throws(Problem) -> [UInt8] {
        let macKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: fileKey,
            info: Data("header".utf8),
            outputByteCount: 32
        )
        let isWhole = HMAC<SHA256>.isValidAuthenticationCode(
            Data(code),
            authenticating: Data(authenticated),
            using: macKey
        )
        guard isWhole, payload.count >= 16 + Self.tag else { throw .forged }
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: fileKey,
            salt: Data(payload.prefix(16)),
            info: Data("payload".utf8),
            outputByteCount: 32
        )
        return try Self.chunks(of: payload.dropFirst(16), key)
    }

    /// Chunks of 64 KiB, each with its number and whether it is the last (STREAM).
    private static func chunks(
        of sealed: ArraySlice<UInt8>,
        _ key: SymmetricKey
    ) throws(Problem) -> [UInt8] {
        var plain: [UInt8] = []
        var rest = sealed
        var number: UInt64 = 0
        while true {
            let part = rest.prefix(chunk + tag)
            rest = rest.dropFirst(part.count)
            let isLast = rest.isEmpty
            var nonce = [UInt8](repeating: 0, count: 12)
            for index in 0..<8 {
                nonce[10 - index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
            }
            nonce[11] = isLast ? 1 : 0
            // An empty last chunk stands alone only in an empty file.
            guard part.count > tag || (isLast && number == 0 && part.count == tag),
                let bytes = seal(part, nonce, key)
            else { throw .forged }
            plain += bytes
            if isLast { return plain }
            number += 1
        }
    }

    private static func seal(
        _ part: ArraySlice<UInt8>,
        _ nonce: [UInt8],
        _ key: SymmetricKey
    ) -> [UInt8]? {
        guard let nonce = try? ChaChaPoly.Nonce(data: nonce),
            let box = try? ChaChaPoly.SealedBox(
                nonce: nonce,
                ciphertext: Data(part.dropLast(tag)),
                tag: Data(part.suffix(tag))
            )
        else { return nil }
        return (try? ChaChaPoly.open(box, using: key)).map { Array($0) }
    }

    /// The lines of base64 after a stanza's first; the last one is shorter than 64 letters.
    private static func body(_ lines: inout Lines) throws(Problem) -> [UInt8] {
        var text = ""
        while let line = lines.next(), line.utf8.count <= 64, text.utf8.count < 4096 {
            text += line
            guard line.utf8.count < 64 else { continue }
            guard let bytes = base64(text) else { break }
            return bytes
        }
        throw .unreadable("a recipient is damaged")
    }

    private static func disarmed(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        let begin = "-----BEGIN AGE ENCRYPTED FILE-----"
        let end = "-----END AGE ENCRYPTED FILE-----"
        guard bytes.starts(with: begin.utf8) else { return bytes }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard lines.count > 2, lines[lines.count - 1] == end,
            let plain = Data(base64Encoded: lines[1..<lines.count - 1].joined())
        else { throw .unreadable("its armor is damaged") }
        return Array(plain)
    }

    /// Standard base64 without padding, as age writes it.
    private static func base64(_ text: String) -> [UInt8]? {
        guard !text.contains("=") else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: text + padding),
            bytes.base64EncodedString() == text + padding
        else { return nil }
        return Array(bytes)
    }

    /// Lines of the header, each ended by one line feed.
    private struct Lines {
        let bytes: [UInt8]
        /// Where the last line began, and where the next one begins.
        var start = 0
        var position = 0

        mutating func next() -> String? {
            guard let end = bytes[position...].prefix(4096).firstIndex(of: UInt8(ascii: "\n"))
            else {
                return nil
            }
            start = position
            position = end + 1
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }
}
