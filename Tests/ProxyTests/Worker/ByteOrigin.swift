import Synchronization

@testable import Proxy

/// An origin of raw bytes: says something first if told to, answers what it receives by a closure, and keeps it.
final class ByteOrigin: Sendable {
    /// What to do after some bytes came over a connection.
    struct Answer: Sendable {
        var bytes: [UInt8] = []
        var endsSending = false
        var closes = false
        var resets = false

        static func text(_ text: String, closes: Bool = false) -> Answer {
            var answer = Answer(bytes: Array(text.utf8))
            answer.closes = closes
            return answer
        }
    }

    private struct Record {
        var received: [[UInt8]] = []
        var ended: [Bool] = []
    }

    let port: UInt16
    private let record = Mutex(Record())
    private let stop = Wakeup()
    private let isStopped = Atomic<Bool>(false)
    private let thread = Mutex(ThreadGroup())

    /// What came over each connection, in the order they were accepted.
    var received: [String] {
        record.withLock { $0.received.map { String(decoding: $0, as: UTF8.self) } }
    }
    /// All bytes of one connection.
    func bytes(of connection: Int) -> [UInt8] {
        record.withLock { $0.received.indices.contains(connection) ? $0.received[connection] : [] }
    }
    /// Which connections the peer ended.
    var ended: [Bool] { record.withLock { $0.ended } }

    /// `answer` gets everything a connection has sent so far, and what is new of it.
    ///
    /// - Throws: `SocketError` when no port is free.
    init(
        greeting: String = "",
        echoes: Bool = false,
        closesAtEnd: Bool = true,
        answer: @escaping @Sendable (_ all: String, _ new: String) -> Answer = { _, _ in Answer() }
    ) throws {
        let listener = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
        port = listener.address.port
        let descriptor = listener.release()
        thread.withLock { group in
            group.start {
                self.serve(descriptor, Array(greeting.utf8), echoes, closesAtEnd, answer)
            }
        }
    }

    func close() {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        stop.signal()
        thread.withLock { $0.join() }
    }

    private struct Connection {
        let descriptor: Descriptor
        let number: Int
        var output: [UInt8] = []
        var closes = false
        var endsSending = false
    }

    private func serve(
        _ listener: Descriptor,
        _ greeting: [UInt8],
        _ echoes: Bool,
        _ closesAtEnd: Bool,
        _ answer: @Sendable (String, String) -> Answer
    ) {
        var epoll = EpollLoop()
        epoll.watchLevel(listener, token: 1 << 40)
        epoll.watchLevel(stop.descriptor, token: 1 << 41)
        var connections: [Int32: Connection] = [:]
        while !isStopped.load(ordering: .relaxed) {
            for index in 0..<epoll.wait(milliseconds: 1000) {
                let event = epoll.event(index)
                if event.token == 1 << 40 {
                    accept(listener, greeting, &epoll, &connections)
                } else if event.token < 1 << 40, var connection = connections[Int32(event.token)] {
                    let stays = advance(&connection, echoes, closesAtEnd, answer)
                    connections[Int32(event.token)] = stays ? connection : nil
                }
            }
        }
        for connection in connections.values { connection.descriptor.close() }
        listener.close()
    }

    private func accept(
        _ listener: Descriptor,
        _ greeting: [UInt8],
        _ epoll: inout EpollLoop,
        _ connections: inout [Int32: Connection]
    ) {
        var peer = SocketAddress()
        while case .connection(let descriptor) = listener.accept(from: &peer) {
            let number = record.withLock { record in
                record.received.append([])
                record.ended.append(false)
                return record.received.count - 1
            }
            var connection = Connection(descriptor: descriptor, number: number)
            connection.output = greeting
            flush(&connection)
            connections[descriptor.number] = connection
            epoll.watch(descriptor, token: UInt64(descriptor.number))
        }
    }

    private func advance(
        _ connection: inout Connection,
        _ echoes: Bool,
        _ closesAtEnd: Bool,
        _ answer: (String, String) -> Answer
    ) -> Bool {
        var scratch = ScratchBuffer(capacity: 65_536)
        defer { scratch.free() }
        var hasEnded = false
        reading: while true {
            scratch.clear()
            switch connection.descriptor.receive(into: &scratch) {
            case .bytes:
                let new = scratch.bytes.array
                let number = connection.number
                let all = record.withLock { record in
                    record.received[number] += new
                    return echoes ? [] : record.received[number]
                }
                if echoes {
                    connection.output += new
                    continue
                }
                let reply = answer(
                    String(decoding: all, as: UTF8.self),
                    String(decoding: new, as: UTF8.self)
                )
                connection.output += reply.bytes
                connection.endsSending = connection.endsSending || reply.endsSending
                connection.closes = connection.closes || reply.closes
                if reply.resets {
                    connection.descriptor.close(byReset: true)
                    return false
                }
            case .wouldBlock: break reading
            case .end, .failed:
                hasEnded = true
                break reading
            }
        }
        if hasEnded {
            let number = connection.number
            record.withLock { $0.ended[number] = true }
            connection.closes = connection.closes || closesAtEnd
        }
        flush(&connection)
        guard connection.output.isEmpty else { return true }
        if connection.endsSending {
            connection.endsSending = false
            connection.descriptor.shutdownSending()
        }
        if connection.closes { connection.descriptor.close() }
        return !connection.closes
    }

    private func flush(_ connection: inout Connection) {
        while !connection.output.isEmpty {
            let result = connection.output.span.withSlice { connection.descriptor.send($0) }
            guard case .bytes(let count) = result else { return }
            connection.output.removeFirst(count)
        }
    }
}
