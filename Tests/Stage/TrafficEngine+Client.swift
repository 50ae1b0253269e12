import Proxy

extension TrafficEngine {
    /// Sends what is due, and gives up on what is late.
    mutating func tick() {
        let now = plan.rate == nil ? 0 : now
        for target in clients.targets.indices where clients.targets[target].isWanted {
            if let rate = plan.rate {
                sendDue(to: target, interval: Int64(1_000_000_000 / rate), now: now)
            } else {
                while clients.targets[target].open < plan.connections, open(to: target, due: now) {}
                while let idle = clients.targets[target].idle.popLast() {
                    ask(Descriptor(idle), due: now)
                }
            }
        }
        expire(now)
    }

    /// `interval` is in nanoseconds: at 30,000 requests a second whole microseconds are too coarse.
    private mutating func sendDue(to target: Int, interval: Int64, now: Int64) {
        // A target that was paused begins anew; only short stalls of ours are made up for.
        if clients.targets[target].nextDue < (now - 500_000) * 1000 {
            clients.targets[target].nextDue = now * 1000
        }
        while clients.targets[target].nextDue <= now * 1000 {
            hasWorked = true
            let due = clients.targets[target].nextDue / 1000
            if let idle = clients.targets[target].idle.popLast() {
                ask(Descriptor(idle), due: due)
            } else if clients.targets[target].open >= plan.connections
                || !open(to: target, due: due)
            {
                return
            }
            clients.targets[target].nextDue += interval
        }
    }

    /// Opens a connection whose first request was due at `due`.
    private mutating func open(to target: Int, due: Int64) -> Bool {
        let address = SocketAddress(ipv4: 0x7f00_0001, port: clients.targets[target].port)
        guard case .success(let descriptor, _) = Descriptor.connect(to: address) else {
            fail("connection refused")
            return false
        }
        take(descriptor, as: .client, index: target)
        rows[Int(descriptor.number)].isBusy = true
        rows[Int(descriptor.number)].due = due
        clients.targets[target].open += 1
        guard loop.watch(descriptor, token: token(of: descriptor)) else {
            lose(descriptor, "no room in epoll")
            return false
        }
        return true
    }

    /// Sends the next request over a connection.
    private mutating func ask(_ descriptor: Descriptor, due: Int64) {
        let number = Int(descriptor.number)
        rows[number].isBusy = true
        rows[number].due = due
        rows[number].remaining = -1
        rows[number].request = clients.nextRequest(of: rows[number].index)
        let question = questions[rows[number].request].bytes
        guard descriptor.send(question) == .bytes(question.count) else {
            return lose(descriptor, "connection closed before the request")
        }
    }

    mutating func proceed(_ descriptor: Descriptor, _ event: EpollLoop.Event) {
        let number = Int(descriptor.number)
        if !rows[number].flag, event.isWritable {
            let error = descriptor.pendingError
            guard error == 0 else { return lose(descriptor, "connection refused (\(error))") }
            rows[number].flag = true
            ask(descriptor, due: rows[number].due)
        }
        guard event.isReadable else { return }
        let generation = rows[number].generation
        while rows[number].generation == generation, rows[number].role == .client {
            buffer.clear()
            switch descriptor.receive(into: &buffer) {
            case .bytes(let count):
                read(descriptor)
                if count < buffer.capacity, !event.isHungUp { return }
            case .wouldBlock: return
            case .end: return lose(descriptor, "connection closed before the answer")
            case .failed(let code): return lose(descriptor, "connection lost (\(code))")
            }
        }
    }

    private mutating func read(_ descriptor: Descriptor) {
        let number = Int(descriptor.number)
        if rows[number].remaining < 0 {
            if partial.isEmpty || partial[descriptor.number] == nil {
                readHead(descriptor, buffer.bytes)
            } else {
                var whole = ScratchBuffer(capacity: 128 * 1024)
                for byte in partial.removeValue(forKey: descriptor.number) ?? [] {
                    whole.append(byte: byte)
                }
                whole.append(buffer.bytes.prefix(min(whole.room, buffer.bytes.count)))
                readHead(descriptor, whole.bytes)
                whole.free()
            }
        } else {
            rows[number].remaining -= buffer.count
        }
        if rows[number].role == .client, rows[number].remaining == 0 { finish(descriptor) }
    }

    private mutating func readHead(_ descriptor: Descriptor, _ bytes: ByteSlice) {
        let number = Int(descriptor.number)
        guard let (end, head) = knownHead(bytes) ?? newHead(bytes) else {
            guard bytes.count < 65_536 else { return lose(descriptor, "endless head") }
            partial[descriptor.number] = bytes.array
            return
        }
        guard head.status == 200 else { return lose(descriptor, "status \(head.status)") }
        rows[number].remaining = head.contentLength - (bytes.count - end)
        if head.origin < plan.origins.count, head.origin >= 0 {
            report.answers[rows[number].index][head.origin] += 1
        }
        if rows[number].remaining < 0 { lose(descriptor, "more bytes than announced") }
    }

    private func knownHead(_ bytes: ByteSlice) -> (end: Int, head: TrafficMessage.Head)? {
        for index in knownHeads.indices {
            let known = knownHeads[index].bytes.bytes
            if bytes.count >= known.count, bytes.prefix(known.count).isEqual(to: known) {
                return (known.count, knownHeads[index].head)
            }
        }
        return nil
    }

    /// Reads a head, and remembers it while few were.
    private mutating func newHead(_ bytes: ByteSlice) -> (end: Int, head: TrafficMessage.Head)? {
        guard let end = TrafficMessage.endOfHead(bytes) else { return nil }
        let head = TrafficMessage.Head(bytes.prefix(end))
        if knownHeads.count < 8 {
            var copy = ScratchBuffer(capacity: end)
            copy.append(bytes.prefix(end))
            knownHeads.append((copy, head))
        }
        return (end, head)
    }

    private mutating func finish(_ descriptor: Descriptor) {
        let number = Int(descriptor.number)
        let target = rows[number].index
        report.completed += 1
        if plan.rate != nil { report.latencies.record(Int(now - rows[number].due)) }
        rows[number].isBusy = false
        if plan.closesConnections {
            clients.targets[target].open -= 1
            drop(descriptor)
        } else if plan.rate == nil, clients.targets[target].isWanted {
            ask(descriptor, due: 0)
        } else {
            rows[number].remaining = -1
            clients.targets[target].idle.append(descriptor.number)
        }
    }

    /// Closes a connection; a request that was on its way has failed.
    private mutating func lose(_ descriptor: Descriptor, _ reason: String) {
        let number = Int(descriptor.number)
        let target = rows[number].index
        if rows[number].isBusy {
            fail(reason)
        } else {
            clients.targets[target].idle.removeAll { $0 == descriptor.number }
        }
        clients.targets[target].open -= 1
        drop(descriptor)
    }

    private mutating func fail(_ reason: String) { report.failures[reason, default: 0] += 1 }

    /// Fails requests that wait longer than the plan allows; looks at every row, but seldom.
    private mutating func expire(_ now: Int64) {
        guard plan.rate != nil, now - lastExpiry > 200_000 else { return }
        lastExpiry = now
        let limit = now - plan.timeout.components.seconds * 1_000_000
        for number in rows.indices where rows[number].role == .client && rows[number].isBusy {
            if rows[number].due < limit {
                lose(Descriptor(Int32(number)), "no answer in \(plan.timeout)")
            }
        }
    }
}
