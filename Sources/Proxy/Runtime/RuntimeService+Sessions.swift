import Model
import RuntimeAPI

/// `show sess` and `shutdown session`: workers are asked, and what they tell is printed as it comes.
extension RuntimeService {
    /// How long a worker may keep silent.
    private static let censusPatience = Milliseconds(1000)

    func showSessions(_ filter: SessionFilter, now: Milliseconds) -> Execution {
        var question = SessionCensus.Question()
        question.id = filter.id
        question.minimumAge = Int64(filter.minimumAge?.count ?? 0)
        question.isSuspicious = filter.isSuspicious
        if let name = filter.frontend {
            guard let number = table.frontendNumber(name) else {
                return .reply(.error("No such frontend."))
            }
            question.frontend = Int32(number)
        }
        if let name = filter.backend {
            guard let backend = table.backend(name) else {
                return .reply(.error("No such backend."))
            }
            question.backend = Int32(backend.number)
        }
        if let reference = filter.server {
            guard let backend = table.backend(reference.backend) else {
                return .reply(.error("No such backend."))
            }
            guard let server = table.server(reference.server, in: backend) else {
                return .reply(.error("No such server."))
            }
            question.slot = server.slot
        }
        return begin(plane.census(question), isDetailed: filter.isDetailed, now: now)
    }

    func shutdownSession(_ id: String, now: Milliseconds) -> Execution {
        var question = SessionCensus.Question()
        question.id = UInt64(id.dropFirst(2), radix: 16)
        question.shutsDown = true
        return begin(plane.census(question), isDetailed: false, now: now)
    }

    private func begin(_ census: SessionCensus, isDetailed: Bool, now: Milliseconds) -> Execution {
        plane.ask(census)
        let deadline = Milliseconds(now.count + Self.censusPatience.count)
        let purpose = PendingWait.Purpose.census(census, isDetailed: isDetailed)
        let wait = PendingWait(purpose, from: now, to: deadline)
        return poll(wait, now: now).map { .reply($0) } ?? .pending(wait)
    }

    /// What has come of a long answer; empty when nothing has. The rest follows, its end from `poll`.
    package func takePart(of wait: PendingWait) -> String {
        if case .events(let reader) = wait.purpose { return reader.take() }
        guard case .census(let census, let isDetailed) = wait.purpose,
            !census.question.shutsDown, census.question.id == nil, !census.isDone
        else { return "" }
        let text = self.text(of: census.take(), isDetailed: isDetailed)
        plane.ask(census)
        return text
    }

    func poll(_ census: SessionCensus, isDetailed: Bool, isExpired: Bool) -> RuntimeReply? {
        guard census.isDone || isExpired else {
            plane.ask(census)
            return nil
        }
        let rows = census.take()
        if census.question.id != nil, rows.isEmpty {
            return census.question.shutsDown
                ? .error("No such session (use 'show sess').")
                : RuntimeReply(text: "Session not found.")
        }
        if census.question.shutsDown { return RuntimeReply() }
        var text = self.text(of: rows, isDetailed: isDetailed)
        if !census.isDone {
            text += "# a worker did not answer within 1 s: its sessions are missing\n"
        }
        return RuntimeReply(text: text)
    }

    private var localMilliseconds: Int {
        plane.localMilliseconds ?? identity.startTime * 1000 + now.count
    }

    /// `show errors`, with HAProxy 3.0's words for what is known here.
    func showErrors(of proxy: String?, _ side: ErrorSide?) -> RuntimeReply {
        let backends = Dictionary(
            table.backends.map { (Int32($0.number), ($0.configuration.name, $0.configuration.id)) },
            uniquingKeysWith: { first, _ in first }
        )
        var wanted = -1
        if let proxy {
            let frontend = table.frontends.first { $0.name == proxy }?.id
            wanted = frontend ?? table.backendsByName[proxy]?.configuration.id ?? Int(proxy) ?? 0
            guard wanted != 0 else { return .error("No such proxy.") }
        }
        let (count, captures) = plane.errors
        var reports: [ErrorReport] = []
        for capture in captures {
            let number = Int(capture.frontend)
            guard table.frontends.indices.contains(number),
                side == nil || (side == .response) == capture.isResponse
            else { continue }
            var report = ErrorReport(capture: capture)
            report.frontend = (table.frontends[number].name, table.frontends[number].id)
            report.backend = backends[capture.backend] ?? report.backend
            guard wanted < 0 || [report.frontend.id, report.backend.id].contains(wanted)
            else { continue }
            reports.append(report)
        }
        reports.sort { ($0.owner.id, $0.capture.number) < ($1.owner.id, $1.capture.number) }
        let date = SessionReport.date(localMilliseconds)
        return RuntimeReply(
            text: "Total events captured on [\(date)] : \(count)\n" + reports.map(\.text).joined()
        )
    }

    private func text(of rows: [SessionRow], isDetailed: Bool) -> String {
        guard !rows.isEmpty else { return "" }
        let backends = Dictionary(
            table.backends.map { (Int32($0.number), $0.configuration) },
            uniquingKeysWith: { first, _ in first }
        )
        return rows.map { row in
            var report = SessionReport(row: row)
            let number = Int(row.frontend)
            if table.frontends.indices.contains(number) {
                let frontend = table.frontends[number]
                report.frontend = (frontend.name, frontend.id, frontend.options.isTCP)
            }
            if let backend = backends[row.backend] {
                report.backend = (backend.name, backend.id, backend.options.isTCP)
            }
            guard isDetailed else { return report.line }
            return report.lines(began: localMilliseconds - Int(row.age))
        }.joined()
    }
}
