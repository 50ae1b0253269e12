import Logging

/// Somebody who reads what a controller logs and does what it asks for.
struct SimulatedOperator: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    /// Lets a plan pass a policy.
    let acknowledge: @Sendable (_ policy: String, _ plan: String) -> Void

    init(acknowledge: @escaping @Sendable (_ policy: String, _ plan: String) -> Void) {
        self.acknowledge = acknowledge
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Reads `apus policy acknowledge POLICY --plan DIGEST`.
    func log(event: LogEvent) {
        guard let command = event.metadata?["acknowledge"] else { return }
        let words = command.description.split(separator: " ").map(String.init)
        guard words.count == 6, words[4] == "--plan" else { return }
        acknowledge(words[3], words[5])
    }
}
