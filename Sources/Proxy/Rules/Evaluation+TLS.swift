/// What fetches find in the TLS of either side's connection.
extension Evaluation {
    mutating func fetchTLS(_ expression: Expression) -> Sample {
        let (client, server) = (exchange.tls, exchange.serverTLS)
        switch expression.fetch {
        case .tls: return Sample(client.isPresent)
        case .serverTLS: return Sample(server.isPresent)
        case .tlsVersion: return text(client.versionName)
        case .serverTLSVersion: return text(server.versionName)
        case .tlsCipher: return text(client.cipherName)
        case .serverTLSCipher: return text(server.cipherName)
        case .tlsProtocol: return text(client.protocolName)
        case .serverTLSProtocol: return text(server.protocolName)
        case .tlsClientDigest: return digest(of: .peer, in: client)
        case .tlsOwnDigest: return digest(of: .own, in: client)
        case .tlsServerDigest: return digest(of: .peer, in: server)
        case .tlsClientSubject, .tlsClientIssuer: return name(of: .peer, in: client, expression)
        case .tlsOwnSubject, .tlsOwnIssuer: return name(of: .own, in: client, expression)
        case .tlsServerSubject, .tlsServerIssuer: return name(of: .peer, in: server, expression)
        case .serverTLSIsResumed: return server.isPresent ? Sample(server.isResumed) : Sample()
        default: return client.isPresent ? fetchClientTLS(expression.fetch) : Sample()
        }
    }

    private func fetchClientTLS(_ code: FetchCode) -> Sample {
        let client = exchange.tls
        switch code {
        case .tlsName: return text(client.serverName)
        case .tlsHasName: return Sample(!client.serverName.isEmpty)
        case .tlsIsResumed: return Sample(client.isResumed)
        case .tlsHasCertificate: return Sample(client.hasCertificate(.peer) && !client.isResumed)
        case .tlsCertificateIsUsed: return Sample(client.hasCertificate(.peer))
        case .tlsVerification: return Sample(Int64(client.verification))
        case .tlsUsedBits: return Sample(Int64(client.cipherBits.used))
        case .tlsAlgorithmBits: return Sample(Int64(client.cipherBits.algorithm))
        default: return Sample()
        }
    }

    private func text(_ bytes: ByteSlice) -> Sample { bytes.isEmpty ? Sample() : Sample(bytes) }

    private mutating func digest(of side: TLSSession.Side, in session: TLSSession) -> Sample {
        let mark = arena.count
        guard session.appendDigest(of: side, to: &arena) else { return Sample() }
        return Sample(arena.slice(from: mark), isBinary: true)
    }

    private mutating func name(
        of side: TLSSession.Side,
        in session: TLSSession,
        _ expression: Expression
    ) -> Sample {
        let isIssuer =
            expression.fetch == .tlsClientIssuer || expression.fetch == .tlsOwnIssuer
            || expression.fetch == .tlsServerIssuer
        let entry = expression.arguments.count > 0 ? book[expression.arguments.text] : .empty
        let mark = arena.count
        guard session.appendName(of: side, isIssuer: isIssuer, entry: entry, to: &arena) else {
            return Sample()
        }
        return Sample(arena.slice(from: mark))
    }
}
