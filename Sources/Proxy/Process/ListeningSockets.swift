import Model

/// The listening sockets of every frontend: opened here, or inherited from whoever started the process.
///
/// Each worker has a descriptor of its own for every address, so that workers share no queue.
struct ListeningSockets {
    /// One descriptor of one worker.
    struct Owned {
        let descriptor: Descriptor
        let frontend: Int
        let acceptsProxy: Bool
        /// A number in `TLSConfiguration.binds`, or -1.
        let tls: Int
    }

    /// By worker.
    private(set) var owned: [[Owned]]
    /// Where each frontend listens, with real ports.
    private(set) var addresses: [[SocketAddress]] = []
    /// Descriptors named by number (`fd@3`): left open under that number for a process that follows.
    private(set) var inherited: [Descriptor] = []

    /// Of the bind that is being opened.
    private var acceptsProxy = false
    private var tls = -1
    /// Sockets of a predecessor that nobody has claimed yet.
    private var unclaimed: [InheritedSocket]

    init(workers: Int, inherited: [InheritedSocket] = []) {
        owned = Array(repeating: [], count: workers)
        unclaimed = inherited
    }

    /// Opens every address of every frontend that is not disabled; adds a line for each that it cannot have.
    mutating func open(_ frontends: [FrontendConfiguration], errors: inout [String]) {
        defer {
            for socket in unclaimed { socket.descriptor.close() }
            unclaimed = []
        }
        for (number, frontend) in frontends.enumerated() {
            addresses.append([])
            guard !frontend.isDisabled else { continue }
            for bind in frontend.binds {
                do throws(SocketError) {
                    try open(bind, frontend: number)
                } catch {
                    errors.append("Starting frontend \(frontend.name): \(error)")
                }
            }
        }
    }

    private mutating func open(_ bind: BindConfiguration, frontend: Int) throws(SocketError) {
        acceptsProxy = bind.acceptsProxy
        tls = bind.tls
        let backlog = bind.backlog > 0 ? Int32(bind.backlog) : 4096
        switch bind.endpoint {
        case nil:
            try adopt(Descriptor(bind.descriptor), frontend: frontend)
        case .unix(let path)?:
            let listener: SocketListener = try SocketListener.listen(path: path, mode: nil)
            addresses[frontend].append(SocketAddress(.unix(path)))
            try share(listener.release(), frontend: frontend)
        case .abstract(let name)?:
            let address = SocketAddress(.abstract(name))
            addresses[frontend].append(address)
            // Nobody can bind it while the predecessor has it.
            if let socket = claim(address).first {
                try share(socket, frontend: frontend)
            } else {
                let listener = try SocketListener.listen(on: address, backlog: backlog)
                try share(listener.release(), frontend: frontend)
            }
        case let endpoint?:
            try listen(on: SocketAddress(endpoint), backlog: backlog, frontend: frontend)
        }
    }

    private mutating func listen(
        on address: SocketAddress,
        backlog: Int32,
        frontend: Int
    ) throws(SocketError) {
        var address = address
        // Every socket of a predecessor is kept: closing one resets the clients that wait in its queue.
        let claimed = claim(address)
        for (number, descriptor) in claimed.enumerated() {
            owned[number % owned.count].append(
                Owned(
                    descriptor: descriptor,
                    frontend: frontend,
                    acceptsProxy: acceptsProxy,
                    tls: tls
                )
            )
        }
        if !claimed.isEmpty { addresses[frontend].append(address) }
        for worker in owned.indices.dropFirst(claimed.count) {
            let listener = try SocketListener.listen(on: address, backlog: backlog)
            // Port 0 is chosen once, by the first.
            if worker == 0 {
                address = listener.address
                addresses[frontend].append(address)
            }
            own(listener.release(), worker: worker, frontend: frontend)
        }
    }

    /// The sockets of a predecessor on this address, ready to accept.
    private mutating func claim(_ address: SocketAddress) -> [Descriptor] {
        let text = address.description
        let mine = unclaimed.filter { $0.address == text }.map(\.descriptor)
        unclaimed.removeAll { $0.address == text }
        for descriptor in mine {
            descriptor.setNonBlocking()
            if address.isInternet { descriptor.setNoDelay() }
        }
        return mine
    }

    /// Takes a listening socket that is open already.
    private mutating func adopt(_ descriptor: Descriptor, frontend: Int) throws(SocketError) {
        let copy = try descriptor.duplicate()
        guard copy.isListening else {
            copy.close()
            throw SocketError(call: "accept from", address: "fd@\(descriptor.number)", code: 22)
        }
        copy.setNonBlocking()
        let address = copy.localAddress
        if address.isInternet { copy.setNoDelay() }
        addresses[frontend].append(address)
        inherited.append(descriptor)
        try share(copy, frontend: frontend)
    }

    /// Gives one socket to every worker; whoever is first accepts.
    private mutating func share(_ descriptor: Descriptor, frontend: Int) throws(SocketError) {
        for worker in owned.indices {
            let mine = worker == 0 ? descriptor : try descriptor.duplicate()
            own(mine, worker: worker, frontend: frontend)
        }
    }

    private mutating func own(_ descriptor: Descriptor, worker: Int, frontend: Int) {
        owned[worker].append(
            Owned(descriptor: descriptor, frontend: frontend, acceptsProxy: acceptsProxy, tls: tls)
        )
    }
}
