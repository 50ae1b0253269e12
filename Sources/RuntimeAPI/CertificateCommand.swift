/// Commands about certificates and the lists of `crt-list`; names are paths as the configuration spells them.
package enum CertificateCommand: Hashable, Sendable {
    case new(String)
    /// The certificate is in the payload; begins or goes on with the transaction of its kind.
    case set(String)
    case commit(String)
    case abort(String)
    case delete(String)
    /// All names, or what is known of one; `*NAME` is the one in the transaction.
    case show(String?)
    case showLists
    /// With the numbers of the lines, or without.
    case showList(String, isNumbered: Bool)
    /// A certificate, or with nil the line in the payload.
    case addToList(String, certificate: String?)
    /// `certificate[:line]`.
    case deleteFromList(String, entry: String)
    /// The names that binds serve: of all frontends, or of one.
    case showNames(frontend: String?)
    /// Refused wherever private keys stay where they are.
    case dump(String)
    case bundle(CertificateBundleCommand)
    /// Names of the files with keys of tickets, or the keys of one (`*` for all).
    case showTicketKeys(String?)
    /// A new key in base64, which becomes the last.
    case setTicketKey(String, key: String)
    /// Certificates with an OCSP response, or the response of one.
    case showResponses(String?, isBase64: Bool)
    /// A response in base64; nil for the one in the payload.
    case setResponse(String?)

    /// The words before escaping.
    var words: [String] {
        switch self {
        case .new(let name): ["new", "ssl", "cert", name]
        case .set(let name): ["set", "ssl", "cert", name]
        case .commit(let name): ["commit", "ssl", "cert", name]
        case .abort(let name): ["abort", "ssl", "cert", name]
        case .delete(let name): ["del", "ssl", "cert", name]
        case .show(let name): ["show", "ssl", "cert"] + (name.map { [$0] } ?? [])
        case .showLists: ["show", "ssl", "crt-list"]
        case .showList(let list, let isNumbered):
            ["show", "ssl", "crt-list"] + (isNumbered ? ["-n"] : []) + [list]
        case .addToList(let list, let certificate):
            ["add", "ssl", "crt-list", list] + (certificate.map { [$0] } ?? [])
        case .deleteFromList(let list, let entry): ["del", "ssl", "crt-list", list, entry]
        case .showNames(let frontend):
            ["show", "ssl", "sni"] + (frontend.map { ["-f", $0] } ?? [])
        case .dump(let name): ["dump", "ssl", "cert", name]
        case .bundle(let command): command.words
        case .showTicketKeys(let file): ["show", "tls-keys"] + (file.map { [$0] } ?? [])
        case .setTicketKey(let file, let key): ["set", "ssl", "tls-key", file, key]
        case .showResponses(let name, let isBase64):
            ["show", "ssl", "ocsp-response"] + (isBase64 ? ["base64"] : [])
                + (name.map { [$0] } ?? [])
        case .setResponse(let response):
            ["set", "ssl", "ocsp-response"] + (response.map { [$0] } ?? [])
        }
    }
}

extension RuntimeCommand {
    /// Commands about certificates; nil when the keyword is none of them.
    static func parseCertificate(
        _ keyword: CommandKeyword,
        _ arguments: Arguments,
        hasPayload: Bool
    ) throws(RuntimeSyntaxError) -> RuntimeCommand? {
        switch keyword {
        case .newCertificate:
            return .certificate(.new(try named(arguments, "'new ssl cert' expects a filename")))
        case .setCertificate:
            let complaint = "'set ssl cert' expects a filename and a certificate as a payload"
            guard hasPayload else { throw RuntimeSyntaxError(error: complaint) }
            return .certificate(.set(try named(arguments, complaint)))
        case .commitCertificate:
            return .certificate(
                .commit(try named(arguments, "'commit ssl cert' expects a filename"))
            )
        case .abortCertificate:
            return .certificate(.abort(try named(arguments, "'abort ssl cert' expects a filename")))
        case .deleteCertificate:
            return .certificate(
                .delete(try named(arguments, "'del ssl cert' expects a certificate name"))
            )
        case .showCertificate: return .certificate(.show(arguments.optional(0)))
        case .showCertificateList: return .certificate(try parseShowList(arguments))
        case .addToCertificateList:
            let complaint = "'add ssl crtlist' expects a filename and a certificate name"
            let list = try named(arguments, complaint)
            guard hasPayload || !arguments[1].isEmpty else {
                throw RuntimeSyntaxError(error: complaint)
            }
            return .certificate(.addToList(list, certificate: hasPayload ? nil : arguments[1]))
        case .showNames: return .certificate(try parseShowNames(arguments))
        case .dumpCertificate:
            return .certificate(.dump(try named(arguments, "'dump ssl cert' expects a filename")))
        case .showTicketKeys: return .certificate(.showTicketKeys(arguments.optional(0)))
        case .setTicketKey:
            let complaint =
                "'set ssl tls-key' expects a filename and the new TLS key in base64 encoding."
            let file = try named(arguments, complaint)
            guard !arguments[1].isEmpty else { throw RuntimeSyntaxError(error: complaint) }
            return .certificate(.setTicketKey(file, key: arguments[1]))
        case .showResponses:
            let hasFormat = ["text", "base64"].contains(arguments[0])
            return .certificate(
                .showResponses(
                    arguments.optional(hasFormat ? 1 : 0),
                    isBase64: arguments[0] == "base64"
                )
            )
        case .setResponse:
            let complaint = "'set ssl ocsp-response' expects response in base64 encoding."
            return .certificate(
                .setResponse(hasPayload ? nil : try named(arguments, complaint))
            )
        case .deleteFromCertificateList:
            let complaint = "'del ssl crtlist' expects a filename and a certificate name"
            let list = try named(arguments, complaint)
            guard !arguments[1].isEmpty else { throw RuntimeSyntaxError(error: complaint) }
            return .certificate(.deleteFromList(list, entry: arguments[1]))
        default:
            return try CertificateBundleCommand.parse(keyword, arguments, hasPayload: hasPayload)
                .map { .certificate(.bundle($0)) }
        }
    }

    private static func parseShowNames(
        _ arguments: Arguments
    ) throws(RuntimeSyntaxError) -> CertificateCommand {
        guard !arguments[0].isEmpty else { return .showNames(frontend: nil) }
        guard arguments[0] == "-f" else {
            throw RuntimeSyntaxError(error: "Invalid parameters, 'show ssl sni' only supports '-f'")
        }
        guard !arguments[1].isEmpty else {
            throw RuntimeSyntaxError(error: "'-f' requires a frontend name!")
        }
        return .showNames(frontend: arguments[1])
    }

    private static func parseShowList(
        _ arguments: Arguments
    ) throws(RuntimeSyntaxError) -> CertificateCommand {
        guard arguments[0] == "-n" else {
            return arguments.optional(0).map { .showList($0, isNumbered: false) } ?? .showLists
        }
        guard !arguments[1].isEmpty else {
            throw RuntimeSyntaxError(
                error: "'show ssl crt-list -n' expects a filename or a directory"
            )
        }
        return .showList(arguments[1], isNumbered: true)
    }

    private static func named(
        _ arguments: Arguments,
        _ complaint: String
    ) throws(RuntimeSyntaxError) -> String {
        guard !arguments[0].isEmpty else { throw RuntimeSyntaxError(error: complaint) }
        return arguments[0]
    }
}
