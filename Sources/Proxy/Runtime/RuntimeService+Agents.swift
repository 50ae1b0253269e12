import Model
import RuntimeAPI

/// Commands about the agents of servers, in HAProxy 3.0's order and words (`cli_parse_set_server`).
extension RuntimeService {
    private static let isNotAsked = "agent checks are not enabled on this server"

    /// Commands about an agent; nil for every other command.
    func executeAgent(_ command: RuntimeCommand) -> RuntimeReply? {
        switch command {
        case .enableAgent(let reference):
            onServer(reference) { backend, server in
                guard server.agent != nil else {
                    return .error("Agent was not configured on this server, cannot enable.")
                }
                table.changeAgent(server, of: backend) { $0.isEnabled = true }
                return RuntimeReply()
            }
        case .disableAgent(let reference):
            onServer(reference) { backend, server in
                if server.agent?.isEnabled == true {
                    table.changeAgent(server, of: backend) { $0.isEnabled = false }
                }
                return RuntimeReply()
            }
        case .setServerAgentHealth(let reference, let word):
            onServer(reference) { force($1, of: $0, to: word) }
        case .setServerAgentAddress(let reference, let address, let port):
            onServer(reference) { moveAgent($1, of: $0, to: address, port: port) }
        case .setServerAgentSend(let reference, let text):
            onServer(reference) { backend, server in
                guard server.agent?.isEnabled == true else { return .error("\(Self.isNotAsked).") }
                table.changeAgent(server, of: backend) { $0.text = text.isEmpty ? nil : text }
                return RuntimeReply()
            }
        default: nil
        }
    }

    private func force(_ server: ServerRecord, of backend: BackendRecord, to word: String)
        -> RuntimeReply
    {
        guard server.agent?.isEnabled == true else { return .error("\(Self.isNotAsked).") }
        guard ["up", "down"].contains(word) else {
            return .error("'set server <srv> agent' expects 'up' or 'down'.")
        }
        reporting(server, of: backend, because: ", changed from CLI") {
            table.change(server, of: backend) { $0.forceAgent(isUp: word == "up", now: now) }
        }
        return RuntimeReply()
    }

    /// `srv_update_agent_addr_port`: complaints are warnings there, without a period.
    private func moveAgent(
        _ server: ServerRecord,
        of backend: BackendRecord,
        to address: String?,
        port: String?
    ) -> RuntimeReply {
        guard server.agent?.isEnabled == true else { return .warning(Self.isNotAsked) }
        return move(to: address, port, ports: 0...65_535) { host, number in
            table.changeAgent(server, of: backend, isMoved: true) { agent in
                if let host { agent.address = host }
                if let number { agent.port = number }
            }
        }
    }

    /// Reads where checks or agents are to be asked, and moves them there; what is nil stays as it is.
    func move(
        to address: String?,
        _ port: String?,
        ports: ClosedRange<Int>,
        _ move: (_ host: Endpoint?, _ port: Int?) -> Void
    ) -> RuntimeReply {
        var host: Endpoint?
        if let address {
            host = IPText.endpoint(address)
            guard host != nil else { return .warning("invalid addr '\(address)'") }
        }
        var number: Int?
        if let port {
            guard let parsed = Int(port) else { return .warning("provided port is not an integer") }
            guard ports.contains(parsed) else { return .warning("provided port is invalid") }
            number = parsed
        }
        move(host, number)
        return RuntimeReply()
    }
}
