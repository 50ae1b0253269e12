package import Model

/// One command of HAProxy's Runtime API: what both ends mean, independent of how it is spelled.
///
/// Parsed and printed by this module only (`+Parsing`, `+Printing`), so client and server cannot drift.
/// References to servers and maps stay text: whether they exist is for the proxy to say, in its words.
package enum RuntimeCommand: Hashable, Sendable {
    case showInfo(OutputFormat)
    case showStat(StatFilter, OutputFormat)
    case showServersState(backend: String?)
    case showServersConn(backend: String?)
    /// `show sess`: what clients are being served now.
    case showSessions(SessionFilter)
    /// `show errors`: the last invalid request and response of each proxy, or of those that one had to do with.
    case showErrors(proxy: String?, ErrorSide?)
    /// `show activity`: of one thread by number from 1, all added up for 0, and side by side, too, for -1.
    case showActivity(thread: Int)
    /// `show fd`: what workers have open.
    case showDescriptors(DescriptorFilter)
    /// `show pools`: buffers by size.
    case showPools(PoolSelection)
    /// `show events`: the sinks there are, or what a ring holds.
    case showEvents(EventSelection?)
    /// `shutdown session`: one that `show sess` named, as a number.
    case shutdownSession(String)
    case showBackend
    case showVersion
    case showMap(PatternReference?)
    case getMap(PatternReference, key: String)
    /// `dump stats-file` (3.0): where guids can be read back.
    case dumpStatsFile
    /// `show servers config` (ours): every attribute of every server.
    case showServersConfig(backend: String?)
    /// `show state digest` (ours): of a proxy, of everything at once (`-`), or of every part.
    case showStateDigest(proxy: String?)

    /// Collects this session's changes until `commit` (ours); at most for the given time.
    case begin(Milliseconds?)
    /// Carries out what was collected, all of it in one snapshot or nothing (ours).
    case commit
    /// Forgets what was collected (ours).
    case rollback

    /// A backend that inherits from a named `defaults` section (3.4); it gets no traffic before it is published.
    case addBackend(BackendAddition)
    case publishBackend(String)
    case unpublishBackend(String)
    case deleteBackend(String)
    /// `enable dynamic-cookie backend B` and its opposite.
    case enableDynamicCookie(backend: String)
    case disableDynamicCookie(backend: String)
    /// `set dynamic-cookie-key backend B KEY`; an empty key is complained about after the backend.
    case setDynamicCookieKey(backend: String, key: String)
    /// `show defaults` (3.5): what `add backend … from` may name.
    case showDefaults

    case addServer(ServerReference, address: String, arguments: [String])
    case deleteServer(ServerReference)
    case enableServer(ServerReference)
    case disableServer(ServerReference)
    case enableHealth(ServerReference)
    case disableHealth(ServerReference)
    case setServerState(ServerReference, AdminState)
    case setServerWeight(ServerReference, WeightArgument)
    case getWeight(ServerReference)
    case setServerAddress(ServerReference, address: String, port: String?)
    case setServerHealth(ServerReference, ForcedHealth)
    case setServerCheckAddress(ServerReference, address: String, port: String?)
    case setServerCheckPort(ServerReference, port: String)
    /// `agent-addr A [port P]`, or `agent-port P` alone.
    case setServerAgentAddress(ServerReference, address: String?, port: String?)
    /// `agent up|down`; the word as typed, because a server without an agent is complained about first.
    case setServerAgentHealth(ServerReference, String)
    /// What is sent to the agent before it is listened to; empty for nothing.
    case setServerAgentSend(ServerReference, text: String)
    case setServerMaxconn(ServerReference, value: String)
    case enableAgent(ServerReference)
    case disableAgent(ServerReference)
    case shutdownServerSessions(ServerReference)
    case wait(Milliseconds, WaitCondition?)

    case enableFrontend(String)
    case disableFrontend(String)
    /// For good: its sockets are closed.
    case shutdownFrontend(String)
    case setFrontendMaxconn(String, value: String)
    case setMaxconn(value: String)

    case addMap(PatternReference, key: String, value: String)
    /// Entries in the payload, one `key value` a line.
    case addMapPayload(PatternReference)
    case setMap(PatternReference, key: String, value: String)
    case deleteMap(PatternReference, key: String)
    case clearMap(PatternReference)
    case prepareMap(PatternReference)
    case commitMap(PatternReference)

    /// `show acl`: which lists there are, or the patterns of one.
    case showAcl(PatternReference?)
    case addAcl(PatternReference, pattern: String)
    case deleteAcl(PatternReference, pattern: String)
    case getAcl(PatternReference, value: String)
    case clearAcl(PatternReference)
    case prepareAcl(PatternReference)
    case commitAcl(PatternReference)
    /// `… ssl cert` and `… ssl crt-list`.
    case certificate(CertificateCommand)
    /// `clear counters [all]`: only what is a maximum, or everything that only grows.
    case clearCounters(all: Bool)
    /// `get var`: a variable of the process (`proc.`).
    case getVariable(String)
    /// `set var NAME [expr|fmt] VALUE`; only of a session in `experimental-mode`.
    case setVariable(String, VariableSource)
    /// `set rate-limit RATE global N`.
    case setRateLimit(LimitTarget.Rate, value: Int)

    /// `isTimed` turns the prompt on, and the process' uptime in it on or off.
    case prompt(PromptMode?, isTimed: Bool = false)
    /// A `-` behind it leaves out the empty line that ends its own answer.
    case setSeverityOutput(SeverityOutput, isSilent: Bool = false)
    /// `expert-mode` or `experimental-mode`: asks with nil, turns on with `on`, off with anything else.
    case setMode(SessionMode, String?)
    /// `show cli sockets`.
    case showCLISockets
    /// `show env`: one variable, or all.
    case showEnvironment(String?)
    case setTimeout(Milliseconds)
    case lowerLevel(AccessLevel)
    case showCLILevel
    case help([String])
    /// Its words back (3.1); also marks the end of a reply that may hold empty lines.
    case echo(String)
    case quit
    /// Well placed words with a wrong argument, which the proxy mentions only after looking `subject` up.
    case invalid(InvalidCommand)
}

/// What `add backend NAME from DEFAULTS [mode M] [guid G]` says.
package struct BackendAddition: Hashable, Sendable {
    /// `mode`; what dynamic backends can be.
    package enum Mode: String, Hashable, Sendable { case http, tcp }

    package let name: String
    /// The `defaults` section.
    package let defaults: String
    package var mode: Mode?
    package var guid: String?

    package init(name: String, defaults: String, mode: Mode? = nil, guid: String? = nil) {
        self.name = name
        self.defaults = defaults
        self.mode = mode
        self.guid = guid
    }
}

/// A command with a wrong argument: HAProxy complains about an unknown server or map first.
package struct InvalidCommand: Hashable, Sendable {
    /// What must exist before the complaint is due.
    package enum Subject: Hashable, Sendable {
        case server(ServerReference)
        case map(PatternReference)
        /// By name or `#id`.
        case frontend(String)
        /// Nothing: the complaint is due at once. A transaction must hear of it.
        case nothing
    }

    package let words: [String]
    package let subject: Subject
    /// What to answer when the subject exists.
    package let reply: RuntimeReply

    package init(words: [String], subject: Subject, reply: RuntimeReply) {
        self.words = words
        self.subject = subject
        self.reply = reply
    }
}

/// `backend/server` as typed: names or `#id` for either part.
package struct ServerReference: Hashable, Sendable, CustomStringConvertible {
    package let backend: String
    package let server: String

    package init(backend: String, server: String) {
        self.backend = backend
        self.server = server
    }

    package init(_ path: ServerPath) {
        self.init(backend: path.backend.text, server: path.server.text)
    }

    package var description: String { "\(backend)/\(server)" }
}

/// A map as typed: its file name or `#id`, and the version of `@ver` when one was given.
package struct PatternReference: Hashable, Sendable {
    package let name: String
    package let version: UInt32?

    package init(name: String, version: UInt32? = nil) {
        self.name = name
        self.version = version
    }
}

/// How a table is printed.
package enum OutputFormat: String, Hashable, Sendable { case plain, typed, json }

/// `show stat <proxy> <types> <server>`; -1 stands for all (management.txt §9.3).
package struct StatFilter: Hashable, Sendable {
    /// A proxy's id or name; nil for every proxy.
    package var proxy: String?
    /// Bits: 1 frontends, 2 backends, 4 servers, 8 listeners; -1 for all.
    package var types = -1
    /// A server's id; -1 for all.
    package var server = -1
    /// `up`: only what is up.
    package var isUpOnly = false
    /// `no-maint`: no servers in maintenance.
    package var skipsMaintenance = false

    package init() {}
}

/// What a variable is set to, as typed.
package enum VariableSource: Hashable, Sendable {
    case expression(String)
    case format(String)
}

/// Which of them `show errors` shows.
package enum ErrorSide: String, Hashable, Sendable { case request, response }

/// `N` or `N%` of the initial weight.
package enum WeightArgument: Hashable, Sendable {
    case absolute(Int)
    case relative(Int)
}

/// `set server … health`.
package enum ForcedHealth: String, Hashable, Sendable { case up, stopping, down }

/// What `wait` waits for besides its delay (3.0; backends 3.4).
package enum WaitCondition: Hashable, Sendable {
    case serverRemovable(ServerReference)
    case backendRemovable(String)
}

/// `prompt n|i|p` (3.2); plain `prompt` toggles.
package enum PromptMode: String, Hashable, Sendable {
    case none = "n"
    case interactive = "i"
    case prompt = "p"
}

/// `set severity-output`.
package enum SeverityOutput: String, Hashable, Sendable { case none, number, string }

/// What a session asks for before it may use commands that are dangerous or not yet finished.
package enum SessionMode: String, Hashable, Sendable {
    case expert = "expert-mode"
    case experimental = "experimental-mode"
}

/// What a session may do; each level includes the ones before it.
package enum AccessLevel: Int, Hashable, Sendable, Comparable {
    case user = 0
    case `operator`, admin

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
