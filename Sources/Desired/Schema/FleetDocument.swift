import Model

/// A Fleet document.
struct FleetDocument: Sendable {
    var head: DocumentHead
    var name: FleetName
    var proxies: [Located<ProxyTarget>] = []
    var boot: Located<String>?
    var hostMap: Located<PatternFileName>?
    var rollout = RolloutSettings()
    var removal = RemovalSettings()
    var transactionGrace = Milliseconds(10_000)
    var owner: String?

    static let schema = ObjectSchema<FleetDocument>([
        .required("proxies", "The proxies and their Runtime API addresses.", .list(of: Proxy.value))
        {
            $0.proxies = $1
        },
        ObjectSchema.Field(
            "boot",
            "Path of the boot file in the repository; read, never written.",
            .located(.path)
        ) {
            $0.boot = $1
        },
        ObjectSchema.Field("routing", "Where routes go.", routing.value(Routing.init)) {
            $0.hostMap = $1.hostMap
        },
        ObjectSchema.Field(
            "rollout",
            "How a change travels over the fleet.",
            rollout.value(RolloutSettings.init)
        ) {
            $0.rollout = $1
        },
        ObjectSchema.Field("removal", "How a server leaves.", removal.value(RemovalSettings.init)) {
            $0.removal = $1
        },
        ObjectSchema.Field(
            "certificates",
            "How certificates are changed.",
            certificates.value { Milliseconds(10_000) }
        ) {
            $0.transactionGrace = $1
        },
        ObjectSchema.Field("owner", "Claimed on each proxy.", .word) { $0.owner = $1 },
    ])

    /// The keys under `routing`.
    private struct Routing {
        var hostMap: Located<PatternFileName>?
    }

    private static let routing = ObjectSchema<Routing>([
        .required(
            "hostMap",
            "The map from host to backend, as the boot file names it.",
            .located(.patternFile)
        ) {
            $0.hostMap = $1
        }
    ])

    private static let rollout = ObjectSchema<RolloutSettings>([
        ObjectSchema.Field("waves", "Cumulative sizes, such as 1, 10%, 100%.", .list(of: .quota)) {
            $0.waves = $1
        },
        ObjectSchema.Field("soak", "Time between two waves.", .duration) { $0.soak = $1 },
        ObjectSchema.Field("maxParallel", "Proxies changed at once.", .integer(1...10_000)) {
            $0.maxParallel = $1
        },
        ObjectSchema.Field("onHalt", "What a halted rollout does with its changes.", Halt.value) {
            $0.rollsBackOnHalt = $1 == .rollback
        },
        ObjectSchema.Field(
            "health",
            "What halts the rollout when a wave has soaked.",
            health.value(HealthBudget.init)
        ) {
            $0.health = $1
        },
    ])

    private static let health = ObjectSchema<HealthBudget>([
        ObjectSchema.Field(
            "serversDown",
            "Servers of one backend that may be down which were not before.",
            .quota
        ) {
            $0.serversDown = $1
        },
        ObjectSchema.Field(
            "errors",
            "By how much the share of failed requests of one backend may grow, such as 5%.",
            .quota
        ) {
            $0.errors = $1
        },
    ])

    private static let removal = ObjectSchema<RemovalSettings>([
        ObjectSchema.Field("grace", "Time between drain and maintenance.", .duration) {
            $0.grace = $1
        },
        ObjectSchema.Field("drainTimeout", "After it, remaining sessions are shut down.", .duration)
        {
            $0.drainTimeout = $1
        },
    ])

    private static let certificates = ObjectSchema<Milliseconds>([
        ObjectSchema.Field(
            "transactionGrace",
            "How long another's transaction may rest before it is aborted.",
            .duration
        ) {
            $0 = $1
        }
    ])

    private enum Halt: String, CaseIterable {
        case hold, rollback

        static let value = ValueSchema<Halt>.choice()
    }

    /// One element of `proxies`, before it is known to be complete.
    private struct Proxy {
        var name: ProxyName?
        var runtime: RuntimeAddress?
        var zone = ""

        static let schema = ObjectSchema<Proxy>([
            .required("name", "The proxy's name in the fleet.", .name()) { $0.name = $1 },
            .required("runtime", "unix:PATH or tcp://HOST:PORT.", .runtimeAddress) {
                $0.runtime = $1
            },
            ObjectSchema.Field("zone", "Its failure domain.", .word) { $0.zone = $1 },
        ])

        static let value = ValueSchema<Located<ProxyTarget>>(schema.shape) { node, reader in
            guard let proxy = schema.value(Proxy.init).read(node, &reader), let name = proxy.name,
                let runtime = proxy.runtime
            else { return nil }
            let target = ProxyTarget(name: name, runtime: runtime, zone: proxy.zone)
            return Located(value: target, origin: reader.origin(node))
        }
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> FleetDocument? {
        guard let name: FleetName = reader.documentName(head) else { return nil }
        var fleet = FleetDocument(head: head, name: name)
        schema.read(spec, &reader, into: &fleet)
        return fleet
    }
}

extension DocumentReader {
    /// `metadata.name` as a name that HAProxy accepts; nil after reporting why it is not, or when it is missing.
    mutating func documentName<Kind>(_ head: DocumentHead) -> Name<Kind>? {
        guard !head.name.isEmpty else { return nil }
        do throws(InvalidName) {
            return try Name(head.name)
        } catch {
            report(
                "metadata.name \(VisibleText.quoted(head.name)): \(error.reason)",
                at: head.origin
            )
            return nil
        }
    }
}
