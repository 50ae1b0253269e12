import COpenSSL
import Model
import Synchronization

/// How connections to a server speak TLS, with the context they share.
///
/// Sound to share: nothing is written after `init`. It lives as long as the store that made it, or until every
/// worker has passed the snapshot after the one in which its certificate was replaced.
@safe package final class ServerTLS: @unchecked Sendable {
    /// Where the name comes from that a server is asked for.
    package enum Name: Hashable, Sendable {
        case none
        case literal(String)
        /// The one the client asked us for (`ssl_fc_sni`).
        case client
        /// A field of the request.
        case header(String)
    }

    /// What a server's keywords say; equal settings share one context.
    package struct Settings: Hashable, Sendable {
        package var options = TLSOptions()
        package var name = Name.none
        /// `check-sni`.
        package var checkName: String?
        /// What the server's certificate has to be for when no name is asked for (`verifyhost`).
        package var verifiedName: String?
        /// Shown to servers that ask for one.
        package var certificate: String?
        /// `no-ssl-reuse` switches it off.
        package var resumes = true
    }

    let settings: Settings
    private static let count = Atomic<UInt32>(0)
    private let context: TLSContext
    let snapshot: TLSServerSnapshot

    init(_ settings: Settings, certificate: Certificate?) throws(TLSContext.Mistake) {
        self.settings = settings
        context = try TLSContext(connecting: settings.options, as: certificate)
        let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
        snapshot = TLSServerSnapshot(context, settings, number: number)
    }

    /// The same with the certificate that the settings name among those of a configuration.
    convenience init(_ settings: Settings, of configuration: TLSConfiguration) throws(TLSContext
        .Mistake)
    {
        let name = settings.certificate.map {
            TLSConfiguration.join(configuration.certificateBase, $0)
        }
        let certificate = name.flatMap { name in
            configuration.certificates[name]
                ?? TLSConfiguration.bundleEndings.lazy.compactMap {
                    configuration.certificates[name + $0]
                }
                .first
        }
        try self.init(settings, named: name, certificate)
    }

    /// - Throws: Also when the certificate is named but nil.
    convenience init(
        _ settings: Settings,
        named name: String?,
        _ certificate: Certificate?
    ) throws(TLSContext.Mistake) {
        if let name, certificate == nil {
            throw TLSContext.Mistake("'crt' : unable to load certificate from file '\(name)'.")
        }
        try self.init(settings, certificate: certificate)
    }

    deinit { snapshot.free() }

    /// A session for a health check; nil without memory.
    func check(through port: TLSPort) -> TLSSession? {
        var name = settings.checkName ?? ""
        if settings.checkName == nil, case .literal(let text) = settings.name { name = text }
        let text = RawText.make(name)
        defer { text.free() }
        return port.connect(snapshot, name: text.slice)
    }
}

/// TLS of one server as workers see it; all zeroes is none.
///
/// Sound because `ServerTLS`, which owns what it points to, outlives every snapshot that names it.
@safe package struct TLSServerSnapshot: BitwiseCopyable, @unchecked Sendable {
    /// Where the name comes from.
    enum Source: UInt8, BitwiseCopyable { case none, literal, client, header }

    var context: OpaquePointer?
    /// Of the object that made it: no other has it in this process.
    var number: UInt32 = 0
    /// Connections go on with the sessions before them.
    var resumes = false
    var source = Source.none
    /// The literal, or the field's name.
    var name: RawText = .empty
    /// The certificate is checked, also against the name that is asked for.
    var isVerified = false
    /// What it has to be for when none is asked for, ended by a zero; empty does not ask.
    var verifiedName: RawText = .empty

    init() {}

    fileprivate init(_ context: TLSContext, _ settings: ServerTLS.Settings, number: UInt32) {
        unsafe self.context = context.context
        self.number = number
        resumes = settings.resumes
        switch settings.name {
        case .none: break
        case .literal(let text): (source, name) = (.literal, .make(text))
        case .client: source = .client
        case .header(let field): (source, name) = (.header, .make(field))
        }
        isVerified = settings.options.verification == .required
        if let verified = settings.verifiedName { verifiedName = .make(Array(verified.utf8) + [0]) }
    }

    fileprivate func free() {
        name.free()
        verifiedName.free()
    }

    @inline(__always) var isPresent: Bool { unsafe context != nil }
    /// What is asked for depends on the client, so connections are not for all.
    var namesClient: Bool { source == .client || source == .header }
}

extension ServerTLS.Settings {
    /// What a server's keywords ask for; nil without `ssl`.
    ///
    /// - Throws: What is missing or wrong, in HAProxy's words.
    init?(
        _ attributes: ServerAttributes,
        defaults: TLSOptions,
        verifies: Bool,
        bundle: TLSOptions.BundleFinder
    ) throws(TLSContext.Mistake) {
        guard attributes[.ssl] != nil || attributes[.checkSSL] != nil else { return nil }
        options = defaults
        for attribute in Self.keywords {
            guard let value = attributes[attribute] else { continue }
            let word = attribute.form == .flag ? [] : [value.description]
            if let mistake = options.read([attribute.keyword] + word, bundle: bundle) {
                throw mistake
            }
        }
        certificate = attributes.word(.crt)
        resumes = attributes[.noSSLReuse] == nil
        checkName = attributes.word(.checkSNI)
        if let expression = attributes.word(.sni) { name = try Self.name(expression) }
        verifiedName = attributes.word(.verifyhost)
        let verifies = attributes.word(.verify).map { $0 != "none" } ?? verifies
        options.verification = verifies ? .required : .none
        if !verifies { verifiedName = nil }
        guard !verifies || options.authorities != nil else {
            throw TLSContext.Mistake(
                "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust the server's certificate, please set an explicit 'verify none' statement on the 'server' line, or use 'ssl-server-verify none' in the global section to disable server-side verifications by default."
            )
        }
    }

    private static let keywords: [ServerAttribute] = [
        .alpn, .caFile, .ciphers, .ciphersuites, .crlFile, .curves, .sigalgs, .sslMaxVer,
        .sslMinVer, .forceTLSv10, .forceTLSv11, .forceTLSv12, .forceTLSv13, .noSSLv3, .noTLSv10,
        .noTLSv11, .noTLSv12, .noTLSv13, .noTLSTickets,
    ]

    private static func name(_ expression: String) throws(TLSContext.Mistake) -> ServerTLS.Name {
        if expression == "ssl_fc_sni" { return .client }
        guard expression.hasSuffix(")"), let open = expression.firstIndex(of: "(") else {
            throw unsupported(expression)
        }
        let argument = String(expression[expression.index(after: open)...].dropLast())
        switch expression[..<open] {
        case "str": return .literal(argument)
        case "req.hdr", "hdr": return .header(argument.lowercased())
        default: throw unsupported(expression)
        }
    }

    private static func unsupported(_ expression: String) -> TLSContext.Mistake {
        TLSContext.Mistake(
            "'sni' : only 'str(NAME)', 'req.hdr(FIELD)' and 'ssl_fc_sni' are supported by apus-proxy, not '\(expression)'."
        )
    }
}

/// One object for each set of keywords, so that being the same says enough.
extension ServerTLS: Hashable {
    package static func == (left: ServerTLS, right: ServerTLS) -> Bool { left === right }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
