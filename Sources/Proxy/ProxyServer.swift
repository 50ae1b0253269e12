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
    private let plane: WorkerPlane
    private let service: RuntimeService
    private let descriptorLimit: Int
    /// Ends the server from another thread.
    package let stop: StopSwitch
    private var workerThreads = ThreadGroup()
    /// Listening descriptors of each worker, with the number of their frontend.
    private var listeners: [[(descriptor: Descriptor, frontend: Int)]]
    /// Where each frontend listens, with real ports.
    package private(set) var addresses: [[SocketAddress]] = []

    /// Prepares everything that cannot fail; `startTime` is in seconds since 1970.
    package init(configuration: ProxyConfiguration, pid: Int, startTime: Int, stop: StopSwitch) {
        self.stop = stop
        self.configuration = configuration
        let threads = configuration.threads > 0 ? configuration.threads : SystemThread.cpuCount
        descriptorLimit = SystemThread.raiseDescriptorLimit()
        listeners = Array(repeating: [], count: threads)
        plane = WorkerPlane(
            workers: threads,
            frontends: configuration.frontends.count,
            backends: configuration.backends.count,
            limits: ConnectionLimits(
                process: configuration.maxconn,
                frontends: configuration.frontends.map(\.maxconn)
            )
        )
        service = RuntimeService(
            configuration: configuration,
            plane: plane,
            identity: ProcessIdentity(
                pid: pid,
                startTime: startTime,
                node: configuration.node,
                threads: threads,
                descriptorLimit: descriptorLimit
            )
        )
    }

    /// Serves until SIGTERM or SIGINT, or until everything is finished after SIGUSR1.
    ///
    /// Calls `started` once every socket listens and the workers run.
    ///
    /// - Throws: Every socket that could not be opened.
    package func run(started: (ProxyServer) -> Void = { _ in }) throws(StartError) {
        var errors: [String] = []
        bindFrontends(&errors)
        var control = ControlThread(service: service, plane: plane, stop: stop)
        control.listen(on: configuration, errors: &errors)
        guard errors.isEmpty else { throw StartError(messages: errors) }
        service.publishIfNeeded()
        startWorkers(beside: &control)
        started(self)
        control.run()
        workerThreads.join()
    }

    private func bindFrontends(_ errors: inout [String]) {
        for (number, frontend) in configuration.frontends.enumerated() {
            addresses.append([])
            guard !frontend.isDisabled else { continue }
            for bind in frontend.binds {
                do throws(SocketError) {
                    try listen(bind, frontend: number)
                } catch {
                    errors.append("Starting frontend \(frontend.name): \(error)")
                }
            }
        }
    }

    /// One listener a worker; a unix socket has one, which the first worker serves.
    private func listen(_ bind: BindConfiguration, frontend: Int) throws(SocketError) {
        let backlog = bind.backlog > 0 ? Int32(bind.backlog) : 4096
        if case .unix(let path) = bind.endpoint {
            let listener: SocketListener = try SocketListener.listen(path: path, mode: nil)
            addresses[frontend].append(SocketAddress(bind.endpoint))
            listeners[0].append((listener.release(), frontend))
            return
        }
        var address = SocketAddress(bind.endpoint)
        for worker in listeners.indices {
            let listener = try SocketListener.listen(on: address, backlog: backlog)
            // Port 0 is chosen once, by the first.
            if worker == 0 {
                address = listener.address
                addresses[frontend].append(address)
            }
            listeners[worker].append((listener.release(), frontend))
        }
    }

    /// Starts the workers, each with a descriptor table of its own; the control thread keeps the listeners
    /// too then, and closes its copies when the proxy stops accepting.
    private func startWorkers(beside control: inout ControlThread) {
        let isPinned = listeners.count > 1 && listeners.count <= SystemThread.cpuCount
        for (number, owned) in listeners.enumerated() {
            let share = plane.share(ofWorker: number)
            let capacity = descriptorLimit
            // A socket listens as long as any table has it, so no worker keeps another's.
            let others = listeners.indices.filter { $0 != number }.flatMap { listeners[$0] }
            let ownsDescriptors = workerThreads.start(
                cpu: isPinned ? SystemThread.cpu(number) : nil,
                withoutDescriptors: others.map(\.descriptor) + control.listeningDescriptors
            ) {
                var worker = Worker(number: number, plane: share, capacity: capacity, seed: 0x5eed)
                for listener in owned {
                    worker.listen(listener.descriptor, frontend: listener.frontend)
                }
                worker.run()
            }
            if ownsDescriptors { control.workerListeners += owned.map(\.descriptor) }
        }
        listeners = Array(repeating: [], count: listeners.count)
    }
}
