/// The words a command begins with, who may use it and what `help` says of it.
///
/// In the order of `help`: sorted, the commands of the session itself last (HAProxy 3.0–3.2).
enum CommandKeyword: String, CaseIterable, Sendable {
    case abortAuthorities = "abort ssl ca-file"
    case abortCertificate = "abort ssl cert"
    case abortRevocations = "abort ssl crl-file"
    case addAcl = "add acl"
    case addBackend = "add backend"
    case addMap = "add map"
    case addServer = "add server"
    case addAuthorities = "add ssl ca-file"
    case addToCertificateList = "add ssl crt-list"
    case begin = "begin"
    case clearAcl = "clear acl"
    case clearCounters = "clear counters"
    case clearMap = "clear map"
    case commit = "commit"
    case commitAcl = "commit acl"
    case commitMap = "commit map"
    case commitAuthorities = "commit ssl ca-file"
    case commitCertificate = "commit ssl cert"
    case commitRevocations = "commit ssl crl-file"
    case deleteAcl = "del acl"
    case deleteBackend = "del backend"
    case deleteMap = "del map"
    case deleteServer = "del server"
    case deleteAuthorities = "del ssl ca-file"
    case deleteCertificate = "del ssl cert"
    case deleteRevocations = "del ssl crl-file"
    case deleteFromCertificateList = "del ssl crt-list"
    case disableAgent = "disable agent"
    case disableDynamicCookie = "disable dynamic-cookie backend"
    case disableFrontend = "disable frontend"
    case disableHealth = "disable health"
    case disableServer = "disable server"
    case dumpCertificate = "dump ssl cert"
    case dumpStatsFile = "dump stats-file"
    case echo = "echo"
    case enableAgent = "enable agent"
    case enableDynamicCookie = "enable dynamic-cookie backend"
    case enableFrontend = "enable frontend"
    case enableHealth = "enable health"
    case enableServer = "enable server"
    case experimentalMode = "experimental-mode"
    case expertMode = "expert-mode"
    case getAcl = "get acl"
    case getMap = "get map"
    case getVariable = "get var"
    case getWeight = "get weight"
    case newAuthorities = "new ssl ca-file"
    case newCertificate = "new ssl cert"
    case newRevocations = "new ssl crl-file"
    case `operator` = "operator"
    case prepareAcl = "prepare acl"
    case prepareMap = "prepare map"
    case publishBackend = "publish backend"
    case rollback = "rollback"
    case setDynamicCookieKey = "set dynamic-cookie-key backend"
    case setMap = "set map"
    case setMaxconnFrontend = "set maxconn frontend"
    case setMaxconnGlobal = "set maxconn global"
    case setMaxconnServer = "set maxconn server"
    case setRateLimit = "set rate-limit"
    case setServer = "set server"
    case setSeverityOutput = "set severity-output"
    case setAuthorities = "set ssl ca-file"
    case setCertificate = "set ssl cert"
    case setRevocations = "set ssl crl-file"
    case setResponse = "set ssl ocsp-response"
    case setTicketKey = "set ssl tls-key"
    case setTimeout = "set timeout"
    case setVariable = "set var"
    case setWeight = "set weight"
    case showAcl = "show acl"
    case showActivity = "show activity"
    case showBackend = "show backend"
    case showCLILevel = "show cli level"
    case showCLISockets = "show cli sockets"
    case showDefaults = "show defaults"
    case showEnvironment = "show env"
    case showErrors = "show errors"
    case showEvents = "show events"
    case showDescriptors = "show fd"
    case showInfo = "show info"
    case showMap = "show map"
    case showPools = "show pools"
    case showServersConfig = "show servers config"
    case showServersConn = "show servers conn"
    case showServersState = "show servers state"
    case showSessions = "show sess"
    case showAuthorities = "show ssl ca-file"
    case showCertificate = "show ssl cert"
    case showRevocations = "show ssl crl-file"
    case showCertificateList = "show ssl crt-list"
    case showResponses = "show ssl ocsp-response"
    case showNames = "show ssl sni"
    case showStat = "show stat"
    case showStateDigest = "show state digest"
    case showTicketKeys = "show tls-keys"
    case showVersion = "show version"
    case shutdownFrontend = "shutdown frontend"
    case shutdownSession = "shutdown session"
    case shutdownSessionsServer = "shutdown sessions server"
    case unpublishBackend = "unpublish backend"
    case user = "user"
    case wait = "wait"
    case help = "help"
    case prompt = "prompt"
    case quit = "quit"

    var words: [Substring] { rawValue.split(separator: " ") }

    /// What a session needs before its arguments are even looked at.
    var level: AccessLevel {
        switch self {
        case .operator, .clearCounters, .getVariable, .showActivity, .showAuthorities,
            .showCertificate, .showDescriptors, .showEnvironment, .showErrors, .showRevocations,
            .showSessions:
            .operator
        case .dumpStatsFile, .echo, .getAcl, .getMap, .getWeight, .showAcl, .showCLISockets,
            .setSeverityOutput,
            .setTimeout, .showBackend, .showCLILevel, .showDefaults, .showEvents, .showInfo,
            .showMap, .showNames, .showPools, .showResponses,
            .showServersConfig, .showServersConn, .showServersState,
            .showStat, .showStateDigest, .showVersion, .user, .help, .prompt, .quit:
            .user
        default: .admin
        }
    }

    /// What a session must have turned on before.
    var mode: SessionMode? { self == .setVariable ? .experimental : nil }

    /// Takes no arguments.
    private var standsAlone: Bool { self == .commit || self == .rollback }

    private static let table = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    /// The longest command that these words begin with, and how many of them it takes.
    static func match(_ words: [String]) -> (keyword: Self, length: Int)? {
        var name = ""
        var longest: (keyword: Self, length: Int)?
        for (count, word) in words.prefix(3).enumerated() {
            // `show\ stat` is one word, and no command.
            if word.contains(" ") { break }
            if count > 0 { name += " " }
            name += word
            if let keyword = table[name] { longest = (keyword, count + 1) }
        }
        // Other programs have commands that begin like these, e.g. `commit ssl cert`.
        if let (keyword, length) = longest, keyword.standsAlone, length < words.count { return nil }
        return longest
    }
}
