import Model
import RuntimeAPI

/// The whole proxy: workers, health checks and the control thread, from one configuration.
///
/// ```swift
/// try ProxyServer(configuration: configuration, pid: pid).run()
/// ```
package final class ProxyServer {
    /// What could not be started, every address at once.
    package struct StartError: Error, CustomStringConvertible {
        package let messages: [String]

        package var description: String { messages.joined(separator: "\n") }
    }

    private let configuration: ProxyConfiguration
    private let pid: Int
    private let plane: WorkerPlane
    private let service: RuntimeService
    private let descriptorLimit: Int
    /// Ends the server from another thread.
    package let stop: StopSwitch
    private var workerThreads = ThreadGroup()
    private var listeners: ListeningSockets
    private let succession: Succession
    /// By worker; who is not here runs anywhere.
    private let cpus: [Int: Int]
    /// Where each frontend listens, with real ports.
    package var addresses: [[SocketAddress]] { listeners.addresses }

    /// Prepares everything that cannot fail; `startTime` is in seconds since 1970.
    package init(
        configuration: ProxyConfiguration,
        pid: Int,
        startTime: Int,
        stop: StopSwitch,
        succession: Succession = Succession()
    ) {
        self.succession = succession
        self.stop = stop
        self.pid = pid
        self.configuration = configuration
        let (threads, cpus) = Self.threads(of: configuration)
        self.cpus = cpus
        descriptorLimit = SystemThread.raiseDescriptorLimit()
        listeners = ListeningSockets(workers: threads)
        plane = WorkerPlane(
            workers: threads,
            frontends: configuration.frontends.count,
            backends: configuration.backends.count + configuration.services.count,
            limits: ConnectionLimits(
                process: configuration.maxconn,
                frontends: configuration.frontends.map(\.maxconn),
                workers: threads
            )
        )
        var identity = ProcessIdentity(
            pid: pid,
            startTime: startTime,
            node: configuration.node,
            threads: threads,
            descriptorLimit: descriptorLimit
        )
        identity.environment = SystemProcess.environment
        service = RuntimeService(configuration: configuration, plane: plane, identity: identity)
    }

    /// Serves until SIGTERM or SIGINT, or until everything is finished after SIGUSR1.
    ///
    /// Calls `started` once every socket listens and the workers run.
    ///
    /// - Throws: Every socket that could not be opened.
    package func run(started: (ProxyServer) -> Void = { _ in }) throws(StartError) {
        var errors: [String] = []
        takeOver(&errors)
        restoreState(&errors)
        listeners.open(configuration.frontends, errors: &errors)
        // Only who will run may take the place of a Runtime API socket that another process answers on.
        guard errors.isEmpty else { throw StartError(messages: errors) }
        var control = ControlThread(service: service, plane: plane, stop: stop)
        control.listen(on: configuration, errors: &errors)
        control.inherited = listeners.inherited
        control.openLogs(configuration.logTargets, as: logSender)
        if errors.isEmpty, let failure = configuration.process.confine() { errors.append(failure) }
        guard errors.isEmpty else { throw StartError(messages: errors) }
        service.publishIfNeeded()
        plane.listeners = listeners.owned.flatMap { owned in
            owned.map { listener in
                let backlog = configuration.frontends[listener.frontend].binds.first?.backlog ?? 0
                return (listener.descriptor, listener.frontend, backlog > 0 ? Int32(backlog) : 4096)
            }
        }
        service.applyFrontends()
        control.exposed = listeners.owned.joined().map(\.descriptor)
        startWorkers(beside: &control)
        started(self)
        succession.announce()
        control.run()
        workerThreads.join()
        // What was written last becomes durable.
        service.journal = nil
    }

    /// Before anything is opened or read: from then on the predecessor changes nothing any more.
    private func takeOver(_ errors: inout [String]) {
        do throws(SocketError) {
            listeners = ListeningSockets(
                workers: listeners.owned.count,
                inherited: try succession.inheritedSockets()
            )
        } catch {
            errors.append("Failed to get the sockets from the old process: \(error)")
        }
    }

    /// Before anything listens: nobody is served by a state that is not the accepted one.
    private func restoreState(_ errors: inout [String]) {
        guard let path = configuration.stateFile else { return }
        do throws(AppendFile.Failure) {
            var length = 0
            if let bytes = try AppendFile.read(path) {
                do throws(StateFileFormat.Damage) {
                    length = try restore(bytes, from: path)
                } catch {
                    errors.append(
                        "State file '\(path)': \(error.reason). Move it away to start from the boot file."
                    )
                    return
                }
            } else {
                let content = StateFileFormat.file([])
                try JournalFile.create(content, at: path)
                length = content.count
            }
            service.journal = try JournalFile(path: path, length: length) {
                Milliseconds(Int(MonotonicClock.milliseconds))
            }
        } catch {
            errors.append("State file: \(error)")
        }
    }

    private func restore(
        _ bytes: [UInt8],
        from path: String
    ) throws(StateFileFormat.Damage) -> Int {
        var (warnings, length) = try service.restore(bytes)
        if length < bytes.count {
            warnings.append("\(bytes.count - length) bytes of an unfinished record are dropped")
        }
        for warning in warnings {
            SystemProcess.complain(
                "[WARNING]  (\(SystemProcess.id)) : state-file '\(path)' : \(warning)."
            )
        }
        return length
    }

    /// How log lines name this process.
    private var logSender: LogWriter.Sender {
        var sender = LogWriter.Sender()
        sender.hostname =
            [configuration.logHostname, configuration.node, SystemProcess.hostName]
            .first { !$0.isEmpty } ?? ""
        sender.tag = configuration.logTag
        sender.pid = pid
        sender.sendsHostname = configuration.sendsHostname
        return sender
    }

    /// Starts the workers, each with a descriptor table of its own; the control thread keeps the listeners
    /// too then, and closes its copies when the proxy stops accepting.
    private func startWorkers(beside control: inout ControlThread) {
        let (targets, sender, rings) = (configuration.logTargets, logSender, service.rings)
        let all = listeners.owned
        for (number, owned) in all.enumerated() {
            let share = plane.share(ofWorker: number)
            let capacity = descriptorLimit
            // A socket listens as long as any table has it, so no worker keeps another's.
            let others = all.indices.filter { $0 != number }.flatMap { all[$0] }
            let ownsDescriptors = workerThreads.start(
                cpu: cpus[number],
                withoutDescriptors: others.map(\.descriptor) + listeners.inherited
                    + control.listeningDescriptors
            ) {
                var worker = Worker(number: number, plane: share, capacity: capacity, seed: 0x5eed)
                worker.openLogs(targets, as: sender, rings: rings)
                worker.rules.process.threads = Int64(all.count)
                for listener in owned {
                    worker.listen(
                        listener.descriptor,
                        frontend: listener.frontend,
                        acceptsProxy: listener.acceptsProxy,
                        tls: listener.tls
                    )
                }
                worker.run()
            }
            if ownsDescriptors { control.workerListeners += owned.map(\.descriptor) }
        }
    }
}
