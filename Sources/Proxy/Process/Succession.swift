import Model
import RuntimeAPI

/// How a process follows another: what it takes over before it listens, and whom it tells once it serves.
///
/// A successor is started with the same words and finds its end of a connection to its predecessor in
/// `APUS_TAKEOVER`; `-x` names the predecessor's Runtime API socket instead.
package struct Succession: Sendable {
    /// Names of variables by which a process tells the program it starts which descriptor is for what.
    enum Variable {
        static let takeover = "APUS_TAKEOVER"
        static let ready = "APUS_READY"
        static let workerSocket = "APUS_WORKER_SOCKET"
        static let all = [takeover, ready, workerSocket]
    }

    /// `-x`.
    package var socket: String?
    /// `-sf`: who is to finish what is in progress.
    package var draining: [Int] = []
    /// `-st`: who is to stop at once.
    package var stopping: [Int] = []

    package init() {}

    /// The sockets of the predecessor, before anything is opened.
    package func inheritedSockets() throws(SocketError) -> [InheritedSocket] {
        if let descriptor = Self.descriptor(Variable.takeover) {
            return SocketHandover.take(from: descriptor) ?? []
        }
        guard let socket, socket != "/dev/null" else { return [] }
        return try SocketHandover.take(from: socket)
    }

    /// Serving has begun: whoever started the process and whoever it replaces are told.
    package func announce() {
        for pid in draining { SystemProcess.send(.drain, to: pid) }
        for pid in stopping { SystemProcess.send(.stop, to: pid) }
        if let ready = Self.descriptor(Variable.ready) {
            _ = ready.send([1], passing: [])
            ready.close()
        }
    }

    /// The socket on which a master talks to this process; nil when there is no master.
    package static var workerSocket: StatsSocket? {
        guard let descriptor = descriptor(Variable.workerSocket) else { return nil }
        let origin = Origin(file: Variable.workerSocket, line: 0, column: 0)
        var socket = StatsSocket(address: .descriptor(descriptor.number), origin: origin)
        socket.level = .admin
        socket.exposesListeners = true
        return socket
    }

    /// The descriptor a variable names, closed on exec from now on.
    static func descriptor(_ variable: String) -> Descriptor? {
        guard let number = SystemProcess.environment[variable].flatMap({ Int32($0) }), number > 2
        else { return nil }
        let descriptor = Descriptor(number)
        descriptor.setInherited(false)
        return descriptor
    }

    /// The words that start a successor of this process: the same, but for whom to follow.
    static func words(_ arguments: [String], following pid: Int) -> [String] {
        var words: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "-x": rest = rest.dropFirst()
            case "-sf", "-st": rest = rest.drop { Int($0) != nil }
            default: words.append(word)
            }
        }
        return words + ["-sf", "\(pid)"]
    }

    /// Starts a successor; the end of the connection on which it will ask for the sockets.
    static func begin() -> Descriptor? {
        guard let (mine, its) = Descriptor.pair() else { return nil }
        its.setInherited(true)
        defer { its.close() }
        var environment = SystemProcess.environment
        for name in Variable.all { environment[name] = nil }
        environment[Variable.takeover] = "\(its.number)"
        SystemProcess.forgetChildren()
        let words = words(CommandLine.arguments, following: SystemProcess.id)
        guard SystemProcess.spawn(words, environment: environment) != nil else {
            mine.close()
            return nil
        }
        mine.setNonBlocking()
        return mine
    }
}

/// Going to the background (`-D`): the caller's process ends only when the one that stays serves, or failed to.
package struct Detachment: Sendable {
    private let caller: Descriptor

    /// Goes on in a child; the caller waits and exits as the child fares. Only before there are threads.
    ///
    /// Nil when the system gives neither process nor descriptor.
    package static func begin() -> Detachment? {
        guard let (mine, its) = Descriptor.pair() else { return nil }
        let pid = SystemProcess.fork()
        guard pid >= 0 else { return nil }
        if pid == 0 {
            mine.close()
            SystemProcess.leaveSession()
            return Detachment(caller: its)
        }
        its.close()
        var none: [Descriptor] = []
        if mine.receive(passed: &none, atMost: 1) != nil { SystemProcess.leave(0) }
        let status = SystemProcess.wait(for: pid)
        SystemProcess.leave(status == 0 ? 1 : Int32(status))
    }

    /// Lets the caller go, and everything it printed to.
    package func finish() {
        SystemProcess.silenceStandardStreams()
        _ = caller.send([1], passing: [])
        caller.close()
    }
}
