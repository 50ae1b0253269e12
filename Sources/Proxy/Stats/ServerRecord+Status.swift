import Model
import RuntimeAPI

extension ServerRecord {
    /// The `status` column of `show stat` (`stats_fill_sv_stats`, HAProxy 2.6–3.0).
    var statusText: String {
        if isInMaintenance {
            return isForcedIntoMaintenance ? "MAINT" : "MAINT (via \(trackedPath))"
        }
        // Whoever tracks another shows what the checks of that one say.
        let checked = watched
        let (history, agent, isCheckEnabled) =
            (checked.history, checked.agent, checked.isCheckEnabled)
        let isFalling = isCheckEnabled && !history.isFull
        let rising = "\(history.health)/\(history.rise)"
        let falling = "\(history.health - history.rise + 1)/\(history.fall)"
        switch operational {
        case .running, .starting:
            if isDraining { return isFalling ? "DRAIN \(falling)" : "DRAIN" }
            if isFalling { return "UP \(falling)" }
            return isCheckEnabled ? "UP" : "no check"
        case .stopping:
            return isFalling ? "NOLB \(falling)" : "NOLB"
        case .stopped:
            if agent?.isKeepingDown == true { return "DOWN (agent)" }
            return history.health == 0 || history.isUp ? "DOWN" : "DOWN \(rising)"
        }
    }

    /// `srv_agent_state` of `show servers state`: an agent has a bit of its own.
    var agentBits: Int {
        guard let agent else { return 0 }
        return 16 | ServerStateRow.Check.configured
            | (agent.isEnabled ? ServerStateRow.Check.enabled : 0)
    }

    /// `srv_check_state` of `show servers state`.
    var checkBits: Int {
        (attributes.isChecked ? ServerStateRow.Check.configured : 0)
            | (isCheckEnabled ? ServerStateRow.Check.enabled : 0)
            | (isCheckPaused ? ServerStateRow.Check.paused : 0)
    }
}

extension CheckResult.Status {
    /// HAProxy's number of it (`enum healthcheck_status`, 2.4–3.5).
    var number: Int {
        switch self {
        case .unknown: 0
        case .initializing: 1
        case .socketError: 5
        case .layer4OK: 6
        case .layer4Timeout: 7
        case .layer4Refused: 8
        case .layer6OK: 9
        case .layer6Timeout: 10
        case .layer6InvalidResponse: 11
        case .layer7Timeout: 12
        case .layer7InvalidResponse: 13
        case .layer7OK: 15
        case .layer7Conditional: 16
        case .layer7WrongStatus: 17
        case .unchanged: 3
        case .analysis: 4
        }
    }

    /// `srv_check_result`: 0 unknown, 2 failed, 3 passed.
    var result: Int {
        switch self {
        case .unknown, .initializing: 0
        case .unchanged: 1
        default: isPassed ? 3 : 2
        }
    }

    /// `check_desc`.
    var summary: String {
        switch self {
        case .unknown: "Unknown"
        case .initializing: "Initializing"
        case .socketError: "Socket error"
        case .layer4OK: "Layer4 check passed"
        case .layer4Timeout: "Layer4 timeout"
        case .layer4Refused: "Layer4 connection problem"
        case .layer6OK: "Layer6 check passed"
        case .layer6Timeout: "Layer6 timeout"
        case .layer6InvalidResponse: "Layer6 invalid response"
        case .layer7OK: "Layer7 check passed"
        case .layer7Conditional: "Layer7 check conditionally passed"
        case .layer7Timeout: "Layer7 timeout"
        case .layer7InvalidResponse: "Layer7 invalid response"
        case .layer7WrongStatus: "Layer7 wrong status"
        case .unchanged: "No status change"
        case .analysis: "Health analyze"
        }
    }
}
