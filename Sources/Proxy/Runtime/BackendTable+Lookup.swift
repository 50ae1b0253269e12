import Model
import RuntimeAPI

/// Finding what commands name.
extension BackendTable {
    /// By name, or by id after `#`.
    func backend(_ reference: String) -> BackendRecord? {
        guard reference.hasPrefix("#") else { return backendsByName[reference] }
        return backendsByID[RuntimeCommand.leadingInteger(String(reference.dropFirst()))]
    }

    /// By name, or by id after `#`.
    func server(_ reference: String, in backend: BackendRecord) -> ServerRecord? {
        guard reference.hasPrefix("#") else { return backend.server(named: reference) }
        return backend.server(id: RuntimeCommand.leadingInteger(String(reference.dropFirst())))
    }

    /// By name, or by number after `#`.
    func mapNumber(_ reference: String) -> Int? {
        guard reference.hasPrefix("#") else { return mapNumbers[reference] }
        return Int(reference.dropFirst()).flatMap { maps.indices.contains($0) ? $0 : nil }
    }

    /// The `server backend/name`, or `backend name`, that has a guid.
    func owner(ofGUID guid: String) -> String? { guids[guid] }

    /// Every check that runs now.
    var checkTargets: [CheckTarget] {
        backends.flatMap { backend in
            let check = backend.configuration.check
            let connect = backend.configuration.timeouts.connect
            return backend.servers.flatMap { server in
                (server.isChecked ? [server.checkTarget(check, connectTimeout: connect)] : [])
                    + (server.agentTarget(check, connectTimeout: connect).map { [$0] } ?? [])
            }
        }
    }
}
