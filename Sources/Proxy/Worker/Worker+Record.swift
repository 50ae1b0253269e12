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
        logExchange(index)
        if !records[index].kept.isEmpty { records[index].kept.clear(to: pool) }
    }

    /// Takes down why an exchange ends before its time; the first reason counts.
    @inline(__always)
    mutating func note(_ index: Int, _ cause: ExchangeRecord.Cause, _ stage: ExchangeRecord.Stage) {
        records[index].note(cause, stage)
    }

    /// What the client's exchange waits for, as logs name it.
    func stage(of index: Int) -> ExchangeRecord.Stage {
        switch connections[index].phase {
        case .idle, .proxyHeader: .request
        case .queued: .queue
        case .connecting, .waiting: .connect
        case .sending, .tunnel: .data
        case .receiving: connections[index].hasResponse ? .data : .header
        case .lingering: .last
        }
    }
}
