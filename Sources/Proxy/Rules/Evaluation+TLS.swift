/// What fetches find in the TLS of either side's connection.
extension Evaluation {
    mutating func fetchTLS(_ expression: Expression) -> Sample {
        let topic = expression.tls.topic
        let session = expression.tls.holder == .server ? exchange.serverTLS : exchange.tls
        if topic == .isSpoken { return Sample(session.isPresent) }
        if topic == .connectionError { return Sample(Int64(session.connectionError.rawValue)) }
        if topic == .connectionErrorText { return Sample(session.connectionError.text) }
        guard session.isPresent else { return Sample() }
        if topic.rawValue < TLSFact.Topic.hasCertificate.rawValue {
            return fetchConnection(topic, of: session)
        }
        if topic.rawValue < TLSFact.Topic.digest.rawValue {
            return fetchVerification(topic, of: session)
        }
        return fetchCertificate(expression, of: session)
    }

    private mutating func fetchConnection(_ topic: TLSFact.Topic, of session: TLSSession) -> Sample
    {
        switch topic {
        case .serverName: return text(session.serverName)
        case .hasServerName: return Sample(!session.serverName.isEmpty)
        case .version: return text(session.versionName)
        case .cipher: return text(session.cipherName)
        case .negotiatedProtocol: return text(session.protocolName)
        case .isResumed: return Sample(session.isResumed)
        case .usedBits: return Sample(Int64(session.cipherBits.used))
        case .algorithmBits: return Sample(Int64(session.cipherBits.algorithm))
        case .curve: return text(session.curveName)
        case .error: return Sample(Int64(session.error))
        case .hasEarlyData: return Sample(false)
        default:
            let mark = arena.count
            let isText = topic == .errorText
            guard session.append(topic, to: &arena) else { return Sample() }
            return Sample(arena.slice(from: mark), isBinary: !isText)
        }
    }

    private func fetchVerification(_ topic: TLSFact.Topic, of session: TLSSession) -> Sample {
        switch topic {
        case .hasCertificate: Sample(session.hasCertificate(.peer) && !session.isResumed)
        case .certificateIsUsed: Sample(session.hasCertificate(.peer))
        case .verification: Sample(Int64(session.verification))
        case .certificateError: Sample(Int64(session.verificationErrors.certificate))
        case .authorityError: Sample(Int64(session.verificationErrors.authority))
        default: Sample(Int64(session.verificationErrors.depth))
        }
    }

    /// A log line's begin with a listener's name and what went wrong behind it.
    mutating func addError(of listener: ByteSlice, behind begin: ByteSlice) -> ByteSlice {
        let mark = arena.count
        arena.append(begin)
        arena.append(listener)
        arena.append(": ")
        arena.append(exchange.tls.connectionError.text)
        return arena.slice(from: mark)
    }

    private func text(_ bytes: ByteSlice) -> Sample { bytes.isEmpty ? Sample() : Sample(bytes) }

    private mutating func fetchCertificate(
        _ expression: Expression,
        of session: TLSSession
    ) -> Sample {
        let side: TLSSession.Side = expression.tls.holder == .own ? .own : .peer
        let mark = arena.count
        let topic = expression.tls.topic
        switch topic {
        case .subject, .issuer, .rootSubject:
            let arguments = expression.arguments
            let isWhole = arguments.count == 0 || book[arguments.text].isEmpty
            let wanted = TLSSession.NameEntry(
                name: isWhole ? .empty : book[arguments.text],
                occurrence: arguments.count > 1 ? Int(arguments.number) : 1,
                isRFC2253: arguments.count > 2 && !book[arguments.second].isEmpty
            )
            guard session.appendName(topic, of: side, wanted, to: &arena) else { return Sample() }
            return Sample(arena.slice(from: mark))
        case .certificateVersion:
            let version = session.certificateVersion(side)
            return version == 0 ? Sample() : Sample(Int64(version))
        case .keyAlgorithm: return text(session.algorithm(side, ofKey: true))
        case .signatureAlgorithm: return text(session.algorithm(side, ofKey: false))
        default:
            guard session.append(topic, of: side, to: &arena) else { return Sample() }
            let isText = topic == .notBefore || topic == .notAfter
            return Sample(arena.slice(from: mark), isBinary: !isText)
        }
    }
}
