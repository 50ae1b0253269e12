import Fleet
import Model
import Planning
import Synchronization

/// How far an apply has come: one bar that is redrawn on a terminal, plain lines elsewhere.
final class ApplyProgress: Sendable {
    /// What the bar shows.
    struct Count: Hashable, Sendable {
        var total = 0
        var done = 0
        var failed = 0
        var running = 0
        var operations = 0
    }

    private struct State {
        var count: Count
        var isDrawn = false
        var lastDrawn = Duration.zero
    }

    private let console: Console
    private let uptime: Uptime
    private let state: Mutex<State>

    init(total: Int, console: Console, clock: any Clock<Duration>) {
        self.console = console
        uptime = Uptime(clock)
        state = Mutex(State(count: Count(total: total)))
    }

    /// Hears of the pass; may be called from any task.
    @Sendable func hear(_ event: PassEvent) {
        state.withLock { state in
            switch event {
            case .started: state.count.running += 1
            case .step(let proxy, let step, let result):
                if result == .done, !step.change.isWait { state.count.operations += 1 }
                if case .failed(let error) = result {
                    let text = "\(proxy): \(error.reason) (\(step.origin))"
                    say(StyledText("    "), text, &state)
                }
            case .finished(let proxy, let outcome):
                state.count.running -= 1
                if outcome.isConverged || outcome.isPending || outcome.isSuspended {
                    state.count.done += 1
                } else {
                    state.count.failed += 1
                }
                let (mark, text) = Self.line(proxy, outcome)
                say(mark, text, &state)
            case .soaking(let duration):
                let text = "  soaking for \(duration.brief) before the next wave"
                say(StyledText(text, .faint), "", &state)
            case .unhealthy(let words):
                say(StyledText("  halted: ", .error), words, &state)
            }
            draw(&state)
        }
    }

    /// Takes the bar away; what was said stays.
    func end() {
        state.withLock { state in erase(&state) }
    }

    /// Prints a mark and what follows it; a log gets one line, which can be searched.
    private func say(_ mark: StyledText, _ text: String, _ state: inout State) {
        erase(&state)
        let columns = console.errIsTerminal ? console.columns : Int.max
        console.tell(Self.lines(mark, text, columns: columns))
    }

    /// Lines that a terminal need not break.
    static func lines(_ mark: StyledText, _ text: String, columns: Int) -> [StyledText] {
        let words = text.split(separator: " ").map { StyledText(String($0)) }
        return mark.wrapping(words, indent: 6, columns: columns)
    }

    private func erase(_ state: inout State) {
        if state.isDrawn { console.err("\r\u{1b}[2K") }
        state.isDrawn = false
    }

    private func draw(_ state: inout State) {
        // Twenty frames a second are smooth; a frame for every operation would slow the work down.
        let now = uptime.now
        guard console.errIsTerminal, !state.isDrawn || now - state.lastDrawn > .milliseconds(50)
        else { return }
        let bar = Self.bar(state.count, elapsed: now, columns: console.columns)
        console.err("\r\u{1b}[2K" + console.errStyle.render(bar))
        state.isDrawn = true
        state.lastDrawn = now
    }

    /// `██████░░░░  2/3 proxies  1 failed  212 ops/s`.
    static func bar(_ count: Count, elapsed: Duration, columns: Int) -> StyledText {
        let width = min(30, max(10, columns - 50))
        let finished = count.done + count.failed
        let filled = count.total == 0 ? width : width * finished / count.total
        let failed = count.total == 0 ? 0 : min(filled, width * count.failed / count.total)
        var line = StyledText("  ")
        line.append(String(repeating: "█", count: filled - failed), .added)
        line.append(String(repeating: "█", count: failed), .removed)
        line.append(String(repeating: "░", count: width - filled), .faint)
        line.append("  \(finished)/\(count.total) proxies")
        if count.failed > 0 { line.append("  \(count.failed) failed", .error) }
        let waiting = count.total - finished - count.running
        if waiting > 0 { line.append("  \(waiting) waiting", .faint) }
        let seconds = elapsed.inSeconds
        if seconds > 0 { line.append("  \(Int(Double(count.operations) / seconds)) ops/s", .faint) }
        return line
    }

    private static func line(_ proxy: ProxyName, _ outcome: ProxyOutcome) -> (StyledText, String) {
        guard case .converged(let operations, let took) = outcome else {
            var mark = StyledText(
                outcome.isPending ? "  … " : "  ✗ ",
                outcome.isPending ? .changed : .removed
            )
            mark.append("\(proxy)  ")
            return (mark, outcome.message)
        }
        var mark = StyledText("  ✓ ", .added)
        mark.append("\(proxy)  ")
        return (mark, "\(count(operations, "operation")), confirmed in \(took.brief)")
    }
}
