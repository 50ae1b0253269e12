import Model

/// The process that stays (`-W`): starts a worker, replaces it on SIGUSR2 or SIGHUP, ends with it.
///
/// A worker is the same program started again; it listens for the master on an abstract socket, takes the listening
/// sockets of the worker before it, and tells that one to finish once it serves itself. A worker that does not come up
/// changes nothing.
package struct Master: ~Copyable {
    /// How the master was started.
    package struct Options: Sendable {
        /// The words of the command line, the program's name first.
        package var words: [String] = []
        /// `-S`.
        package var commandLine: StatsSocket.Address?
        package var pidfile: String?
        /// Called once, when the first worker serves.
        package var started: @Sendable () -> Void = {}

        package init() {}
    }

    /// One process that serves or served.
    struct Worker {
        let pid: Int
        /// Which start it was, from 0.
        let number: Int
        /// Seconds since 1970.
        let startedAt: Int
        let socket: String
    }

    private static let signalToken: UInt64 = 1
    private static let readyToken: UInt64 = 2
    private static let listenerToken: UInt64 = 3
    private static let firstSession: UInt64 = 16

    private let options: Options
    private let startedAt = SystemProcess.time
    private let signals = SignalDescriptor()
    private var epoll = EpollLoop()
    private var current: Worker?
    /// Started and not ready yet, with the descriptor on which it says so.
    private var coming: (worker: Worker, ready: Descriptor)?
    private var old: [Worker] = []
    private var starts = 0
    private var listener: Descriptor?
    /// Clients of the master's command line that wait for a reload.
    private var waiting: [Descriptor] = []
    private var sessions: [Int32: [UInt8]] = [:]
    private var status: Int32 = 0
    private var isEnding = false

    package init(_ options: Options) { self.options = options }

    /// Returns the exit status once every worker has ended.
    package mutating func run() -> Int32 {
        epoll.watchLevel(signals.descriptor, token: Self.signalToken)
        guard listen(), startWorker() else { return 1 }
        if let pidfile = options.pidfile {
            _ = SystemProcess.write("\(SystemProcess.id)\n", to: pidfile)
        }
        while current != nil || coming != nil || !old.isEmpty {
            for index in 0..<epoll.wait(milliseconds: 1000) {
                let token = epoll.event(index).token
                switch token {
                case Self.signalToken: obeySignals()
                case Self.readyToken: noteReady()
                case Self.listenerToken: accept()
                default: read(Int32(truncatingIfNeeded: token - Self.firstSession))
                }
            }
        }
        return status
    }

    // MARK: Workers

    private mutating func startWorker() -> Bool {
        let name = "apus-\(SystemProcess.id)-\(starts)"
        let address = SocketAddress(.abstract(name))
        defer { address.path.free() }
        guard let (mine, its) = Descriptor.pair(),
            let socket = try? SocketListener.listen(on: address)
        else {
            complain("ALERT", "no descriptor left for a worker")
            return false
        }
        its.setInherited(true)
        socket.descriptor.setInherited(true)
        var environment = SystemProcess.environment
        environment[Succession.Variable.ready] = "\(its.number)"
        environment[Succession.Variable.workerSocket] = "\(socket.descriptor.number)"
        let words = Self.words(options.words, after: current)
        let pid = SystemProcess.spawn(words, environment: environment)
        its.close()
        guard let pid else {
            mine.close()
            complain("ALERT", "cannot start \(words[0])")
            return false
        }
        let worker = Worker(
            pid: pid,
            number: starts,
            startedAt: SystemProcess.time,
            socket: name
        )
        starts += 1
        coming = (worker, mine)
        epoll.watchLevel(mine, token: Self.readyToken)
        return true
    }

    /// The words that start a worker: without what is the master's, and with whom to follow.
    static func words(_ words: [String], after current: Worker?) -> [String] {
        var kept: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "-W", "-Ws", "-D": break
            case "-S", "-p", "-x": rest = rest.dropFirst()
            case "-sf", "-st": rest = rest.drop { Int($0) != nil }
            default: kept.append(word)
            }
        }
        guard let current else { return kept }
        return kept + ["-x", "abns@\(current.socket)", "-sf", "\(current.pid)"]
    }

    private mutating func noteReady() {
        guard let (worker, ready) = coming else { return }
        var none: [Descriptor] = []
        let isServing = ready.receive(passed: &none, atMost: 1) != nil
        epoll.forget(ready)
        ready.close()
        // One that failed is taken note of when it has ended.
        guard isServing else { return }
        coming = nil
        if let previous = current { old.append(previous) } else { announce() }
        current = worker
        answerReload(isDone: true)
    }

    private func announce() {
        SystemProcess.notify("READY=1\nMAINPID=\(SystemProcess.id)\nSTATUS=Ready.")
        options.started()
    }

    private mutating func reload() {
        guard !isEnding, coming == nil else { return }
        SystemProcess.notify("RELOADING=1\nSTATUS=Reloading.")
        if !startWorker() { answerReload(isDone: false) }
    }

    private mutating func obeySignals() {
        while let signal = signals.next() {
            switch signal {
            case .stop: end(by: .stop)
            case .drain: end(by: .drain)
            case .replace, .status: reload()
            case .child: reap()
            }
        }
    }

    private mutating func end(by signal: SystemProcess.Signal) {
        isEnding = true
        for worker in [coming?.worker, current].compactMap(\.self) + old {
            SystemProcess.send(signal, to: worker.pid)
        }
    }

    private mutating func reap() {
        while let ended = SystemProcess.reap() {
            if coming?.worker.pid == ended.pid {
                coming = nil
                complain(
                    "WARNING",
                    "the new worker did not start (\(ended.status)); nothing changes"
                )
                SystemProcess.notify("READY=1\nSTATUS=Reload failed.")
                if current == nil { status = 1 }
                answerReload(isDone: false)
            } else if current?.pid == ended.pid {
                current = nil
                guard !isEnding else { continue }
                status = Int32(ended.status)
                complain("ALERT", "the worker \(ended.pid) exited with code \(ended.status)")
                end(by: .stop)
            } else {
                old.removeAll { $0.pid == ended.pid }
            }
        }
    }

    private func complain(_ severity: String, _ text: String) {
        SystemProcess.complain("[\(severity)] (\(SystemProcess.id)) : \(text)")
    }

    // MARK: Command line

    private mutating func listen() -> Bool {
        guard let address = options.commandLine else { return true }
        let origin = Origin(file: "-S", line: 0, column: 0)
        do throws(SocketError) {
            let descriptor = try RuntimeListener(StatsSocket(address: address, origin: origin))
                .descriptor
            descriptor.setInherited(false)
            listener = descriptor
            epoll.watchLevel(descriptor, token: Self.listenerToken)
            return true
        } catch {
            complain("ALERT", "-S : \(error)")
            return false
        }
    }

    private mutating func accept() {
        var peer = SocketAddress()
        guard let listener, case .connection(let client) = listener.accept(from: &peer) else {
            return
        }
        // More clients than a person has wait in the kernel's queue for nothing: they are turned away.
        guard sessions.count < 64 else { return client.close() }
        sessions[client.number] = []
        epoll.watchLevel(client, token: Self.firstSession + UInt64(client.number))
    }

    /// One line a connection, as HAProxy's without a prompt.
    private mutating func read(_ number: Int32) {
        let client = Descriptor(number)
        guard sessions[number] != nil else { return }
        var none: [Descriptor] = []
        guard let bytes = client.receive(passed: &none, atMost: 16_384) else {
            return close(client)
        }
        sessions[number]? += bytes
        guard
            let line = sessions[number]?.split(
                separator: 10,
                maxSplits: 1,
                omittingEmptySubsequences: false
            ),
            line.count == 2
        else {
            if sessions[number]?.count ?? 0 > 16_384 { close(client) }
            return
        }
        let answer = execute(String(decoding: line[0], as: UTF8.self))
        epoll.forget(client)
        sessions[number] = nil
        guard let answer else {
            waiting.append(client)
            return reload()
        }
        client.setBlocking(within: Milliseconds(2000))
        _ = client.send(Array(answer.utf8), passing: [])
        client.close()
    }

    private mutating func close(_ client: Descriptor) {
        epoll.forget(client)
        sessions[client.number] = nil
        client.close()
    }

    private mutating func answerReload(isDone: Bool) {
        if isDone { SystemProcess.notify("READY=1\nSTATUS=Ready.") }
        for client in waiting {
            client.setBlocking(within: Milliseconds(2000))
            _ = client.send(Array("Success=\(isDone ? 1 : 0)\n--\n".utf8), passing: [])
            client.close()
        }
        waiting = []
    }

    /// The answers to the commands of a line; nil when it asks to reload.
    private func execute(_ line: String) -> String? {
        var answer = ""
        var target: Worker?
        for part in line.split(separator: ";") {
            var command = part.trimmingPrefix { $0 == " " }
            if command.hasPrefix("@") {
                let word = command.prefix { $0 != " " }
                command = command.dropFirst(word.count).trimmingPrefix { $0 == " " }
                guard let found = worker(String(word)) else {
                    return answer + "Can't find the target PID matching the prefix '\(word)'\n"
                }
                target = found.worker
            }
            if command.isEmpty { continue }
            if let target {
                answer += ask(target, String(command))
            } else if command == "reload" {
                return nil
            } else {
                answer += answerOfMaster(String(command))
            }
        }
        return answer
    }

    private func worker(_ word: String) -> (worker: Worker?, Void)? {
        switch word {
        case "@", "@master", "@0": return (nil, ())
        case "@1": return current.map { ($0, ()) }
        default:
            guard word.hasPrefix("@!"), let pid = Int(word.dropFirst(2)) else { return nil }
            return ([current].compactMap(\.self) + old).first { $0.pid == pid }.map { ($0, ()) }
        }
    }

    private func answerOfMaster(_ command: String) -> String {
        let words = command.split(separator: " ").joined(separator: " ")
        switch words {
        case "show proc": return processes
        case "show version": return "apus-proxy 0.1\n\n"
        case "quit": return ""
        default:
            return
                "Unknown command: '\(words)'. The master has 'show proc', 'show version', 'reload' and "
                + "'@1 COMMAND', '@!PID COMMAND' for a worker.\n\n"
        }
    }

    private var processes: String {
        var text = Self.row(["#<PID>", "<type>", "<reloads>", "<uptime>", "<version>"])
        let reloads = max(0, starts - 1)
        text += row(SystemProcess.id, "master", reloads: reloads, since: startedAt)
        text += "# workers\n"
        if let current { text += row(of: current) }
        if !old.isEmpty { text += "# old workers\n" }
        for worker in old { text += row(of: worker) }
        return text + "# programs\n\n"
    }

    private func row(of worker: Worker) -> String {
        row(worker.pid, "worker", reloads: starts - 1 - worker.number, since: worker.startedAt)
    }

    private func row(_ pid: Int, _ type: String, reloads: Int, since: Int) -> String {
        let seconds = max(0, SystemProcess.time - since)
        let parts = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map {
            $0 < 10 ? "0\($0)" : "\($0)"
        }
        let uptime = "\(seconds / 86_400)d\(parts[0])h\(parts[1])m\(parts[2])s"
        return Self.row(["\(pid)", type, "\(reloads)", uptime, "0.1"])
    }

    private static func row(_ columns: [String]) -> String {
        columns.map { $0 + String(repeating: " ", count: max(1, 16 - $0.count)) }.joined() + "\n"
    }

    /// Asks a worker's Runtime API and waits for its answer.
    private func ask(_ worker: Worker, _ command: String) -> String {
        let address = SocketAddress(.abstract(worker.socket))
        defer { address.path.free() }
        guard let socket = try? Socket.connect(to: address) else {
            return "Can't connect to the target CLI!\n"
        }
        socket.descriptor.setBlocking(within: Milliseconds(5000))
        guard socket.descriptor.send(Array("\(command)\n".utf8), passing: []) else { return "" }
        var answer: [UInt8] = []
        var none: [Descriptor] = []
        while let bytes = socket.descriptor.receive(passed: &none, atMost: 65_536) {
            answer += bytes
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
