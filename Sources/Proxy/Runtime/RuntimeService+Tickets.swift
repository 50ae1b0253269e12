import Model
import RuntimeAPI

/// Keys of tickets, OCSP responses and the list of names, in the words of HAProxy 3.0 and 3.2.
extension RuntimeService {
    // MARK: Keys of tickets

    private func ticketFile(_ given: String) -> Int? {
        if given.hasPrefix("#") {
            return Int(given.dropFirst()).flatMap {
                store.ticketKeys.indices.contains($0) ? $0 : nil
            }
        }
        return store.ticketKeys.firstIndex { $0.file == given }
    }

    func showTicketKeys(_ given: String?) -> RuntimeReply {
        guard let given else {
            let rows = store.ticketKeys.enumerated().map { "\($0) (\($1.file))\n" }
            return RuntimeReply(text: "# id (file)\n" + rows.joined())
        }
        var numbers = Array(store.ticketKeys.indices)
        if given != "*" {
            guard let number = ticketFile(given) else {
                return .error("'show tls-keys' unable to locate referenced filename")
            }
            numbers = [number]
        }
        var text = "# id secret\n"
        for number in numbers {
            text += "# \(number) (\(store.ticketKeys[number].file))\n"
            for (place, key) in store.ticketKeys[number].keys.enumerated() {
                text += "\(number).\(place) \(key.base64)\n"
            }
        }
        return RuntimeReply(text: text)
    }

    func setTicketKey(_ given: String, _ text: String) -> RuntimeReply {
        guard let number = ticketFile(given) else {
            return .error("'set ssl tls-key' unable to locate referenced filename")
        }
        guard let key = TicketKey(base64: text) else {
            return .error("'set ssl tls-key' received invalid base64 encoded TLS key.")
        }
        guard store.add(key, toFile: number) else {
            return .error("'set ssl tls-key' received a key of wrong size.")
        }
        return .info("TLS ticket key updated!")
    }

    // MARK: OCSP responses

    /// Certificates with a response, by the names they go under.
    private var stapled: [(name: String, key: String, response: StapledResponse)] {
        store.certificates.keys.sorted().compactMap { name in
            guard let certificate = store.certificates[name] ?? nil,
                let response = certificate.response, !certificate.responseKey.isEmpty
            else { return nil }
            return (name, certificate.responseKey, response)
        }
    }

    func showResponses(_ given: String?, isBase64: Bool) -> RuntimeReply {
        guard let given else {
            let rows = stapled.map { entry in
                "Certificate ID key : \(entry.key)\nCertificate path : \(entry.name)\n\(entry.response.summary)"
            }
            return RuntimeReply(text: "# Certificate IDs\n" + rows.joined())
        }
        guard let found = stapled.first(where: { $0.key == given || $0.name == given }) else {
            return .error("'show ssl ocsp-response' expects a valid certid or certificate path.")
        }
        return RuntimeReply(text: isBase64 ? "\(found.response.base64)\n" : found.response.details)
    }

    func setResponse(_ base64: String) -> RuntimeReply {
        let bare = base64.filter { !$0.isWhitespace }
        guard let der = Base64.decoded(bare), !der.isEmpty else {
            return .error("'set ssl ocsp-response' received invalid base64 encoded response.")
        }
        do throws(StapledResponse.Mistake) {
            guard store.staple(try StapledResponse(der: der)) > 0 else {
                throw StapledResponse.Mistake(
                    text:
                        "OCSP single response: Certificate ID does not match any certificate or issuer"
                )
            }
            return .info("OCSP Response updated!")
        } catch {
            return .error("\(error.text).")
        }
    }

    // MARK: Names

    /// HAProxy 3.2: a row for each name with the negative filters beside it.
    func showNames(of frontend: String?) -> RuntimeReply {
        if let frontend, !table.frontends.contains(where: { $0.name == frontend }) {
            return .error("Didn't find the specified frontend!")
        }
        let head = "# Frontend/Bind\tSNI\tNegative Filter\tType\tFilename\tNotAfter\tNotBefore\n"
        let rows = store.binds.filter { frontend == nil || $0.frontend == frontend }.flatMap {
            bind in
            store.nameRows(of: bind)
        }
        return RuntimeReply(text: head + rows.joined())
    }
}
