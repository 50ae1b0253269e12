import Synchronization

@testable import Proxy

/// One request as an origin received it, read by rules of its own rather than by the parser under test.
struct OriginRequest: Sendable {
    let head: String
    let body: [UInt8]
    /// Counted over all connections, from 1.
    let number: Int
    /// Which connection of the origin it came over, from 1.
    let connection: Int

    var line: String { String(head.prefix { $0 != "\r\n" }) }
    var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

    func field(_ name: String) -> [String] {
        head.split(separator: "\r\n").dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else {
                return nil
            }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }
    }
}

/// What an origin answers: pieces that are sent one after the other, then perhaps the end.
struct OriginReply: Sendable {
    var pieces: [[UInt8]]
    var closes = false
    /// The connection is reset instead.
    var resets = false

    static func text(_ text: String, closes: Bool = false) -> OriginReply {
        OriginReply(pieces: [Array(text.utf8)], closes: closes)
    }

    /// 200 with this body and its length.
    static func ok(_ body: String = "ok", closes: Bool = false) -> OriginReply {
        text("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", closes: closes)
    }

    static var silence: OriginReply { OriginReply(pieces: []) }
}

/// An origin on a free port of the loopback that keeps what it was sent and answers by a closure.
final class RecordingOrigin: Sendable {
    private struct Connection {
        let descriptor: Descriptor
        let number: Int
        var input: [UInt8] = []
        var output: [UInt8] = []
        var closes = false
        /// 100 went out for the request whose body is awaited; an edge may come twice for the same bytes.
        var hasContinued = false
    }

    private struct Record {
        var requests: [OriginRequest] = []
        var connections = 0
    }

    let port: UInt16
    private let record = Mutex(Record())
    private let stop = Wakeup()
    private let isStopped = Atomic<Bool>(false)
    private let thread = Mutex(ThreadGroup())

    var requests: [OriginRequest] { record.withLock { $0.requests } }
    var connectionCount: Int { record.withLock { $0.connections } }

    /// With `continues` it sends 100 when a request expects it, before its body has come; with
    /// `refusesBodies` it answers 413 as soon as a header has come.
    ///
    /// - Throws: `SocketError` when no port is free.
    init(
        continues: Bool = false,
        refusesBodies: Bool = false,
        answer: @escaping @Sendable (OriginRequest) -> OriginReply = { _ in .ok() }
    ) throws {
        let listener = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
        port = listener.address.port
        let descriptor = listener.release()
        thread.withLock { group in
            group.start { self.serve(descriptor, continues, refusesBodies, answer) }
        }
    }

    /// Closes every connection and the listener.
    func close() {
        isStopped.store(true, ordering: .relaxed)
        stop.signal()
        thread.withLock { $0.join() }
    }

    private func serve(
        _ listener: Descriptor,
        _ continues: Bool,
        _ refusesBodies: Bool,
        _ answer: @Sendable (OriginRequest) -> OriginReply
    ) {
        var epoll = EpollLoop()
        epoll.watchLevel(listener, token: 1 << 40)
        epoll.watchLevel(stop.descriptor, token: 1 << 41)
        var connections: [Int32: Connection] = [:]
        while !isStopped.load(ordering: .relaxed) {
            for index in 0..<epoll.wait(milliseconds: 1000) {
                let event = epoll.event(index)
                if event.token == 1 << 40 {
                    accept(listener, &epoll, &connections)
                } else if event.token < 1 << 40 {
                    let number = Int32(event.token)
                    guard var connection = connections[number] else { continue }
                    if refusesBodies {
                        let refusal = Array(
                            "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n".utf8
                        )
                        if event.isReadable {
                            _ = refusal.span.withSlice { connection.descriptor.send($0) }
                        }
                        continue
                    }
                    connections[number] =
                        advance(&connection, continues: continues, answer: answer)
                        ? connection : nil
                }
            }
        }
        for connection in connections.values { connection.descriptor.close() }
        listener.close()
    }

    private func accept(
        _ listener: Descriptor,
        _ epoll: inout EpollLoop,
        _ connections: inout [Int32: Connection]
    ) {
        var peer = SocketAddress()
        while case .connection(let descriptor) = listener.accept(from: &peer) {
            let number = record.withLock { record in
                record.connections += 1
                return record.connections
            }
            connections[descriptor.number] = Connection(descriptor: descriptor, number: number)
            epoll.watch(descriptor, token: UInt64(descriptor.number))
        }
    }

    /// False when the connection is done with.
    private func advance(
        _ connection: inout Connection,
        continues: Bool,
        answer: (OriginRequest) -> OriginReply
    ) -> Bool {
        var scratch = ScratchBuffer(capacity: 65_536)
        defer { scratch.free() }
        var isGone = false
        reading: while true {
            scratch.clear()
            switch connection.descriptor.receive(into: &scratch) {
            case .bytes: connection.input += scratch.bytes.array
            case .wouldBlock: break reading
            case .end, .failed:
                isGone = true
                break reading
            }
        }
        while let request = takeRequest(&connection, continues: continues) {
            let reply = answer(request)
            for piece in reply.pieces {
                connection.output += piece
                flush(&connection)
            }
            if reply.resets {
                connection.descriptor.close(byReset: true)
                return false
            }
            connection.closes = connection.closes || reply.closes
        }
        flush(&connection)
        if connection.output.isEmpty, connection.closes { isGone = true }
        if isGone { connection.descriptor.close() }
        return !isGone
    }

    private func flush(_ connection: inout Connection) {
        while !connection.output.isEmpty {
            let result = connection.output.span.withSlice { connection.descriptor.send($0) }
            guard case .bytes(let count) = result else { return }
            connection.output.removeFirst(count)
        }
    }

    private func takeRequest(_ connection: inout Connection, continues: Bool) -> OriginRequest? {
        guard let headEnd = connection.input.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
        else { return nil }
        let head = String(decoding: connection.input[..<headEnd], as: UTF8.self)
        let probe = OriginRequest(head: head, body: [], number: 0, connection: 0)
        if continues, !probe.field("expect").isEmpty, connection.input.count == headEnd,
            !connection.hasContinued
        {
            connection.hasContinued = true
            _ = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8).span.withSlice {
                connection.descriptor.send($0)
            }
        }
        var end = headEnd
        var body: [UInt8] = []
        if let length = probe.field("content-length").first.flatMap({ Int($0) }) {
            end += length
            guard connection.input.count >= end else { return nil }
            body = Array(connection.input[headEnd..<end])
        } else if !probe.field("transfer-encoding").isEmpty {
            guard let decoded = Self.decodeChunks(connection.input, from: headEnd) else {
                return nil
            }
            (body, end) = decoded
        }
        connection.input.removeFirst(end)
        connection.hasContinued = false
        let (content, number) = (body, connection.number)
        return record.withLock { record in
            let count = record.requests.count + 1
            record.requests.append(
                OriginRequest(head: head, body: content, number: count, connection: number)
            )
            return record.requests[count - 1]
        }
    }

    static func decodeChunks(_ bytes: [UInt8], from start: Int) -> (body: [UInt8], end: Int)? {
        var (body, index) = ([UInt8](), start)
        while let line = bytes[index...].firstRange(of: Array("\r\n".utf8)) {
            guard
                let size = Int(
                    String(decoding: bytes[index..<line.lowerBound], as: UTF8.self),
                    radix: 16
                )
            else {
                return nil
            }
            if size == 0 {
                guard let end = bytes[line.lowerBound...].firstRange(of: Array("\r\n\r\n".utf8))
                else { return nil }
                return (body, end.upperBound)
            }
            guard bytes.count >= line.upperBound + size + 2 else { return nil }
            body += bytes[line.upperBound..<line.upperBound + size]
            index = line.upperBound + size + 2
        }
        return nil
    }
}
