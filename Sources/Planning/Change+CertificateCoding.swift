import Model

/// The form of changes of certificates in a saved plan: fingerprints and lines, never a key.
extension Change {
    func encodeCertificate(to container: inout KeyedEncodingContainer<Key>) throws {
        switch self {
        case .storeCertificate(let name, let update):
            try container.encode(name, forKey: .certificate)
            try container.encode(update, forKey: .update)
        case .deleteCertificate(let name, let was):
            try container.encode(name, forKey: .certificate)
            try container.encodeIfPresent(was, forKey: .was)
        case .addCertificateLine(let list, let line):
            try container.encode(list, forKey: .list)
            try container.encode(line, forKey: .line)
        case .deleteCertificateLine(let list, let line, let number):
            try container.encode(list, forKey: .list)
            try container.encode(line, forKey: .line)
            try container.encode(number, forKey: .number)
        case .abortTransaction(let transaction, let grace):
            try container.encode(transaction, forKey: .transaction)
            try container.encode(grace.description, forKey: .within)
        default: preconditionFailure("a change that is about no certificate")
        }
    }
}

extension KeyedDecodingContainer<Change.Key> {
    func certificateChange(_ operation: Change.Operation) throws -> Change {
        switch operation {
        case .storeCertificate:
            let update = try decode(CertificateUpdate.self, forKey: .update)
            return .storeCertificate(try name(.certificate), update)
        case .deleteCertificate:
            let was = try decodeIfPresent(String.self, forKey: .was)
            return .deleteCertificate(try name(.certificate), was: was)
        case .addCertificateLine:
            return .addCertificateLine(try name(.list), try line())
        case .deleteCertificateLine:
            let number = try decode(Int.self, forKey: .number)
            return .deleteCertificateLine(try name(.list), try line(), number: number)
        default:
            let transaction = try decode(CertificateTransaction.self, forKey: .transaction)
            let text = try decode(String.self, forKey: .within)
            guard let grace = Milliseconds(parsing: text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .within,
                    in: self,
                    debugDescription: "not a duration"
                )
            }
            return .abortTransaction(transaction, after: grace)
        }
    }

    private func name(_ key: Key) throws -> CertificateFileName {
        try decode(CertificateFileName.self, forKey: key)
    }

    private func line() throws -> CertificateLine {
        try decode(CertificateLine.self, forKey: .line)
    }
}
