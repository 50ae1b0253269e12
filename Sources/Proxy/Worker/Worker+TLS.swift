/// TLS between sockets and everything else: what is received is opened first, what is sent is sealed first.
extension Worker {
    /// A client whose bind speaks TLS.
    mutating func awaitHandshake(_ index: Int) {
        guard let session = tls.accept(snapshot.tls[Int(connections[index].bind)]) else {
            // Reads that follow find nobody and close it.
            connections[index].phase = .lingering
            return
        }
        connections[index].tls = session
        connections[index].phase = .handshake
        openRecord(index, isFirst: true)
        armClient(index)
    }

    /// One read of a client behind TLS and the use of what it held; false when the client is gone.
    @inline(never)
    mutating func receiveSealed(_ index: Int) -> Bool {
        if connections[index].hasSaidEnd { return endInput(index, .end) }
        let isShaking = connections[index].phase == .handshake
        if isShaking, handshakesLeft == 0 || !isResuming && !again.isEmpty,
            again.put(token(of: index))
        {
            return false
        }
        tls.arrived.clear()
        let result = Descriptor(Int32(index)).receive(into: &tls.arrived)
        guard case .bytes(let count) = result else { return endInput(index, result) }
        if count < tls.arrived.capacity, !connections[index].isHungUp {
            connections[index].isReadable = false
        }
        // What comes while the connection is being closed is of no interest.
        if connections[index].phase == .lingering { return true }
        if isShaking { handshakesLeft -= 1 }
        guard openArrived(index) else { return false }
        return useOpened(index)
    }

    /// Opens what arrived and sends what a handshake has to say; false when the client is gone.
    private mutating func openArrived(_ index: Int) -> Bool {
        let session = connections[index].tls
        let outcome = tls.open(session, bind: snapshot.tls[Int(connections[index].bind)])
        let sealed = tls.sealed
        if !sealed.isEmpty, !transmit(index, sealed) {
            closeClient(index)
            return false
        }
        switch outcome {
        case .pending: break
        case .ended:
            connections[index].hasSaidEnd = true
            connections[index].isReadable = true
        case .failed:
            // The alert that says why is out, or in the queue.
            if connections[index].phase == .handshake { logFailure(index, .handshake) }
            note(index, .clientAborted, stage(of: index))
            closeClient(index)
            return false
        }
        guard connections[index].phase == .handshake, session.isEstablished else { return true }
        return begin(index)
    }

    /// The handshake is over: what the frontend speaks begins; false when the client is gone.
    private mutating func begin(_ index: Int) -> Bool {
        guard snapshot.frontends[Int(connections[index].frontend)].options.isTCP else {
            awaitRequest(index, isFirst: true)
            return true
        }
        let generation = connections[index].generation
        startSession(index)
        return connections[index].generation == generation
    }

    private mutating func useOpened(_ index: Int) -> Bool {
        let opened = tls.opened.bytes
        guard !opened.isEmpty else { return true }
        let before = connections[index].input.count
        guard before > 0 else { return useAll(index, opened) }
        connections[index].input.append(opened, from: pool)
        settleInput(index, behind: before)
        return true
    }

    /// What came in one read with a PROXY protocol header is the begin of a handshake; the results of `use`.
    mutating func openBehindProxyHeader(_ index: Int, _ bytes: ByteSlice) -> Int {
        tls.arrived.clear()
        tls.arrived.append(bytes)
        guard openArrived(index) else { return -1 }
        // The caller drops what was used before anybody looks at what is queued behind it.
        connections[index].input.append(tls.opened.bytes, from: pool)
        return bytes.count
    }

    /// Seals and sends; the results of `send`.
    @inline(never)
    mutating func seal(_ index: Int, _ bytes: ByteSlice) -> Bool {
        guard tls.seal(bytes, for: connections[index].tls) else { return false }
        return transmit(index, tls.sealed)
    }

    @inline(never)
    mutating func seal(_ index: Int, _ first: ByteSlice, _ second: ByteSlice) -> Bool {
        guard tls.seal(first, for: connections[index].tls),
            tls.sealMore(second, for: connections[index].tls)
        else { return false }
        return transmit(index, tls.sealed)
    }

    /// Tells the peer that nothing follows, once and behind everything else.
    @inline(never)
    mutating func sayEnd(_ index: Int) {
        tls.sealEnd(of: connections[index].tls)
        let sealed = tls.sealed
        if !sealed.isEmpty { _ = transmit(index, sealed) }
    }

    /// A connection is about to be closed; one that is cut off must not look complete.
    @inline(never)
    mutating func endTLS(_ index: Int, byReset: Bool) {
        if !byReset, connections[index].output.isEmpty {
            tls.sealEnd(of: connections[index].tls)
            let sealed = tls.sealed
            if !sealed.isEmpty { _ = Descriptor(Int32(index)).send(sealed) }
        }
        tls.free(connections[index].tls)
        connections[index].tls = TLSSession()
    }
}
