import Model
import RuntimeAPI

/// Which answer is made of a survey.
enum SurveyReport: Hashable, Sendable {
    case activity(thread: Int)
    case descriptors(DescriptorFilter)
    case pools(PoolSelection)
}

/// `show activity`, `show fd`, `show pools` and `show events`: HAProxy's forms, our own facts.
extension RuntimeService {
    /// How long a worker may keep silent.
    private static let surveyPatience = Milliseconds(1000)

    func survey(_ report: SurveyReport, now: Milliseconds) -> Execution {
        if case .activity(let thread) = report, !(-1...identity.threads).contains(thread) {
            return .reply(.error("Thread ID number must be between -1 and nbthread"))
        }
        var asksForDescriptors = false
        if case .descriptors = report { asksForDescriptors = true }
        let survey = plane.survey(withDescriptors: asksForDescriptors)
        let deadline = Milliseconds(now.count + Self.surveyPatience.count)
        let wait = PendingWait(.survey(survey, report), from: now, to: deadline)
        return poll(wait, now: now).map { .reply($0) } ?? .pending(wait)
    }

    func text(of survey: WorkerSurvey, _ report: SurveyReport) -> RuntimeReply {
        let answers = survey.answers
        var text =
            switch report {
            case .activity(let thread): activity(answers.map { $0?.activity }, of: thread)
            case .descriptors(let filter): descriptors(answers, filter)
            case .pools(let selection): Self.pools(answers, selection)
            }
        for (number, answer) in answers.enumerated() where answer == nil {
            text += "# thread \(number + 1) did not answer within 1 s\n"
        }
        return RuntimeReply(text: text)
    }

    private func activity(_ workers: [WorkerActivity?], of thread: Int) -> String {
        let fields: [(name: String, value: (WorkerActivity) -> Int64)] = [
            ("loops", \.turns), ("poll_io", \.events), ("poll_exp", \.expiries),
            ("wake_tasks", \.letters), ("accepted", \.accepted), ("curr_conn", \.clients),
            ("logged", \.logged), ("log_dropped", \.lostLines), ("map_dropped", \.lostChanges),
            ("cpu_ms", \.processorTime),
        ]
        let date = identity.startTime * 1000 + now.count
        var text = "thread_id: \(max(1, thread)) (1..\(identity.threads))\n"
        text += "date_now: \(Self.seconds(date))\nuptime_now: \(Self.seconds(now.count))\n"
        for field in fields {
            let values = workers.map { $0.map(field.value) ?? 0 }
            let sum = values.reduce(0, +)
            let each = values.map { "\($0)" }.joined(separator: " ")
            switch thread {
            case -1 where values.count > 1: text += "\(field.name): \(sum) [ \(each) ]\n"
            case 1...: text += "\(field.name): \(values[thread - 1])\n"
            default: text += "\(field.name): \(sum)\n"
            }
        }
        return text
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let fraction = "\(milliseconds % 1000)000"
        return "\(milliseconds / 1000)."
            + String(repeating: "0", count: max(0, 6 - fraction.count)) + fraction
    }

    // MARK: Descriptors

    private func descriptors(
        _ answers: [WorkerSurvey.Answer?],
        _ filter: DescriptorFilter
    ) -> String {
        var names: [UInt32: String] = [:]
        for backend in table.backends {
            for server in backend.servers {
                names[server.slot] = "\(backend.configuration.name)/\(server.name)"
            }
        }
        let backends = Dictionary(
            table.backends.map { (Int32($0.number), $0.configuration.name) },
            uniquingKeysWith: { first, _ in first }
        )
        var lines: [String] = []
        for (thread, answer) in answers.enumerated() {
            for row in answer?.descriptors ?? [] {
                guard filter.kinds.contains(row.role.kind),
                    filter.number == nil || filter.number == Int(row.number)
                else { continue }
                var line =
                    Self.padded("\(row.number)", to: 7) + " : type=\(row.role) tid=\(thread + 1)"
                if row.role == .client { line += " state=\(row.phase)" }
                if table.frontends.indices.contains(Int(row.frontend)) {
                    line += " fe=\(table.frontends[Int(row.frontend)].name)"
                }
                if let backend = backends[row.backend] { line += " be=\(backend)" }
                if let name = row.slot.flatMap({ names[$0] }) { line += " srv=\(name)" }
                if row.peer > 0 { line += " peer=\(row.peer)" }
                lines.append(line + "\n")
            }
        }
        return lines.joined()
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }

    // MARK: Pools

    private static func pools(
        _ answers: [WorkerSurvey.Answer?],
        _ selection: PoolSelection
    ) -> String {
        var sums: [Int: (count: Int, free: Int, users: Int)] = [:]
        for row in answers.compactMap({ $0 }).flatMap(\.pools) where row.count > 0 {
            let sum = sums[row.size, default: (0, 0, 0)]
            sums[row.size] = (sum.count + row.count, sum.free + row.free, sum.users + 1)
        }
        var rows = sums.map { (name: "buffer_\($0.key)", size: $0.key, sum: $0.value) }
        if let prefix = selection.prefix { rows.removeAll { !$0.name.hasPrefix(prefix) } }
        rows.sort { left, right in
            switch selection.order {
            case .byName: left.name < right.name
            case .byUsage where left.size * left.sum.count != right.size * right.sum.count:
                left.size * left.sum.count > right.size * right.sum.count
            default: left.size < right.size
            }
        }
        if let limit = selection.limit { rows = Array(rows.prefix(limit)) }
        var text = "Dumping pools usage"
        text += selection.limit.map { " (limited to the first \($0) entries).\n" } ?? ".\n"
        for row in rows {
            text += "  - Pool \(row.name) (\(row.size) bytes) : \(row.sum.count) allocated "
            text += "(\(row.size * row.sum.count) bytes), \(row.sum.count - row.sum.free) used "
            text += "(\(row.sum.free) kept by threads), 0 failures, \(row.sum.users) users\n"
        }
        let all = rows.reduce(0) { $0 + $1.size * $1.sum.count }
        let free = rows.reduce(0) { $0 + $1.size * $1.sum.free }
        text += "Total: \(rows.count) pools, \(all) bytes allocated, \(all - free) used "
        return text + "(\(free) kept by threads).\n"
    }

    // MARK: Events

    func showEvents(_ selection: EventSelection?, now: Milliseconds) -> Execution {
        guard let selection else { return .reply(RuntimeReply(text: sinkList)) }
        guard let ring = rings.first(where: { $0.configuration.name == selection.sink }) else {
            let isKnown = ["stdout", "stderr"].contains(selection.sink)
            return .reply(
                .error(isKnown ? "Nothing to report for this sink" : "No such event sink")
            )
        }
        let reader = LogRing.Reader(ring, skipsOld: selection.skipsOld)
        guard selection.follows else { return .reply(RuntimeReply(text: reader.take())) }
        let end = Milliseconds(Int.max / 2)
        return .pending(PendingWait(.events(reader), from: now, to: end))
    }

    private var sinkList: String {
        let rings = rings.map { ($0.configuration.name, "buffer", $0.configuration.about) }
        let sinks =
            [
                ("stdout", "fd", "standard output (fd#1)"),
                ("stderr", "fd", "standard output (fd#2)"),
            ] + rings
        return "Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n"
            + sinks.map { name, type, about in
                let pad = String(repeating: " ", count: max(0, 10 - name.utf8.count))
                return "    \(name)\(pad) : type=\(type), 0 dropped, \(about)\n"
            }.joined()
    }
}

extension DescriptorRow.Role {
    fileprivate var kind: DescriptorFilter.Kind {
        switch self {
        case .pipe: .pipe
        case .listener: .listener
        case .client: .frontend
        case .server: .backend
        }
    }
}
