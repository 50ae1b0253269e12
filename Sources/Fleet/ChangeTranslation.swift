import Model
import Planning
import RuntimeAPI

/// Turns a change into Runtime API commands and judges the replies; nothing else knows both languages.
struct ChangeTranslation {
    /// A command and what its reply looks like when it worked.
    struct Command {
        let command: RuntimeCommand
        var payload: String?
        var success = Success.silent
    }

    /// Success shows in severity *and* text: some commands tell errors without a severity.
    enum Success {
        case silent
        case saying(String)
        /// A note about what changed, at warning level (`set server … addr`).
        case noting
    }

    /// The commands of a change; empty for waits and for maps replaced as a whole.
    ///
    /// `forgetsHealth`: what checks said before must not count afterwards, so the server is set down
    /// and comes up by new checks only.
    static func commands(for change: Change, forgetsHealth: Bool = false) -> [Command] {
        switch change {
        case .addServer(let path, let id, let endpoint, let attributes):
            return [add(path, id: id, endpoint: endpoint, attributes: attributes)]
        case .enableHealth(let path):
            return [Command(command: .enableHealth(ServerReference(path)))]
        case .enableAgent(let path):
            return [Command(command: .enableAgent(ServerReference(path)))]
        case .setAdmin(let path, _, let state):
            let reference = ServerReference(path)
            let set = Command(command: .setServerState(reference, state))
            let down = Command(command: .setServerHealth(reference, .down))
            return forgetsHealth ? [set, down] : [set]
        case .setWeight(let path, _, let weight):
            let command = RuntimeCommand.setServerWeight(
                ServerReference(path),
                .absolute(weight.value)
            )
            return [Command(command: command)]
        case .setAddress(let path, _, let endpoint):
            let reference = ServerReference(path)
            let port = endpoint.port.map { String($0) }
            let set = Command(
                command: .setServerAddress(reference, address: endpoint.host, port: port),
                success: .noting
            )
            let down = Command(command: .setServerHealth(reference, .down))
            return forgetsHealth ? [down, set] : [set]
        case .setMaxconn(let path, _, let maxconn):
            let command = RuntimeCommand.setServerMaxconn(
                ServerReference(path),
                value: String(maxconn)
            )
            return [Command(command: command)]
        case .setCheckAddress(let path, let address, let port):
            return checkAddress(ServerReference(path), address, port.map { String($0) })
        case .setAgentAddress(let path, let address, let port):
            return [
                Command(
                    command: .setServerAgentAddress(
                        ServerReference(path),
                        address: address,
                        port: port.map { String($0) }
                    ),
                    success: .noting
                )
            ]
        case .deleteServer(let path):
            let command = RuntimeCommand.deleteServer(ServerReference(path))
            return [Command(command: command, success: .saying("Server deleted."))]
        case .addMapEntry, .setMapEntry, .deleteMapEntry: return mapCommand(change)
        case .addPattern(let list, let pattern):
            let reference = PatternReference(name: list.text)
            return [Command(command: .addAcl(reference, pattern: pattern))]
        case .deletePattern(let list, let pattern):
            let reference = PatternReference(name: list.text)
            return [Command(command: .deleteAcl(reference, pattern: pattern))]
        case .setLimit(let target, _, let value): return [limitCommand(target, value)]
        case .addBackend, .publishBackend, .unpublishBackend, .deleteBackend:
            return [backendCommand(change)].compactMap(\.self)
        case .deleteCertificate, .addCertificateLine, .deleteCertificateLine:
            return [certificateCommand(change)].compactMap(\.self)
        case .awaitUp, .grace, .awaitRemovable, .replaceMap, .storeCertificate, .abortTransaction:
            return []
        }
    }

    private static func certificateCommand(_ change: Change) -> Command? {
        switch change {
        case .deleteCertificate(let name, _):
            Command(command: .certificate(.delete(name.text)), success: .saying("' deleted!"))
        case .addCertificateLine(let list, let line):
            // A line with conditions is only taken as a payload.
            Command(
                command: .certificate(.addToList(list.text, certificate: nil)),
                payload: line.description,
                success: .saying("Success!")
            )
        case .deleteCertificateLine(let list, let line, let number):
            Command(
                command: .certificate(
                    .deleteFromList(list.text, entry: "\(line.certificate):\(number)")
                ),
                success: .saying("' deleted in crtlist '")
            )
        default: nil
        }
    }

    private static func add(
        _ path: ServerPath,
        id: Int,
        endpoint: Endpoint,
        attributes: ServerAttributes
    ) -> Command {
        var arguments = ["id", String(id)]
        for pair in attributes.sorted {
            arguments.append(pair.attribute.keyword)
            if pair.value != .flag { arguments.append(pair.value.description) }
        }
        let command = RuntimeCommand.addServer(
            ServerReference(path),
            address: endpoint.description,
            arguments: arguments
        )
        return Command(command: command, success: .saying("New server registered."))
    }

    private static func checkAddress(
        _ server: ServerReference,
        _ address: String?,
        _ port: String?
    ) -> [Command] {
        if let address {
            let command = RuntimeCommand.setServerCheckAddress(server, address: address, port: port)
            return [Command(command: command, success: .noting)]
        }
        return port.map { port in
            [Command(command: .setServerCheckPort(server, port: port), success: .noting)]
        } ?? []
    }

    private static func backendCommand(_ change: Change) -> Command? {
        switch change {
        case .addBackend(let name, let defaults, let guid):
            let addition = BackendAddition(name: name.text, defaults: defaults.text, guid: guid)
            return Command(
                command: .addBackend(addition),
                success: .saying("New backend registered")
            )
        case .publishBackend(let name):
            return Command(
                command: .publishBackend(name.text),
                success: .saying("Backend published.")
            )
        case .unpublishBackend(let name):
            return Command(
                command: .unpublishBackend(name.text),
                success: .saying("Backend unpublished.")
            )
        case .deleteBackend(let name):
            return Command(command: .deleteBackend(name.text), success: .saying("Backend deleted."))
        default: return nil
        }
    }

    private static func limitCommand(_ target: LimitTarget, _ value: Int) -> Command {
        switch target {
        case .globalMaxconn: Command(command: .setMaxconn(value: String(value)))
        case .frontendMaxconn(let name):
            Command(command: .setFrontendMaxconn(name.text, value: String(value)))
        case .rate(let rate): Command(command: .setRateLimit(rate, value: value))
        }
    }

    private static func mapCommand(_ change: Change) -> [Command] {
        switch change {
        case .addMapEntry(let map, let entry):
            let reference = PatternReference(name: map.text)
            return [Command(command: .addMap(reference, key: entry.key, value: entry.value))]
        case .setMapEntry(let map, let key, _, let value):
            let reference = PatternReference(name: map.text)
            return [Command(command: .setMap(reference, key: key, value: value))]
        case .deleteMapEntry(let map, let entry):
            let reference = PatternReference(name: map.text)
            return [Command(command: .deleteMap(reference, key: entry.key))]
        default: return []
        }
    }

    /// The payloads that fill a new version of a map: as few as the proxy's limit allows.
    static func payloads(of entries: [MapEntry], limit: Int) -> [String] {
        var payloads: [String] = []
        var current = ""
        var size = 0
        for entry in entries {
            let line = "\(entry.key) \(entry.value)\n"
            if size > 0, size + line.utf8.count > limit {
                payloads.append(current)
                current = ""
                size = 0
            }
            current += line
            size += line.utf8.count
        }
        if size > 0 { payloads.append(current) }
        return payloads
    }
}

extension ChangeTranslation.Command {
    /// Commands about certificates that stream their reply tell errors without a severity, and a list may
    /// echo the name that would be taken for success.
    private func isRefusal(_ text: String) -> Bool {
        guard case .certificate = command else { return false }
        return text.hasPrefix("Can't ") || text.contains("Failed!")
    }

    /// Nil when the reply says it worked, else the proxy's words.
    func complaint(in reply: RuntimeReply) -> String? {
        if let severity = reply.severity, severity.rawValue <= RuntimeReply.Severity.error.rawValue
        {
            return reply.text
        }
        if reply.text.hasPrefix("Unknown command") { return reply.text }
        if isRefusal(reply.text) { return reply.text }
        switch success {
        case .saying(let words): return reply.text.contains(words) ? nil : reply.text
        case .noting: return nil
        case .silent:
            return reply.severity == nil && !reply.text.isEmpty ? reply.text : nil
        }
    }
}
