/// Access logs: one line for each exchange, put together when it ends.
extension Worker {
    /// Where lines of this worker go; `sender` names the process in them.
    mutating func openLogs(
        _ targets: [LogTarget],
        as sender: LogWriter.Sender,
        rings: [LogRing] = []
    ) {
        logs.open(targets, as: sender, rings: rings)
        rules.process.pid = Int64(sender.pid)
        rules.process.hostname = .make(sender.hostname)
    }

    /// Logs the exchange of a client, if its frontend does.
    @inline(__always)
    mutating func logExchange(_ index: Int) {
        let front = Int(connections[index].frontend)
        guard front < snapshot.rules.frontends.count,
            !snapshot.rules.frontends[front].logTargets.isEmpty, !logs.isEmpty
        else { return }
        writeLog(index, records[index], snapshot.rules.frontends[front])
    }

    /// The same before the end, for frontends that want it (`option logasap`), once `sent` bytes are on their way.
    @inline(__always)
    mutating func logEarly(_ index: Int, sent: Int) {
        let front = Int(connections[index].frontend)
        guard front < snapshot.rules.frontends.count, snapshot.rules.frontends[front].logsEarly,
            !logs.isEmpty
        else { return }
        var record = records[index]
        record.ended = now
        record.backend = connections[index].backend
        record.bytesOut = Int64(sent)
        writeLog(index, record, snapshot.rules.frontends[front])
        records[index].logLevel = -1
    }

    @inline(never)
    private mutating func writeLog(_ index: Int, _ record: ExchangeRecord, _ own: ProxyRules) {
        guard record.logLevel >= 0 else { return }
        let isNormal = record.cause == .normal && record.retries == 0 && record.status < 500
        if own.leavesOutNormal, isNormal || record.cause == .local { return }
        var level = own.separatesErrors && !isNormal ? SyslogLevel.err : .info
        if record.logLevel < 8 { level = SyslogLevel(rawValue: UInt8(record.logLevel)) ?? level }
        pointLog(index, record)
        rules.arena.reset()
        let message = rules.text(of: own.logFormat)
        let time = rules.time
        for place in own.logTargets.range {
            logs.write(message, to: Int(rules.book.numbers[place]), level: level, at: time)
        }
        unpointRules(index)
    }

    /// Logs a client whose handshake failed, if its frontend logs at all (`session_kill_embryonic`, HAProxy 3.0).
    @inline(never)
    mutating func logFailure(_ index: Int, _ trouble: TLSTrouble) {
        connections[index].tls.note(trouble)
        let front = Int(connections[index].frontend)
        guard front < snapshot.rules.frontends.count, !logs.isEmpty else { return }
        let own = snapshot.rules.frontends[front]
        guard !own.logTargets.isEmpty, !own.leavesOutEmpty || !trouble.isSilence else { return }
        pointLog(index, records[index])
        rules.arena.reset()
        var message = rules.text(of: own.errorLogFormat)
        if own.namesError {
            message = rules.addError(
                of: snapshot.tls[Int(connections[index].bind)].label.slice,
                behind: message
            )
        }
        let level = own.separatesErrors ? SyslogLevel.err : .info
        let time = rules.time
        for place in own.logTargets.range {
            logs.write(message, to: Int(rules.book.numbers[place]), level: level, at: time)
        }
        unpointRules(index)
    }

    private mutating func pointLog(_ index: Int, _ record: ExchangeRecord) {
        pointEnd(index)
        rules.record = record
        rules.exchange.serverName = record.hasServer ? record.serverName.slice : .empty
        rules.serverAddress = record.hasServer ? record.serverAddress : SocketAddress()
        loggedExchanges &+= 1
        rules.requestCounter = loggedExchanges
        rules.load.process = Int64(totals.connections)
        rules.load.frontend = Int64(totals.connections(of: Int(record.frontend)))
        let back = Int(connections[index].backend)
        rules.load.backend = back < 0 ? 0 : Int64(totals.requests(inBackend: back))
        rules.load.server = record.hasServer ? Int64(arena.sessions(of: record.slot)) : 0
    }
}
