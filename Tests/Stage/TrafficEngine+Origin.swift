import Proxy

extension TrafficEngine {
    mutating func accept(from listener: Descriptor, origin: Int) {
        var peer = SocketAddress()
        while case .connection(let descriptor) = listener.accept(from: &peer) {
            take(descriptor, as: .origin, index: origin)
            guard loop.watch(descriptor, token: token(of: descriptor)) else {
                drop(descriptor)
                continue
            }
        }
    }

    /// Answers every complete request; the clients send no bodies and the proxies do not pipeline.
    mutating func serve(_ descriptor: Descriptor, _ event: EpollLoop.Event) {
        let number = Int(descriptor.number)
        if event.isWritable, rows[number].sent > 0 { push(descriptor) }
        guard event.isReadable, rows[number].role == .origin else { return }
        while true {
            buffer.clear()
            switch descriptor.receive(into: &buffer) {
            case .bytes(let count):
                guard answer(descriptor) else { return }
                if count < buffer.capacity, !event.isHungUp { return }
            case .wouldBlock: return
            case .end, .failed: return drop(descriptor)
            }
        }
    }

    /// False when the connection is gone.
    private mutating func answer(_ descriptor: Descriptor) -> Bool {
        let number = Int(descriptor.number)
        var bytes = buffer.bytes
        let assembled: ScratchBuffer?
        if !partial.isEmpty, let earlier = partial.removeValue(forKey: descriptor.number) {
            var whole = ScratchBuffer(capacity: earlier.count + bytes.count)
            for byte in earlier { whole.append(byte: byte) }
            whole.append(bytes)
            bytes = whole.bytes
            assembled = whole
        } else {
            assembled = nil
        }
        defer { assembled?.free() }
        guard TrafficMessage.endsHead(bytes) else {
            if bytes.count < 65_536 {
                partial[descriptor.number] = bytes.array
                return true
            }
            drop(descriptor)
            return false
        }
        rows[number].flag = TrafficMessage.isCheck(bytes) && !isHealthy[rows[number].index]
        rows[number].sent = 0
        push(descriptor)
        return rows[number].role == .origin
    }

    /// Sends what is left of the answer, as far as the socket takes it.
    private mutating func push(_ descriptor: Descriptor) {
        let number = Int(descriptor.number)
        let answer = rows[number].flag ? refusals.bytes : answers[rows[number].index].bytes
        while rows[number].sent < answer.count {
            switch descriptor.send(answer.dropFirst(rows[number].sent)) {
            case .bytes(let count): rows[number].sent += count
            case .wouldBlock: return
            case .end, .failed: return drop(descriptor)
            }
        }
        rows[number].sent = 0
    }
}
