import FoundationEssentials

extension ACMEClient {
    /// Who owns an account.
    package struct Registration: Sendable {
        package var contacts: [String] = []
        package var external: ExternalAccount?

        package init(contacts: [String] = [], external: ExternalAccount? = nil) {
            self.contacts = contacts
            self.external = external
        }
    }

    /// Makes the account, or finds the one of this key, and agrees to the terms of service (RFC 8555 §7.3).
    package func register(_ registration: Registration) async throws(ACMEError) -> String {
        let tried = "make an account"
        let directory = try await directory()
        let url = directory.newAccount
        if directory.meta?.externalAccountRequired == true, registration.external == nil {
            throw ACMEError(.externalAccountRequired, tried: tried, url: url)
        }
        var members = [#""termsOfServiceAgreed":true"#]
        if !registration.contacts.isEmpty {
            let contacts = registration.contacts.map { $0.contains(":") ? $0 : "mailto:\($0)" }
            members.append(#""contact":\#(JSONText.list(contacts))"#)
        }
        if let external = registration.external {
            let binding = SignedMessage(binding: key, to: external, at: url).bytes
            members.append(
                #""externalAccountBinding":\#(String(decoding: binding, as: UTF8.self))"#
            )
        }
        let payload = "{\(members.joined(separator: ","))}"
        let response = try await post(payload, to: url, tried: tried, signer: .key)
        let account = try location(response, tried: tried, url: url)
        become(account)
        return account
    }

    /// Creates an order; the answer's address is where it is kept (RFC 8555 §7.4).
    package func create(
        _ goal: ACMEOrder.Goal
    ) async throws(ACMEError) -> (ACMEOrderResource, url: String, askAt: Int?) {
        let tried = "create an order"
        let directory = try await directory()
        let url = directory.newOrder
        if let profile = goal.profile {
            let offered = (directory.meta?.profiles ?? [:]).keys.sorted()
            guard offered.contains(profile) else {
                throw ACMEError(.unknownProfile(profile, offered: offered), tried: tried, url: url)
            }
        }
        let identifiers = goal.names.map { name in
            let identifier = ACMEIdentifier(name)
            return
                #"{"type":\#(JSONText.quote(identifier.type)),"value":\#(JSONText.quote(identifier.value))}"#
        }
        var members = [#""identifiers":[\#(identifiers.joined(separator: ","))]"#]
        if let profile = goal.profile { members.append(#""profile":\#(JSONText.quote(profile))"#) }
        if let replaces = goal.replaces, directory.renewalInfo != nil {
            members.append(#""replaces":\#(JSONText.quote(replaces))"#)
        }
        let response = try await ask("{\(members.joined(separator: ","))}", url, tried: tried)
        let resource: ACMEOrderResource = try decode(response, tried: tried, url: url)
        let address = try location(response, tried: tried, url: url)
        return (resource, address, retryAfter(response))
    }

    /// The order as it stands.
    package func order(_ url: String) async throws(ACMEError) -> (ACMEOrderResource, askAt: Int?) {
        let tried = "read the order"
        let response = try await ask(nil, url, tried: tried)
        return (try decode(response, tried: tried, url: url), retryAfter(response))
    }

    /// The authorization as it stands.
    package func authorization(
        _ url: String
    ) async throws(ACMEError) -> (ACMEAuthorization, askAt: Int?) {
        let tried = "read the authorization"
        let response = try await ask(nil, url, tried: tried)
        return (try decode(response, tried: tried, url: url), retryAfter(response))
    }

    /// Tells the authority that it may look; nil or when to ask what it saw (RFC 8555 §7.5.1).
    package func answer(_ url: String) async throws(ACMEError) -> Int? {
        retryAfter(try await ask("{}", url, tried: "answer the challenge"))
    }

    /// Asks for the certificate of this request (RFC 8555 §7.4).
    package func finalize(
        _ url: String,
        request: [UInt8]
    ) async throws(ACMEError) -> (ACMEOrderResource, askAt: Int?) {
        let tried = "finalize the order"
        let payload = #"{"csr":"\#(Base64URL.encode(request))"}"#
        let response = try await ask(payload, url, tried: tried)
        return (try decode(response, tried: tried, url: url), retryAfter(response))
    }

    /// Certificate and issuers in PEM (RFC 8555 §7.4.2).
    package func download(_ url: String) async throws(ACMEError) -> String {
        let response = try await ask(nil, url, tried: "download the certificate")
        return String(decoding: response.body, as: UTF8.self)
    }

    /// Tells everybody to trust the certificate no more; reasons as in RFC 5280 §5.3.1.
    package func revoke(_ bundle: CertificateBundle, reason: Int) async throws(ACMEError) {
        let tried = "revoke the certificate"
        guard let url = try await directory().revokeCert else {
            throw ACMEError(
                .unreadable("the directory has no revokeCert"),
                tried: tried,
                url: directoryURL
            )
        }
        let payload =
            #"{"certificate":"\#(Base64URL.encode(bundle.leafDER))","reason":\#(reason)}"#
        _ = try await ask(payload, url, tried: tried)
    }

    /// When the authority wants the certificate renewed; nil when it does not say (RFC 9773 §4).
    package func renewalWindow(
        of bundle: CertificateBundle,
        now: Int
    ) async throws(ACMEError) -> RenewalWindow? {
        struct Answer: Decodable {
            struct Window: Decodable {
                let start: String
                let end: String
            }
            let suggestedWindow: Window
        }
        let tried = "ask when to renew"
        guard let base = try await directory().renewalInfo, let id = bundle.renewalID else {
            return nil
        }
        let url = base + (base.hasSuffix("/") ? "" : "/") + id
        let response = try await get(url, tried: tried)
        let answer: Answer = try decode(response, tried: tried, url: url)
        guard let start = UnixTime.parse(answer.suggestedWindow.start),
            let end = UnixTime.parse(answer.suggestedWindow.end), start < end
        else {
            throw ACMEError(.unreadable("its window is none"), tried: tried, url: url)
        }
        // Between a minute and a day, whatever the authority says (§4.3.1).
        let pause = (retryAfter(response) ?? now + 21_600) - now
        return RenewalWindow(start: start, end: end, askAgain: now + min(max(pause, 60), 86_400))
    }

    private func ask(
        _ payload: String?,
        _ url: String,
        tried: String
    ) async throws(ACMEError) -> ACMEResponse {
        guard let account else {
            preconditionFailure("an account is registered before anything is ordered")
        }
        return try await post(payload, to: url, tried: tried, signer: .account(account))
    }

    private func location(
        _ response: ACMEResponse,
        tried: String,
        url: String
    ) throws(ACMEError) -> String {
        guard let location = response.fields["location"], location.hasPrefix("http") else {
            throw ACMEError(.unreadable("the answer has no Location"), tried: tried, url: url)
        }
        return location
    }
}
