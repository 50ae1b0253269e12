extension Worker {
    /// Starts the record of the next exchange on a client's connection.
    @inline(__always)
    mutating func openRecord(_ index: Int, isFirst: Bool) {
        records[index] = ExchangeRecord()
        records[index].idleSince = now
        records[index].isFirst = isFirst
        records[index].frontend = connections[index].frontend
    }

    /// The first byte of a request has come.
    @inline(__always)
    mutating func beginExchange(_ index: Int) {
        guard !records[index].isOpen else { return }
        records[index].isOpen = true
        records[index].began = now
    }

    /// The exchange is over: the one place that sees every request and TCP session once, after its end.
    @inline(__always)
    mutating func endExchange(_ index: Int) {
        guard records[index].isOpen else { return }
        records[index].isOpen = false
        records[index].ended = now
        records[index].backend = connections[index].backend
        countEnd(index)
        logExchange(index)
        if !records[index].kept.isEmpty { records[index].kept.clear(to: pool) }
    }

    /// Counts how long it took, once it had its answer (`stream_update_time_stats`, HAProxy 3.0), and who broke
    /// it off.
    @inline(__always)
    private mutating func countEnd(_ index: Int) {
        let backend = Int(records[index].backend)
        guard backend >= 0 else { return }
        if records[index].cause != .normal { countAbort(index, backend) }
        let response = records[index].isTCP ? 0 : records[index].responseTime
        let connect = records[index].connectTime
        guard records[index].hasServer, connect >= 0, response >= 0 else { return }
        let times = ExchangeTimes(
            queue: max(0, records[index].queueTime),
            connect: connect,
            response: response,
            total: max(0, records[index].totalTime)
        )
        arena.sample(times, of: records[index].slot, worker: number)
        totals.sample(times, ofBackend: backend, worker: number)
    }

    /// A server that fails before its response is a response error instead.
    @inline(never)
    private mutating func countAbort(_ index: Int, _ backend: Int) {
        let record = records[index]
        switch record.cause {
        case .clientAborted, .clientTimeout:
            totals.add(1, to: TrafficCounters.Backend.clientAborts, of: backend, worker: number)
            guard record.hasServer else { return }
            arena.add(1, to: .clientAborts, of: record.slot, worker: number)
        case .serverAborted, .serverTimeout:
            guard record.stage == .data, record.hasServer else { return }
            totals.add(1, to: TrafficCounters.Backend.serverAborts, of: backend, worker: number)
            arena.add(1, to: .serverAborts, of: record.slot, worker: number)
        default: break
        }
    }

    /// Takes down why an exchange ends before its time; the first reason counts.
    @inline(__always)
    mutating func note(_ index: Int, _ cause: ExchangeRecord.Cause, _ stage: ExchangeRecord.Stage) {
        records[index].note(cause, stage)
    }

    /// What the client's exchange waits for, as logs name it.
    func stage(of index: Int) -> ExchangeRecord.Stage {
        switch connections[index].phase {
        case .idle, .proxyHeader, .handshake: .request
        case .queued: .queue
        case .connecting, .waiting: .connect
        case .sending, .tunnel: .data
        case .receiving: connections[index].hasResponse ? .data : .header
        case .lingering: .last
        case .tarpit: .tarpit
        }
    }
}
