import Model
import RuntimeAPI

/// `… ssl cert` and `… ssl crt-list`, in HAProxy 3.0's words.
extension RuntimeService {
    /// Commands about certificates; nil for every other command.
    func executeCertificate(_ command: RuntimeCommand, payload: String?) -> RuntimeReply? {
        guard case .certificate(let command) = command else { return nil }
        if command.mayChange {
            table.changes += 1
            digests.forgetCertificates()
        }
        let payload = payload ?? ""
        switch command {
        case .new(let name): return newCertificate(name)
        case .set(let name): return setCertificate(name, payload)
        case .commit(let name): return commitCertificate(name)
        case .abort(let name): return abortCertificate(name)
        case .delete(let name): return deleteCertificate(name)
        case .show(nil): return RuntimeReply(text: certificateNames)
        case .show(let name?): return showCertificate(name)
        case .showLists:
            return RuntimeReply(text: store.lists.keys.sorted().map { "\($0)\n" }.joined())
        case .showList(let name, let isNumbered): return show(list: name, isNumbered: isNumbered)
        case .addToList(let name, let certificate):
            return complain("Can't edit the crt-list: ") { () throws(Complaint) in
                try add(certificate, payload, to: ConfigParser.withoutSlashes(name))
            }
        case .deleteFromList(let name, let entry):
            return complain("Can't delete the entry: ") { () throws(Complaint) in
                try delete(entry, from: ConfigParser.withoutSlashes(name))
            }
        case .dump(let name):
            return .error("Can't dump '\(name)': apus-proxy keeps private keys to itself.")
        case .bundle(let command): return execute(command, payload)
        case .showNames(let frontend): return showNames(of: frontend)
        case .showTicketKeys(let file): return showTicketKeys(file)
        case .setTicketKey(let file, let key): return setTicketKey(file, key)
        case .showResponses(let name, let isBase64): return showResponses(name, isBase64: isBase64)
        case .setResponse(let given): return setResponse(given ?? payload)
        }
    }

    var store: CertificateStore { table.certificates }

    private func isUsed(_ name: String) -> Bool {
        store.isUsed(name) || table.hasServer(showing: name)
    }

    /// What a command is refused for, without what it begins with.
    private struct Complaint: Error {
        let text: String
    }

    private func complain(
        _ prefix: String,
        _ body: () throws(Complaint) -> RuntimeReply
    ) -> RuntimeReply {
        do throws(Complaint) {
            return try body()
        } catch {
            return .error(prefix + error.text)
        }
    }

    // MARK: Certificates

    private func newCertificate(_ name: String) -> RuntimeReply {
        guard store.certificates[name] == nil else {
            return .error("Certificate '\(name)' already exists!")
        }
        store.addEmpty(name)
        return .notice("New empty certificate store '\(name)'!")
    }

    /// Parts of a certificate that have files, and commands, of their own.
    private enum Part: String, CaseIterable {
        case key = ".key"
        case response = ".ocsp"
        case issuer = ".issuer"
        case timestamps = ".sctl"
    }

    /// The certificate a name stands for and, behind an ending, the part of it.
    private func resolve(_ given: String) -> (name: String, part: Part?) {
        if store.certificates[given] != nil { return (given, nil) }
        for part in Part.allCases where given.hasSuffix(part.rawValue) {
            let bare = String(given.dropLast(part.rawValue.count))
            // With `ssl-load-extra-del-ext` the parts of `a.crt` are called `a.key` and so on.
            let names = store.dropsExtensions ? [bare, "\(bare).crt"] : [bare]
            if let name = names.first(where: { store.certificates[$0] != nil }) {
                return (name, part)
            }
        }
        return (given, nil)
    }

    private func setCertificate(_ given: String, _ payload: String) -> RuntimeReply {
        func refuse(_ text: String) -> RuntimeReply { .error("\(text)\nCan't update \(given)!\n") }
        let (name, part) = resolve(given)
        if part == .timestamps { return refuse("'.sctl' is not supported by apus-proxy.") }
        if let draft = store.draft, draft.name != name {
            return refuse(
                "The ongoing transaction is about '\(draft.name)' but you are trying to set '\(name)'"
            )
        }
        guard let known = store.certificates[name] else {
            return refuse(
                "Can't replace a certificate which is not referenced by the configuration!"
            )
        }
        let made: Certificate
        do throws(Complaint) {
            made = try load(payload, given, part, over: store.draft?.certificate ?? known)
        } catch {
            return refuse("\(error.text)Can't load the payload")
        }
        let isNew = store.draft == nil
        store.draft = CertificateStore.Draft(name: name, certificate: made)
        return .notice("Transaction \(isNew ? "created" : "updated") for certificate \(name)!")
    }

    private func load(
        _ payload: String,
        _ given: String,
        _ part: Part?,
        over base: Certificate?
    ) throws(Complaint) -> Certificate {
        let made: Certificate?
        switch part {
        case .key?: made = base.flatMap { Certificate($0, keyText: payload) }
        case .issuer?: made = base.flatMap { Certificate($0, issuerText: payload) }
        case .response?:
            do throws(StapledResponse.Mistake) {
                let response = try StapledResponse(base64: payload)
                made = base.map { Certificate($0, response: response) }
            } catch {
                throw Complaint(text: error.text)
            }
        default: made = try? Certificate(pem: payload)
        }
        guard let made else {
            let what = part == .key ? "private key" : "certificate"
            throw Complaint(
                text: "unable to load \(what) from file '\(given)': no start line.\n"
            )
        }
        return made
    }

    private func commitCertificate(_ name: String) -> RuntimeReply {
        func refuse(_ text: String) -> RuntimeReply { .error("\(text)\nCan't commit \(name)!\n") }
        guard let draft = store.draft else { return refuse("No ongoing transaction! !") }
        guard draft.name == name else {
            return refuse(
                "The ongoing transaction is about '\(draft.name)' but you are trying to set '\(name)'"
            )
        }
        switch draft.certificate.check() {
        case .noKey?, .noCertificate?:
            return refuse("The transaction must contain at least a certificate and a private key!")
        case .keyMismatch?:
            return refuse("inconsistencies between private key and certificate loaded '\(name)'.")
        case nil: break
        }
        if draft.certificate.response != nil, draft.certificate.responseKey.isEmpty {
            return refuse(
                "OCSP single response: Certificate ID does not match certificate and issuer"
            )
        }
        store.draft = nil
        let count =
            store.replace(name, with: draft.certificate) + table.renewServers(showing: name)
        return RuntimeReply(
            text: "Committing \(name)\(String(repeating: ".", count: count))\nSuccess!\n"
        )
    }

    private func abortCertificate(_ name: String) -> RuntimeReply {
        guard let draft = store.draft else { return .error("No ongoing transaction!") }
        guard draft.name == name else {
            return .error(
                "The ongoing transaction is about '\(draft.name)' but you are trying to abort a transaction for '\(name)'"
            )
        }
        store.draft = nil
        return .notice("Transaction aborted for certificate '\(name)'!")
    }

    private func deleteCertificate(_ name: String) -> RuntimeReply {
        let prefix = "Can't remove the certificate: "
        if store.draft?.name == name {
            return .error("\(prefix)ongoing transaction for the certificate '\(name)'")
        }
        guard store.certificates[name] != nil else {
            return .error("\(prefix)certificate '\(name)' doesn't exist!")
        }
        guard !isUsed(name) else {
            return .error("\(prefix)certificate '\(name)' in use, can't be deleted!")
        }
        store.remove(name)
        return .notice("Certificate '\(name)' deleted!")
    }

    private var certificateNames: String {
        let head = store.draft.map { "# transaction\n*\($0.name)\n" } ?? ""
        guard !store.certificates.isEmpty else { return head }
        return head + "# filename\n" + store.certificates.keys.sorted().map { "\($0)\n" }.joined()
    }

    private func showCertificate(_ given: String) -> RuntimeReply {
        let unknown = RuntimeReply.error(
            "Can't display the certificate: Not found or the certificate is a bundle!"
        )
        if let response = response(given) { return RuntimeReply(text: response.details) }
        var text = "Filename: \(given)\n"
        var key = ""
        if given.hasPrefix("*") {
            guard let draft = store.draft, "*\(draft.name)" == given else { return unknown }
            text += "Status: Unused\n\(draft.certificate.details)"
            key = draft.certificate.responseKey
        } else {
            guard let known = store.certificates[given] else { return unknown }
            if let certificate = known {
                text += "Status: \(isUsed(given) ? "Used" : "Unused")\n\(certificate.details)"
                key = certificate.responseKey
            } else {
                text += "Status: Empty\n"
            }
        }
        return RuntimeReply(text: text + "OCSP Response Key: \(key)\n")
    }

    /// What `[*]F.ocsp` stands for; nil for any other name.
    private func response(_ given: String) -> StapledResponse? {
        if given.hasPrefix("*") {
            guard let draft = store.draft else { return nil }
            let (name, part) = resolve(String(given.dropFirst()))
            return part == .response && name == draft.name ? draft.certificate.response : nil
        }
        let (name, part) = resolve(given)
        return part == .response ? store.certificates[name].flatMap { $0?.response } : nil
    }

    // MARK: Lists

    private func show(list given: String, isNumbered: Bool) -> RuntimeReply {
        let name = ConfigParser.withoutSlashes(given)
        guard let list = store.lists[name] else {
            return .error("didn't find the specified filename")
        }
        var text = "# \(name)\n"
        for line in list.lines {
            text += line.certificate + (isNumbered ? ":\(line.number)" : "")
            if !line.options.isEmpty { text += " [\(line.orderedOptions.joined(separator: " "))]" }
            for filter in line.filters { text += " \(filter)" }
            text += "\n"
        }
        return RuntimeReply(text: text)
    }

    private func add(
        _ certificate: String?,
        _ payload: String,
        to name: String
    ) throws(Complaint) -> RuntimeReply {
        guard let list = store.lists[name] else {
            throw Complaint(text: "crt-list '\(name)' does not exist!")
        }
        var line = CertificateLine(certificate: certificate ?? "", number: 0)
        if certificate == nil { line = try read(payload) }
        if let mistake = store.mistake(in: line.options) {
            throw Complaint(text: "parsing [CLI:1]: \(mistake)")
        }
        if list.isDirectory {
            try check(line, in: list)
        } else {
            line = line.naming(TLSConfiguration.join(store.certificateBase, line.certificate))
        }
        guard let known = store.certificates[line.certificate] else {
            throw Complaint(text: "certificate '\(line.certificate)' does not exist!")
        }
        guard known != nil else {
            throw Complaint(text: "certificate '\(line.certificate)' is empty!")
        }
        // HAProxy takes it twice and serves whichever it finds.
        if list.lines.contains(where: { $0.says(the: line) }) {
            throw Complaint(text: "'\(name)' has this very line already!")
        }
        let count = store.add(line, to: name)
        return RuntimeReply(
            text: "Inserting certificate '\(line.certificate)' in crt-list '\(name)'"
                + String(repeating: ".", count: count) + "\nSuccess!\n"
        )
    }

    private func read(_ payload: String) throws(Complaint) -> CertificateLine {
        let rows = payload.split(separator: "\n")
        guard rows.count == 1, let row = rows.first else {
            throw Complaint(text: "only one line of payload is supported!")
        }
        do throws(TLSContext.Mistake) {
            guard let line = try CertificateLine.read(row, number: 1) else {
                throw TLSContext.Mistake("no certificate is named")
            }
            return line
        } catch {
            throw Complaint(text: "parsing [CLI:1]: \(error.text)")
        }
    }

    /// A directory holds files of its own, each once and with nothing said about it.
    private func check(_ line: CertificateLine, in list: CertificateList) throws(Complaint) {
        guard line.options.isEmpty, line.filters.isEmpty else {
            throw Complaint(
                text:
                    "this is a directory, SSL configuration, crt-store keywords and filters are not allowed"
            )
        }
        guard line.certificate.hasPrefix("\(list.name)/") else {
            throw Complaint(
                text:
                    "'\(list.name)' is a directory, certificate path '\(line.certificate)' must contain the directory path"
            )
        }
        guard !list.lines.contains(where: { $0.certificate == line.certificate }) else {
            throw Complaint(text: "file already exists in this directory!")
        }
    }

    private func delete(_ given: String, from name: String) throws(Complaint) -> RuntimeReply {
        guard let list = store.lists[name] else {
            throw Complaint(text: "crt-list '\(name)' does not exist!")
        }
        var certificate = given
        var number: Int?
        if let colon = given.lastIndex(of: ":") {
            certificate = String(given[..<colon])
            number = Int(given[given.index(after: colon)...])
            guard number != nil else {
                throw Complaint(text: "wrong line number after colons in '\(given)'!")
            }
        }
        guard store.certificates[certificate] != nil else {
            throw Complaint(text: "certificate '\(certificate)' does not exist!")
        }
        let line = try find(certificate, number, in: list)
        let defaults = store.binds(withDefault: line, of: name)
        guard defaults.isEmpty else {
            let places = defaults.map { "\t- \($0.origin.file):\($0.origin.line)\n" }.joined()
            throw Complaint(
                text:
                    "certificate '\(certificate)' cannot be deleted, it is used as default certificate by the following frontends:\n\(places)"
            )
        }
        store.remove(line, from: name)
        return .notice("Entry '\(certificate)' deleted in crtlist '\(name)'!")
    }

    private func find(
        _ certificate: String,
        _ number: Int?,
        in list: CertificateList
    ) throws(Complaint) -> CertificateLine {
        let found = list.lines.filter { $0.certificate == certificate }
        let numbers = found.map { "\($0.number)" }.joined(separator: ", ")
        guard let first = found.first else {
            throw Complaint(
                text: "certificate '\(certificate)' can't be found in crt-list '\(list.name)'!"
            )
        }
        if let number {
            guard let line = found.first(where: { $0.number == number }) else {
                throw Complaint(
                    text:
                        "found a certificate '\(certificate)' but the line number is incorrect, please specify a correct line number preceded by colons (\(numbers))!"
                )
            }
            return line
        }
        guard found.count == 1 else {
            throw Complaint(
                text:
                    "found the certificate '\(certificate)' in several entries, please specify a line number preceded by colons (\(numbers))!"
            )
        }
        return first
    }
}

extension RuntimeReply {
    /// HAProxy's `cli_msg` at LOG_NOTICE.
    static func notice(_ text: String) -> RuntimeReply {
        RuntimeReply(severity: .notice, text: text)
    }
}

extension CertificateCommand {
    fileprivate var mayChange: Bool {
        switch self {
        case .show, .showLists, .showList, .showNames, .showTicketKeys, .showResponses, .dump: false
        default: true
        }
    }
}
