import BootConfig
import Model

/// A proxy section while its lines are read: both halves, and what only the end of the section settles.
struct ProxyDraft {
    /// A name of something else, with the place that names it.
    struct Reference {
        let text: String
        let origin: Origin
    }

    let kind: BootSection.Kind
    let name: String
    var origin: Origin
    var frontend: FrontendConfiguration
    var backend: BackendConfiguration
    var hasMode = false
    var defaultBackend: Reference?
    /// Servers that `use-server` rules name outright.
    var namedServers: [Reference] = []
    /// Tests by acl name; several lines of one name are alternatives.
    var acls: [String: [Int32]] = [:]
    var rules = RulesDraft()
    var log = LogDraft()
    /// Merged under every server declared after it.
    var serverDefaults = ServerArguments()
    var check = CheckDraft()
    /// Where each server of the section was declared.
    var serverPlaces: [String: Origin] = [:]
    /// Who took each explicit id.
    var serverIDs: [Int: (name: String, origin: Origin)] = [:]
    var timeouts = Timeouts()
    var options = ForwardingOptions()
    var maxconn: Int?
    /// Given when any `stats` line was.
    var stats: StatsConfiguration?
    /// Tried before the rules of the frontend.
    var serviceRules: [RuleAction] = []

    init(kind: BootSection.Kind, name: String, id: Int, origin: Origin) {
        self.kind = kind
        self.name = name
        self.origin = origin
        frontend = FrontendConfiguration(name: name, id: id, origin: origin)
        backend = BackendConfiguration(name: name, id: id, origin: origin)
    }

    /// Starts from what a `defaults` section said; identity stays this section's own.
    mutating func inherit(_ base: ProxyDraft) {
        var inherited = base
        inherited.frontend = FrontendConfiguration(name: name, id: frontend.id, origin: origin)
        inherited.frontend.monitorURI = base.frontend.monitorURI
        inherited.frontend.addsForwardedFor = base.frontend.addsForwardedFor
        inherited.frontend.isDisabled = base.frontend.isDisabled
        var half = base.backend
        half = BackendConfiguration(name: name, id: backend.id, origin: origin)
        half.balance = base.backend.balance
        half.retries = base.backend.retries
        half.redispatches = base.backend.redispatches
        half.dynamicCookieKey = base.backend.dynamicCookieKey
        half.addsForwardedFor = base.backend.addsForwardedFor
        half.usesAllBackups = base.backend.usesAllBackups
        half.isDisabled = base.backend.isDisabled
        half.check.timeout = base.backend.check.timeout
        inherited.backend = half
        self = inherited.renamed(kind: kind, name: name, origin: origin)
    }

    private func renamed(kind: BootSection.Kind, name: String, origin: Origin) -> ProxyDraft {
        var copy = ProxyDraft(kind: kind, name: name, id: frontend.id, origin: origin)
        copy.frontend = frontend
        copy.backend = backend
        copy.hasMode = hasMode
        copy.acls = acls
        copy.rules = rules
        copy.log = log
        copy.defaultBackend = defaultBackend
        copy.serverDefaults = serverDefaults
        copy.check = check.inherited
        copy.timeouts = timeouts
        copy.options = options
        copy.maxconn = maxconn
        copy.stats = stats
        return copy
    }

    /// Moves what several lines said together into the halves.
    mutating func settleInheritance() {
        // TCP is what HAProxy does unless it is told otherwise.
        options.isTCP = options.isTCP || !hasMode
        frontend.timeouts = timeouts
        frontend.options = options
        backend.options = options
        frontend.maxconn = maxconn ?? 0
        backend.timeouts = timeouts
        backend.check.script = check.script
        backend.check.isLogged = check.isLogged
        backend.logTargets = log.targets
    }
}
