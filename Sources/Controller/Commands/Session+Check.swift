import Desired
import Model
import Planning

/// What `apus check -o json` prints.
private struct CheckReport: Encodable {
    let schema = 1
    let revision: Revision
    let valid: Bool
    let files: Int
    let diagnostics: [Diagnostic]
}

extension Session {
    /// `apus check`: every mistake at once, nobody contacted.
    package func check() async throws -> CommandStatus {
        let loaded = try await read(options.ref)
        let files = loaded.filesParsed + loaded.filesReused
        if options.format != .text {
            let report = CheckReport(
                revision: loaded.revision,
                valid: loaded.state != nil,
                files: files,
                diagnostics: loaded.diagnostics
            )
            try show(json: report)
            return loaded.state == nil ? .error : .ok
        }
        console.tell(DiagnosticReport(loaded, columns: console.columns).lines)
        guard let state = loaded.state else { return .error }
        var line = StyledText("✓ ", .good)
        line.append(loaded.revision.description, .note)
        line.append(" is valid: \(Inventory(state)) in \(count(files, "file"))")
        console.show([line])
        return .ok
    }
}

/// How much a state declares, in words.
private struct Inventory: CustomStringConvertible {
    let description: String

    init(_ state: DesiredState) {
        let backends = state.fleets.flatMap(\.backends)
        let parts = [
            count(state.fleets.count, "fleet"),
            count(state.fleets.reduce(0) { $0 + $1.proxies.count }, "proxy", "proxies"),
            count(Set(backends.map(\.document)).count, "backend"),
            count(backends.reduce(0) { $0 + $1.servers.count }, "server"),
            count(state.fleets.reduce(0) { $0 + $1.maps.count }, "map"),
        ]
        description = parts.joined(separator: ", ")
    }
}

/// `1 file`, `3 files`.
func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
}
