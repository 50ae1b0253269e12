import Model

extension PlanFacts {
    package static let table = FactTable<PlanFacts>(
        "Change",
        "The variables of every expression.",
        [
            .stored("fleet", "The fleet that is changed.", \.fleet),
            .stored("proxies", "The proxies that are changed in this way, by name.", \.proxies),
            .stored("backends", "The backends that the change touches.", \.backends),
            .stored("maps", "The maps that the change touches.", \.maps),
            .stored("lists", "The lists of patterns that the change touches.", \.lists),
            .stored("limits", "The limits that the change sets.", \.limits),
            .stored("certificates", "The certificates that the change touches.", \.certificates),
            .stored("plan", "How large the change is, over all proxies.", \.plan),
            .stored("commit", "The commit that asks for it.", \.commit),
            .stored("previous", "What was declared by what is applied now.", \.previous),
            .stored("dropped", "Kinds of which nothing is declared any more.", \.dropped),
            .stored("now", "The time of the judgement.", \.now),
        ]
    )
}

extension FleetFacts {
    package static let table = FactTable<FleetFacts>(
        "Fleet",
        "The fleet that is changed.",
        [
            .stored("name", "Its name.", \.name),
            .stored("labels", "Its labels.", \.labels),
            .stored("owner", "Its owner; empty when it has none.", \.owner),
            .stored("proxies", "How many proxies it has.", \.proxies),
            .stored("zones", "Its failure domains, each once.", \.zones),
            .stored("waves", "The waves in which this change travels.", \.waves),
            .stored("soak", "The pause after each wave.", \.soak),
            .stored(
                "maxParallel",
                "Proxies that are changed at the same time, at most.",
                \.maxParallel
            ),
        ]
    )
}

extension WaveFacts {
    package static let table = FactTable<WaveFacts>(
        "Wave",
        "One wave of the rollout.",
        [
            .stored("number", "From 1.", \.number),
            .stored("proxies", "Proxies that this wave changes.", \.proxies),
            .stored("total", "Proxies changed once it is done.", \.total),
            .stored("share", "Proxies of this wave by those of the fleet, 0.0 to 1.0.", \.share),
        ]
    )
}

extension ServerFacts {
    package static let table = FactTable<ServerFacts>(
        "Server",
        "One server before or after the change.",
        [
            .stored("name", "Its name.", \.name),
            FactTable.Field(
                name: "address",
                summary: "Its address without the port; `unix@/path` for a socket.",
                type: .string,
                value: { .string($0.address) },
                read: { node, reader, server in
                    guard let text = reader.text(node) else { return }
                    let endpoint = Endpoint(text)
                    server.address = endpoint?.host ?? text
                    server.port = endpoint?.port.map { Int($0) } ?? server.port
                }
            ),
            .stored("port", "Its port; 0 when it has none.", \.port),
            .stored("weight", "Its weight, 0 to 256.", \.weight),
            .stored("state", "ready, drain or maint.", \.state),
            .stored("up", "Passes its checks, or has none; before only.", \.up),
            .stored(
                "attributes",
                "Keywords and values as HAProxy writes them; a flag is empty.",
                \.attributes
            ),
            .derived("checked", "Has health checks.") { $0.attributes["check"] != nil },
            .derived("tls", "Is spoken to over TLS.") { $0.attributes["ssl"] != nil },
            .derived("verified", "Is spoken to over TLS and its certificate is verified.") {
                $0.verifies
            },
            .derived("backup", "Gets traffic only when no other server can.") {
                $0.attributes["backup"] != nil
            },
        ]
    )
}

extension ServerChangeFacts {
    package static let table = FactTable<ServerChangeFacts>(
        "ServerChange",
        "A server that is there before and after, and differs.",
        [
            .stored("name", "Its name.", \.name), .stored("before", "As it is.", \.before),
            .stored("after", "As it will be.", \.after),
        ]
    )
}

extension BackendFacts {
    package static let table = FactTable<BackendFacts>(
        "Backend",
        "One backend that the change touches.",
        [
            .stored("name", "Its name in the proxy.", \.name),
            .stored("labels", "Labels of its document.", \.labels),
            .stored(
                "previousLabels",
                "Labels that its document had when it was applied.",
                \.previousLabels
            ),
            .stored("declared", "A document still names it.", \.declared),
            .stored("before", "Its servers as they are.", \.before),
            .stored("after", "Its servers as they will be.", \.after),
            .derived("added", "Servers that are new.") { $0.added },
            .derived("removed", "Servers that leave.") { $0.removed },
            .derived("changed", "Servers that stay and differ.") { $0.changed },
            .derived("capacityBefore", "Weight of the servers that take traffic now.") {
                $0.capacityBefore
            },
            .derived("capacityAfter", "Weight of the servers that will take traffic.") {
                $0.capacityAfter
            },
            FactTable.Field(
                name: "lowestCapacity",
                summary: "The least weight taking traffic at any moment of the change.",
                type: .int,
                value: { .int(Int64($0.lowestCapacity)) },
                read: { node, reader, backend in
                    if let number = Int.read(node, &reader) { backend.lowest = number }
                }
            ),
            .stored("minCapacity", "Its own floor in percent.", \.minCapacity),
        ]
    )
}

extension MapFacts {
    package static let table = FactTable<MapFacts>(
        "Map",
        "One map that the change touches.",
        [
            .stored("name", "Its name in the boot file.", \.name),
            .stored("before", "Its entries as they are.", \.before),
            .stored("after", "Its entries as they will be.", \.after),
            .derived("added", "Keys that are new.") { $0.added },
            .derived("removed", "Keys that leave.") { $0.removed },
            .derived("changed", "Keys whose value differs.") { $0.changed },
        ]
    )
}

extension ListFacts {
    package static let table = FactTable<ListFacts>(
        "List",
        "One list of patterns (an ACL file) that the change touches.",
        [
            .stored("name", "Its name in the boot file.", \.name),
            .stored("before", "Its patterns as they are.", \.before),
            .stored("after", "Its patterns as they will be.", \.after),
            .derived("added", "Patterns that are new.") { $0.added },
            .derived("removed", "Patterns that leave.") { $0.removed },
        ]
    )
}

extension LimitFacts {
    package static let table = FactTable<LimitFacts>(
        "Limit",
        "One limit that the change sets.",
        [
            .stored("name", "What it limits, as `set` spells it: `maxconn global`.", \.name),
            .stored("before", "Its value now; 0 for a rate without a limit.", \.before),
            .stored("after", "Its value after.", \.after),
        ]
    )
}

extension PlanCounts {
    package static let table = FactTable<PlanCounts>(
        "Plan",
        "How large the change is, over all proxies.",
        [
            .stored("operations", "Operations sent, waits not counted.", \.operations),
            .stored("proxies", "Proxies that are changed.", \.proxies),
            .stored("add", "Objects that are added.", \.add),
            .stored("change", "Objects that are changed in place.", \.change),
            .stored("replace", "Objects that are replaced.", \.replace),
            .stored("remove", "Objects that are removed.", \.remove),
        ]
    )
}

extension CommitFacts {
    package static let table = FactTable<CommitFacts>(
        "Commit",
        "The commit that asks for the change.",
        [
            .stored("id", "Its object id; `worktree` for files on disk.", \.id),
            .stored("tree", "The object id of its tree.", \.tree),
            .stored("summary", "The first line of its message.", \.summary),
            .stored("author", "Its author, `Name <mail>`.", \.author),
        ]
    )
}

extension PreviousFacts {
    package static let table = FactTable<PreviousFacts>(
        "Previous",
        "What was declared by what is applied now.",
        [
            .stored("exists", "False when nothing was applied to this fleet yet.", \.exists),
            .stored("backends", "Its backends.", \.backends),
            .stored("maps", "Its maps.", \.maps),
            .stored("lists", "Its lists of patterns.", \.lists),
        ]
    )
}

extension DeclaredFacts {
    package static let table = FactTable<DeclaredFacts>(
        "Declared",
        "An object that was declared before.",
        [
            .stored("name", "Its name in the proxy.", \.name),
            .stored("labels", "Labels of its document.", \.labels),
            .stored("members", "Its servers or keys by name.", \.members),
        ]
    )
}

extension CertificateFacts {
    package static let table = FactTable<CertificateFacts>(
        "Certificate",
        "A certificate after the change; none until certificates are managed.",
        [
            .stored("name", "The name the proxies know it by.", \.name),
            .stored("names", "The DNS names in it.", \.names),
            .stored("wanted", "The DNS names it must have.", \.wanted),
            .derived("uncovered", "Wanted names that no name in it covers, wildcards counted.") {
                $0.uncovered
            },
            .stored("keyType", "rsa or ecdsa.", \.keyType),
            .stored("keyBits", "Bits of its key.", \.keyBits),
            .stored("issuer", "Who issued it.", \.issuer),
            .stored("notBefore", "Valid from then on.", \.notBefore),
            .stored("notAfter", "Valid until then.", \.notAfter),
        ]
    )
}
