import CProxyShims
import Glibc
import Model

/// Starting, ending and confining processes.
extension SystemProcess {
    /// What one process tells another.
    package enum Signal: Sendable {
        /// Finish what is in progress, accept nothing (SIGUSR1).
        case drain
        /// End (SIGTERM).
        case stop
        /// Start a successor (SIGUSR2).
        case replace
        /// End without being asked (SIGKILL).
        case kill
        /// Stand still, and go on (SIGSTOP, SIGCONT).
        case suspend, resume

        var number: Int32 {
            switch self {
            case .drain: SIGUSR1
            case .stop: SIGTERM
            case .replace: SIGUSR2
            case .kill: SIGKILL
            case .suspend: SIGSTOP
            case .resume: SIGCONT
            }
        }
    }

    /// A child that ended.
    package struct Ended: Hashable, Sendable {
        package let pid: Int
        /// Its exit status, or 128 + the signal that killed it.
        package let status: Int
    }

    /// Sends a signal; false when there is no such process of ours.
    @discardableResult
    package static func send(_ signal: Signal, to pid: Int) -> Bool {
        Glibc.kill(pid_t(pid), signal.number) == 0
    }

    /// Goes on in a child; the parent stays with the child's id. Only before there are threads.
    package static func fork() -> Int { Int(proxy_fork()) }

    /// Tells the service manager that waits in `NOTIFY_SOCKET` (sd_notify), if there is one.
    package static func notify(_ text: String) {
        guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else { return }
        let isAbstract = path.hasPrefix("@")
        let address = SocketAddress(isAbstract ? .abstract(String(path.dropFirst())) : .unix(path))
        defer { address.path.free() }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, type, 0)
        guard number >= 0 else { return }
        defer { _ = close(number) }
        let bytes = Array(text.utf8)
        _ = unsafe address.withSocketAddress { pointer, length in
            unsafe sendto(number, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
        }
    }

    /// Leaves the terminal and its session.
    package static func leaveSession() { _ = setsid() }

    /// Lets the three standard streams lead nowhere.
    package static func silenceStandardStreams() {
        let null = unsafe open("/dev/null", O_RDWR)
        guard null >= 0 else { return }
        for stream in 0...2 as ClosedRange<Int32> { _ = dup2(null, stream) }
        if null > 2 { _ = close(null) }
    }

    /// Ends at once, without what `exit` would still run.
    package static func leave(_ status: Int32) -> Never { _exit(status) }

    /// Starts a program found by its path or in PATH; its id, or nil when that fails.
    package static func spawn(_ words: [String], environment: [String: String]) -> Int? {
        let variables = environment.keys.sorted().map { "\($0)=\(environment[$0] ?? "")" }
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var settings = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe settings.indices { unsafe free(settings[index]) }
        }
        var pid = pid_t()
        let result = unsafe posix_spawnp(&pid, words[0], nil, nil, &arguments, &settings)
        return result == 0 ? Int(pid) : nil
    }

    /// The next child that ended, nil when none did.
    package static func reap() -> Ended? {
        var status: Int32 = 0
        let pid = unsafe waitpid(-1, &status, WNOHANG)
        guard pid > 0 else { return nil }
        return Ended(pid: Int(pid), status: code(status))
    }

    /// Waits until a child ends.
    package static func wait(for pid: Int) -> Int {
        var status: Int32 = 0
        while unsafe waitpid(pid_t(pid), &status, 0) < 0 { if errno != EINTR { return 1 } }
        return code(status)
    }

    private static func code(_ status: Int32) -> Int {
        let signal = status & 0x7f
        return signal == 0 ? Int((status >> 8) & 0xff) : 128 + Int(signal)
    }

    /// Children that end leave nothing behind for a process that does not ask for them.
    package static func forgetChildren() { _ = signal(SIGCHLD, SIG_IGN) }

    /// Sees only `root` from now on, as this group and user; what could not be done, or nil.
    ///
    /// Numbers count where they are given, else names are looked up before the root changes.
    package static func confine(root: String?, user: Identity?, group: Identity?) -> String? {
        let userNumber = user.map { number(of: $0) { unsafe getpwnam($0)?.pointee.pw_uid } }
        let groupNumber = group.map { number(of: $0) { unsafe getgrnam($0)?.pointee.gr_gid } }
        if userNumber == .some(nil) { return "no user '\(user?.text ?? "")'" }
        if groupNumber == .some(nil) { return "no group '\(group?.text ?? "")'" }
        if let root, unsafe chroot(root) != 0 || chdir("/") != 0 { return "cannot chroot(\(root))" }
        if let number = groupNumber ?? nil {
            var one = number
            guard unsafe setgroups(1, &one) == 0, setgid(number) == 0 else {
                return "cannot set gid \(number)"
            }
        }
        if let number = userNumber ?? nil, setuid(number) != 0 { return "cannot set uid \(number)" }
        return nil
    }

    /// A user or a group.
    package enum Identity: Hashable, Sendable {
        case name(String)
        case number(UInt32)

        var text: String {
            switch self {
            case .name(let name): name
            case .number(let number): "\(number)"
            }
        }
    }

    private static func number(of identity: Identity, _ look: (String) -> UInt32?) -> UInt32? {
        switch identity {
        case .name(let name): look(name)
        case .number(let number): number
        }
    }
}
