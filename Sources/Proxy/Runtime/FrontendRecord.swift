import Model

/// What can change on one frontend while the process runs.
struct FrontendRecord: Hashable {
    let name: String
    let id: Int
    /// Turns clients away until it is enabled again (`disable frontend`).
    var isPaused = false
    /// Closed for good (`shutdown frontend`).
    var isShut = false
    /// 0 is the limit of the process.
    var maxconn: Int

    init(_ configuration: FrontendConfiguration) {
        name = configuration.name
        id = configuration.id
        isShut = configuration.isDisabled
        maxconn = configuration.maxconn
    }

    /// As the statistics call it.
    var statusText: String { isShut ? "STOP" : isPaused ? "PAUSED" : "OPEN" }

    /// Of everything an operator can change on it.
    var digest: UInt64 {
        var hash = StateHash()
        hash.combine(name)
        hash.combine(maxconn)
        hash.combine((isPaused ? 1 : 0) + (isShut ? 2 : 0))
        return hash.value
    }
}
