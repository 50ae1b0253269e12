extension Worker {
    /// Sends, or queues what the socket does not take; false when the connection is lost.
    @inline(__always)
    mutating func send(_ index: Int, _ bytes: ByteSlice) -> Bool {
        if connections[index].tls.isPresent { return seal(index, bytes) }
        return transmit(index, bytes)
    }

    /// The same for bytes that go out as they are.
    @inline(__always)
    mutating func transmit(_ index: Int, _ bytes: ByteSlice) -> Bool {
        if connections[index].output.isEmpty {
            switch Descriptor(Int32(index)).send(bytes) {
            case .bytes(let count) where count == bytes.count: return true
            case .bytes(let count): queue(index, bytes.dropFirst(count))
            case .wouldBlock: queue(index, bytes)
            case .end, .failed: return false
            }
            return true
        }
        queue(index, bytes)
        return true
    }

    /// The same for a message in two places.
    mutating func send(_ index: Int, _ first: ByteSlice, _ second: ByteSlice) -> Bool {
        if connections[index].tls.isPresent { return seal(index, first, second) }
        if connections[index].output.isEmpty {
            switch Descriptor(Int32(index)).send(first, second) {
            case .bytes(let count) where count >= first.count:
                if count < first.count + second.count {
                    queue(index, second.dropFirst(count - first.count))
                }
                return true
            case .bytes(let count): queue(index, first.dropFirst(count))
            case .wouldBlock: queue(index, first)
            case .end, .failed: return false
            }
        } else {
            queue(index, first)
        }
        queue(index, second)
        return true
    }

    @inline(never)
    private mutating func queue(_ index: Int, _ bytes: ByteSlice) {
        connections[index].output.append(bytes, from: pool)
        register(index)
        guard connections[index].role == .client, connections[index].phase != .tunnel else {
            return
        }
        armClient(index)
    }

    /// Follows the chunked body read from `index` into `outgoing`; the results of `BodyTransfer.transfer`.
    mutating func transferBody(of index: Int, _ bytes: ByteSlice) -> Int {
        let connections = connections
        return connections[index].body.transfer(bytes, to: &outgoing)
    }

    /// Sends what waits; false when the connection is lost.
    mutating func flush(_ index: Int) -> Bool {
        while !connections[index].output.isEmpty {
            switch Descriptor(Int32(index)).send(connections[index].output.bytes) {
            case .bytes(let count): connections[index].output.removeFirst(count, to: pool)
            case .wouldBlock: return true
            case .end, .failed: return false
            }
        }
        return true
    }

    /// Watches a connection's edges; the first event tells what is already there.
    @inline(__always)
    mutating func register(_ index: Int) {
        if connections[index].isRegistered { return }
        connections[index].isRegistered = true
        epoll.watch(Descriptor(Int32(index)), token: token(of: index))
    }

    /// Frees a row and closes its descriptor.
    mutating func release(_ index: Int, byReset: Bool = false) {
        timers.remove(index)
        if connections[index].tls.isPresent { endTLS(index, byReset: byReset) }
        connections[index].input.clear(to: pool)
        connections[index].output.clear(to: pool)
        connections[index].request.clear(to: pool)
        if !connections[index].sessionKept.isEmpty {
            connections[index].sessionKept.clear(to: pool)
        }
        connections[index].role = .free
        connections[index].generation &+= 1
        Descriptor(Int32(index)).close(byReset: byReset)
    }

    /// Ends a client, the exchange it is in, and that exchange's server connection.
    mutating func closeClient(_ index: Int, byReset: Bool = false) {
        if connections[index].phase == .queued { leaveQueue(index) }
        if records[index].isOpen {
            // What nobody gave a reason for was asked by an operator or by the end of the process.
            note(index, .killed, stage(of: index))
            endExchange(index)
        }
        let upstream = Int(connections[index].peer)
        if upstream != 0 {
            connections[upstream].peer = 0
            connections[index].peer = 0
            closeUpstream(upstream)
        }
        releaseSlot(of: index)
        leaveBackend(index)
        let own = Int(connections[index].own)
        if own != 0 { closeUpstream(own) }
        totals.add(
            -1,
            to: TrafficCounters.Frontend.currentSessions,
            of: Int(connections[index].frontend),
            worker: number
        )
        clientCount -= 1
        release(index, byReset: byReset)
    }

    /// Closes a client once it has been sent everything; `lingers` when it may still be sending itself.
    mutating func closeWhenSent(_ index: Int, lingers: Bool) {
        connections[index].closesWhenSent = true
        connections[index].lingers = lingers
        if connections[index].tls.isPresent { sayEnd(index) }
        if connections[index].output.isEmpty { finishClosing(index) }
    }

    /// The output of a client that is to be closed has been sent.
    mutating func finishClosing(_ index: Int) {
        guard connections[index].lingers else {
            closeClient(index)
            return
        }
        connections[index].phase = .lingering
        connections[index].input.clear(to: pool)
        Descriptor(Int32(index)).shutdownSending()
        timers.set(index, deadline: now + 2000)
        register(index)
        readClient(index)
    }

    /// Answers for the proxy itself and gives the exchange up.
    ///
    /// The connection stays open, ready for the next request, if the whole request was read; true then.
    mutating func reply(_ index: Int, status: Int, by verdict: Verdict = .proceed) -> Bool {
        if connections[index].isTCP {
            endExchange(index)
            closeClient(index)
            return false
        }
        let upstream = Int(connections[index].peer)
        if upstream != 0 {
            connections[index].peer = 0
            connections[upstream].peer = 0
            closeUpstream(upstream)
        }
        releaseSlot(of: index)
        leaveBackend(index)
        let isRequestRead =
            connections[index].phase == .receiving
            || connections[index].phase != .idle && connections[index].body.isComplete
        let keepsAlive = isRequestRead && connections[index].keepsAlive && !isDraining
        let status = compose(index, status, verdict, keepsAlive: keepsAlive)
        totals.countResponse(
            status,
            frontend: Int(connections[index].frontend),
            backend: Int(connections[index].backend),
            worker: number
        )
        records[index].status = UInt16(status)
        countOut(index, outgoing.count, slot: nil)
        endExchange(index)
        guard send(index, outgoing.bytes) else {
            closeClient(index)
            return false
        }
        if keepsAlive {
            awaitRequest(index, isFirst: false)
        } else {
            closeWhenSent(index, lingers: !connections[index].isHungUp)
        }
        return keepsAlive
    }

    /// The same outside the use of the client's input: goes on with what it sent meanwhile.
    mutating func replyAndResume(_ index: Int, status: Int) {
        if reply(index, status: status) { readClient(index) }
    }

    /// Counts bytes towards the client.
    @inline(__always)
    func countOut(_ index: Int, _ count: Int, slot: UInt32?) {
        records[index].bytesOut &+= Int64(count)
        totals.add(
            count,
            to: TrafficCounters.Frontend.bytesOut,
            of: Int(connections[index].frontend),
            worker: number
        )
        if connections[index].backend >= 0 {
            totals.add(
                count,
                to: TrafficCounters.Backend.bytesOut,
                of: Int(connections[index].backend),
                worker: number
            )
        }
        if let slot { arena.add(count, to: .bytesOut, of: slot, worker: number) }
    }

    /// Counts bytes from the client.
    @inline(__always)
    func countIn(_ index: Int, _ count: Int) {
        records[index].bytesIn &+= Int64(count)
        totals.add(
            count,
            to: TrafficCounters.Frontend.bytesIn,
            of: Int(connections[index].frontend),
            worker: number
        )
        guard connections[index].backend >= 0 else { return }
        totals.add(
            count,
            to: TrafficCounters.Backend.bytesIn,
            of: Int(connections[index].backend),
            worker: number
        )
        if connections[index].holdsSlot {
            arena.add(count, to: .bytesIn, of: connections[index].slot, worker: number)
        }
    }
}
