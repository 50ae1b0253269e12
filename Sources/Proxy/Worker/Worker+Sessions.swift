/// Telling of the sessions in progress, for `show sess`; ends one for `shutdown session`.
extension Worker {
    /// Answers the next part of a census.
    mutating func answer(_ census: SessionCensus) {
        guard var index = census.start(ofWorker: number) else { return }
        let end = min(tableEnd, index + SessionCensus.walkSize)
        var rows: [SessionRow] = []
        while index < end, rows.count < SessionCensus.partSize {
            if isMeant(index, census.question) {
                rows.append(describe(index))
                if census.question.shutsDown {
                    note(index, .killed, stage(of: index))
                    closeClient(index)
                }
            }
            index += 1
        }
        census.answer(rows, next: index < tableEnd ? index : nil, worker: number)
    }

    private func isMeant(_ index: Int, _ question: SessionCensus.Question) -> Bool {
        guard connections[index].role == .client, records[index].isOpen,
            records[index].requested != 0
        else { return false }
        if let id = question.id, id != sessionID(of: index) { return false }
        if let frontend = question.frontend, frontend != connections[index].frontend {
            return false
        }
        if let backend = question.backend, backend != connections[index].backend { return false }
        if let slot = question.slot, !(records[index].hasServer && records[index].slot == slot) {
            return false
        }
        if now - records[index].began < question.minimumAge { return false }
        return !question.isSuspicious || isOverdue(index)
    }

    /// A second beyond a timeout that should have ended it.
    private func isOverdue(_ index: Int) -> Bool {
        let deadlines = [index, Int(connections[index].peer)].map { timers.deadline(of: $0) }
        return deadlines.contains { $0 > 0 && now > $0 + 1000 }
    }

    /// Descriptors below 2^24, generations and request numbers to 2^16: reused long after anybody remembers.
    private func sessionID(of index: Int) -> UInt64 {
        UInt64(number + 1) << 56 | UInt64(index & 0xff_ffff) << 32
            | UInt64(connections[index].generation & 0xffff) << 16
            | UInt64(connections[index].requestNumber & 0xffff)
    }

    private func describe(_ index: Int) -> SessionRow {
        let record = records[index]
        let connection = connections[index]
        var row = SessionRow()
        row.id = sessionID(of: index)
        row.source = Self.text(of: connection.address)
        row.destination = Self.text(of: Descriptor(Int32(index)).localAddress)
        row.frontend = connection.frontend
        row.backend = connection.backend
        if record.hasServer {
            row.server = Self.server(of: record)
        }
        row.age = now - record.began
        row.isTCP = record.isTCP
        if !record.isTCP { row.method = "\(record.method)".uppercased() }
        row.status = record.status
        row.phase = "\(connection.phase)"
        row.retries = record.retries
        row.requestNumber = connection.requestNumber
        row.bytesIn = record.bytesIn
        row.bytesOut = record.bytesOut
        row.client = side(index)
        if connection.peer > 0 { row.upstream = side(Int(connection.peer)) }
        return row
    }

    /// Keeps a message that is refused.
    @inline(never)
    func capture(_ bytes: ByteSlice, of index: Int, isResponse: Bool) {
        let record = records[index]
        var capture = ErrorCapture()
        capture.isResponse = isResponse
        let seconds = WallClock.microseconds / 1000
        capture.time = Int(seconds + WallClock.localOffset(at: seconds / 1000) * 1000)
        capture.frontend = connections[index].frontend
        capture.backend = connections[index].backend
        if record.hasServer { capture.server = Self.server(of: record) }
        capture.source = Self.text(of: connections[index].address)
        capture.length = bytes.count
        capture.bytes = bytes[0..<min(bytes.count, ErrorCapture.limit)].array
        captures.keep(capture)
    }

    private static func server(of record: ExchangeRecord) -> SessionRow.Server {
        SessionRow.Server(
            name: String(decoding: record.serverName.slice.array, as: UTF8.self),
            id: record.serverID,
            address: text(of: record.serverAddress)
        )
    }

    private func side(_ index: Int) -> SessionRow.Side {
        var side = SessionRow.Side()
        side.descriptor = Int32(index)
        let deadline = timers.deadline(of: index)
        if deadline > 0 { side.expiry = max(0, deadline - now) }
        side.input = connections[index].input.count
        side.output = connections[index].output.count
        if connections[index].role == .upstream {
            side.localAddress = Self.text(of: Descriptor(Int32(index)).localAddress)
        }
        return side
    }

    private static func text(of address: SocketAddress) -> String {
        switch address.family {
        case .none, .ipv4, .ipv6: "\(address)"
        case .unix, .abstract: "unix"
        }
    }
}
