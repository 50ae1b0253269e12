package import Model

extension CertificateStore {
    /// Goes on with an account by its key; its address is asked for with the next order.
    package func keepAccount(
        _ key: AccountKey,
        of issuer: DesiredIssuer
    ) async throws(StoreError) {
        let account = StoredAccount(directory: issuer.directory, url: nil, key: key.pem.revealed)
        try await save(account, in: .accounts, issuer.name)
    }
}

extension CertificateProvider {
    /// The client of an issuer's authority, with its account: the store's, or a new one.
    func client(of issuer: DesiredIssuer) async throws -> ACMEClient {
        if let client = authorities[issuer.name], client.directoryURL == issuer.directory {
            if await client.account != nil { return client }
            return try await registered(client, of: issuer)
        }
        let store = surroundings.store
        let stored: StoredAccount? = try await store.document(.accounts, issuer.name)
        let known = stored.flatMap { $0.directory == issuer.directory ? $0 : nil }
        let hold: StoredHold? = try await store.document(.holds, issuer.name)
        let client = ACMEClient(
            directory: issuer.directory,
            key: known.flatMap { AccountKey(pem: SecretText($0.key)) } ?? AccountKey(),
            account: known?.url,
            hold: hold?.until ?? 0,
            ACMEClient.Surroundings(fetch: surroundings.fetch, now: surroundings.now) { until in
                try await store.save(StoredHold(until: until), in: .holds, issuer.name)
            }
        )
        // Another order may have come first while the store was read.
        if let other = authorities[issuer.name], other.directoryURL == issuer.directory {
            return try await registered(other, of: issuer)
        }
        authorities[issuer.name] = client
        return try await registered(client, of: issuer)
    }

    /// Tells everybody to trust a certificate no more; reasons as in RFC 5280 §5.3.1.
    package func revoke(
        _ bundle: CertificateBundle,
        of issuer: DesiredIssuer,
        reason: Int
    ) async throws {
        try await client(of: issuer).revoke(bundle, reason: reason)
    }

    /// The account is unknown to its authority: the next order makes a new one with the same key.
    func forgetAccount(of issuer: DesiredIssuer) async {
        await authorities[issuer.name]?.become(nil)
    }

    /// Registers the key once; its PEM is in the store before the authority hears of it.
    private func registered(
        _ client: ACMEClient,
        of issuer: DesiredIssuer
    ) async throws -> ACMEClient {
        if await client.account != nil { return client }
        let store = surroundings.store
        var stored = StoredAccount(
            directory: issuer.directory,
            url: nil,
            key: client.key.pem.revealed
        )
        try await store.save(stored, in: .accounts, issuer.name)
        var registration = ACMEClient.Registration(contacts: issuer.contact)
        if let id = issuer.externalAccount {
            let secret = try await store.read(.externalAccounts, issuer.name)
            let text = String(decoding: secret ?? [], as: UTF8.self).trimming(" \n\r\t")
            guard let external = ExternalAccount(id: id, secret: SecretText(text)) else {
                throw ACMEError(
                    .externalAccountRequired,
                    tried: "use the external account of issuer \(issuer.name)",
                    url: issuer.directory
                )
            }
            registration.external = external
        }
        stored.url = try await client.register(registration)
        try await store.save(stored, in: .accounts, issuer.name)
        return client
    }
}
