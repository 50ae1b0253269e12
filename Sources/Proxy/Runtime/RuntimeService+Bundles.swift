import Model
import RuntimeAPI

/// `… ssl ca-file` and `… ssl crl-file`, in HAProxy 3.0's words.
///
/// Unlike there, a file is of one kind: `set ssl ca-file` of a file with revocation lists is refused.
extension RuntimeService {
    func execute(_ command: CertificateBundleCommand, _ payload: String) -> RuntimeReply {
        let kind: CertificateBundle.Kind =
            command.kind == .authorities ? .authorities : .revocations
        guard let name = command.name else { return listBundles(kind) }
        switch command.action {
        case .new: return newBundle(name, kind)
        case .set, .add: return setBundle(name, kind, payload, adds: command.action == .add)
        case .commit: return commitBundle(name, kind)
        case .abort: return abortBundle(name, kind)
        case .delete: return deleteBundle(name, kind)
        case .show: return show(bundle: name, kind)
        }
    }

    private func known(_ name: String, _ kind: CertificateBundle.Kind) -> CertificateBundle? {
        store.bundles[name].flatMap { $0.kind == kind ? $0 : nil }
    }

    private func newBundle(_ name: String, _ kind: CertificateBundle.Kind) -> RuntimeReply {
        guard store.bundles[name] == nil else {
            return .error("\(kind.rawValue) file '\(name)' already exists!")
        }
        store.add(CertificateBundle(name: name, kind: kind, text: ""))
        return .notice("New \(kind.rawValue) file created '\(name)'!")
    }

    private func setBundle(
        _ name: String,
        _ kind: CertificateBundle.Kind,
        _ payload: String,
        adds: Bool
    ) -> RuntimeReply {
        func refuse(_ text: String) -> RuntimeReply { .error("\(text)\nCan't update \(name)!\n") }
        let draft = store.bundleDrafts[kind]
        if let draft, draft.name != name {
            return refuse(
                "The ongoing transaction is about '\(draft.name)' but you are trying to set '\(name)'"
            )
        }
        guard let known = known(name, kind) else {
            return refuse(
                "Can't replace a \(kind.rawValue) file which is not referenced by the configuration!"
            )
        }
        let base = adds ? draft ?? known : nil
        let made = CertificateBundle(name: name, kind: kind, text: payload, behind: base)
        let hasGrown = CertificateBundle(name: name, kind: kind, text: payload)
        guard !hasGrown.isEmpty else { return refuse("Invalid payload") }
        store.bundleDrafts[kind] = made
        return .notice(
            "transaction \(draft == nil ? "created" : "updated") for \(kind.rawValue) \(name)!"
        )
    }

    private func commitBundle(_ name: String, _ kind: CertificateBundle.Kind) -> RuntimeReply {
        func refuse(_ text: String) -> RuntimeReply { .error("\(text)\nCan't commit \(name)!\n") }
        guard let draft = store.bundleDrafts[kind] else {
            return refuse("No ongoing transaction! !")
        }
        guard draft.name == name, let old = known(name, kind) else {
            return refuse(
                "The ongoing transaction is about '\(draft.name)' but you are trying to set '\(name)'"
            )
        }
        store.bundleDrafts[kind] = nil
        let count = store.replace(old, with: draft) + table.renewServers(checkedWith: old)
        return RuntimeReply(
            text: "Committing \(name)\(String(repeating: ".", count: count))\nSuccess!\n"
        )
    }

    private func abortBundle(_ name: String, _ kind: CertificateBundle.Kind) -> RuntimeReply {
        guard let draft = store.bundleDrafts[kind] else { return .error("No ongoing transaction!") }
        guard draft.name == name else {
            return .error(
                "The ongoing transaction is about '\(draft.name)' but you are trying to abort a transaction for '\(name)'"
            )
        }
        store.bundleDrafts[kind] = nil
        // HAProxy says certificate of either.
        return .notice("Transaction aborted for certificate '\(name)'!")
    }

    private func deleteBundle(_ name: String, _ kind: CertificateBundle.Kind) -> RuntimeReply {
        let word = kind.rawValue
        let prefix = "Can't remove the \(word) file: "
        if store.bundleDrafts[kind]?.name == name {
            return .error("\(prefix)ongoing transaction for the \(word) file '\(name)'")
        }
        guard let known = known(name, kind) else {
            return .error("\(prefix)\(word) file '\(name)' doesn't exist!")
        }
        guard !store.isUsed(known) else {
            return .error("\(prefix)\(word) file '\(name)' in use, can't be deleted!")
        }
        store.removeBundle(name)
        return .notice("\(word) file '\(name)' deleted!")
    }

    private func listBundles(_ kind: CertificateBundle.Kind) -> RuntimeReply {
        func row(_ bundle: CertificateBundle) -> String {
            kind == .authorities
                ? "\(bundle.name) - \(bundle.certificateCount) certificate(s)\n"
                : "\(bundle.name)\n"
        }
        var text = store.bundleDrafts[kind].map { "# transaction\n*\(row($0))" } ?? ""
        let known = store.bundles.values.filter { $0.kind == kind }
        if !known.isEmpty { text += "# filename\n" }
        return RuntimeReply(text: text + known.sorted { $0.name < $1.name }.map(row).joined())
    }

    private func show(bundle given: String, _ kind: CertificateBundle.Kind) -> RuntimeReply {
        var name = given
        var number: Int?
        if let colon = given.lastIndex(of: ":") {
            number = Int(given[given.index(after: colon)...])
            guard let number, number > 0 else {
                return .error("wrong \(kind.rawValue) index after colons in '\(given)'!")
            }
            name = String(given[..<colon])
        }
        let draft = store.bundleDrafts[kind].flatMap { "*\($0.name)" == name ? $0 : nil }
        guard let bundle = name.hasPrefix("*") ? draft : known(name, kind) else {
            return .error("Can't display the \(kind.rawValue) file : Not found!")
        }
        let details = bundle.details(of: number)
        // An entry that is not there leaves nothing to be said of authorities.
        if details.isEmpty, kind == .authorities { return RuntimeReply() }
        var status = draft == nil && store.isUsed(bundle) ? "Used" : "Unused"
        if bundle.isEmpty { status = "Empty" }
        return RuntimeReply(text: "Filename: \(name)\nStatus: \(status)\n\(details)")
    }
}
