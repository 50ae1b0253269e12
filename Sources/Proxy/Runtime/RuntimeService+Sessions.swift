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
            let seconds = identity.startTime * 1000 + now.count - Int(row.age)
            return report.lines(began: seconds)
        }.joined()
    }
}
