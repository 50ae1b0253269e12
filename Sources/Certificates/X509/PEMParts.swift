import SwiftASN1
import X509

/// The certificates and private keys of a PEM text; anything else in it is refused by name.
struct PEMParts {
    /// A certificate and the bytes it was read from, which are what fingerprints are taken of.
    struct Part {
        let value: Certificate
        let document: PEMDocument
    }

    private(set) var certificates: [Part] = []
    private(set) var keys: [PEMDocument] = []

    private static let keyKinds = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]

    init(_ text: String) throws(CertificateProblem) {
        let documents: [PEMDocument]
        do {
            documents = try PEMDocument.parseMultiple(pemString: text)
        } catch {
            throw .unreadable("a part is damaged or has no end")
        }
        for document in documents {
            switch document.discriminator {
            case "CERTIFICATE": certificates.append(try Self.certificate(document))
            case let kind where Self.keyKinds.contains(kind): keys.append(document)
            case "EC PARAMETERS": continue
            case let kind: throw .unreadable("a part is of the kind '\(kind.prefix(40))'")
            }
        }
    }

    private static func certificate(_ document: PEMDocument) throws(CertificateProblem) -> Part {
        do {
            return Part(value: try Certificate(pemDocument: document), document: document)
        } catch {
            throw .unreadable("a certificate in it is damaged")
        }
    }
}
