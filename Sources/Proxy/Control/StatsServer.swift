import Model

/// Answers what workers forward to the statistics page and the Prometheus exporter, on the control thread.
///
/// Their requests come over abstract sockets like those to any server, so the request path has nothing to
/// learn, and a page that takes long to write delays no other request.
struct StatsServer {
    /// Tokens of connections are their descriptors from here on, those of listeners lie above.
    static let firstToken = UInt64(1) << 41
    private static let listenerToken = UInt64(1) << 42
    private static let connectionLimit = 256

    private let services: [ServiceConfiguration]
    private var listeners: [Descriptor] = []
    private var connections: [Int32: StatsConnection] = [:]

    init(_ services: [ServiceConfiguration]) { self.services = services }

    /// Opens a socket for each service; what fails is added to `errors`.
    mutating func listen(pid: Int, errors: inout [String]) {
        for number in services.indices {
            let address = SocketAddress(ServiceConfiguration.endpoint(number, pid: pid))
            do throws(SocketError) {
                listeners.append(try SocketListener.listen(on: address).release())
            } catch {
                errors.append("Starting service \(number): \(error)")
            }
        }
    }

    /// Has its listeners watched.
    func watch(with epoll: inout EpollLoop) {
        for (number, listener) in listeners.enumerated() {
            epoll.watchLevel(listener, token: Self.listenerToken + UInt64(number))
        }
    }

    /// Deals with an event whose token is `firstToken` or above.
    mutating func handle(
        _ event: EpollLoop.Event,
        epoll: inout EpollLoop,
        service: RuntimeService,
        now: Milliseconds,
        buffer: inout ScratchBuffer
    ) {
        if event.token >= Self.listenerToken {
            accept(Int(event.token - Self.listenerToken), &epoll)
            return
        }
        let number = Int32(truncatingIfNeeded: event.token - Self.firstToken)
        connections[number]?.serve(services, with: service, now: now, buffer: &buffer)
        if connections[number]?.isFinished == true {
            connections.removeValue(forKey: number)?.descriptor.close()
        }
    }

    private mutating func accept(_ number: Int, _ epoll: inout EpollLoop) {
        var peer = SocketAddress()
        while case .connection(let client) = listeners[number].accept(from: &peer) {
            guard connections.count < Self.connectionLimit else {
                client.close()
                continue
            }
            connections[client.number] = StatsConnection(descriptor: client, service: number)
            epoll.watch(client, token: Self.firstToken + UInt64(UInt32(bitPattern: client.number)))
        }
    }

    func close() {
        for connection in connections.values { connection.descriptor.close() }
        for listener in listeners { listener.close() }
    }
}

/// One connection of a worker: requests in, answers out, one after the other.
struct StatsConnection {
    /// Head and form together.
    private static let requestLimit = 65_536

    let descriptor: Descriptor
    let service: Int
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var sent = 0
    private var isClosing = false
    private(set) var isFinished = false

    init(descriptor: Descriptor, service: Int) {
        self.descriptor = descriptor
        self.service = service
    }

    /// Reads, answers and sends as far as it goes now.
    mutating func serve(
        _ services: [ServiceConfiguration],
        with service: RuntimeService,
        now: Milliseconds,
        buffer: inout ScratchBuffer
    ) {
        read(&buffer)
        while !isClosing, let (request, length) = StatsRequest.parse(input) {
            input.removeFirst(length)
            guard let request else {
                isClosing = true
                let refusal = StatsResponse(status: "400 Bad Request")
                output += refusal.bytes(isHead: false, closes: true)
                break
            }
            let response = service.answer(request, to: services[self.service], now: now)
            output += response.bytes(isHead: request.method == "HEAD", closes: false)
        }
        service.publishIfNeeded()
        send()
    }

    private mutating func read(_ buffer: inout ScratchBuffer) {
        while !isClosing, input.count <= Self.requestLimit {
            buffer.clear()
            switch descriptor.receive(into: &buffer) {
            case .bytes: input += buffer.bytes.array
            case .wouldBlock: return
            case .end, .failed: isClosing = true
            }
        }
        if input.count > Self.requestLimit { isClosing = true }
    }

    private mutating func send() {
        while sent < output.count {
            switch output.span.withSlice({ descriptor.send($0.dropFirst(sent)) }) {
            case .bytes(let count): sent += count
            case .wouldBlock: return
            case .end, .failed:
                isFinished = true
                return
            }
        }
        output.removeAll()
        sent = 0
        isFinished = isClosing
    }
}

extension StatsRequest {
    /// The first request in these bytes and its length; nil until it is whole, no request when it makes no sense.
    static func parse(_ bytes: [UInt8]) -> (request: StatsRequest?, length: Int)? {
        guard let end = endOfHead(bytes) else {
            return bytes.count > 16_384 ? (nil, bytes.count) : nil
        }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        var lines = head.split(separator: "\r\n")
        let words = lines.isEmpty ? [] : lines.removeFirst().split(separator: " ")
        guard words.count == 3 else { return (nil, bytes.count) }
        var request = StatsRequest(method: String(words[0]), target: String(words[1]))
        var length = 0
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { return (nil, bytes.count) }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch line[..<colon].lowercased() {
            case "content-length":
                guard let count = Int(value), (0...65_536).contains(count) else {
                    return (nil, bytes.count)
                }
                length = count
            case "transfer-encoding": return (nil, bytes.count)
            case "authorization":
                let parts = value.split(separator: " ", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == "basic" {
                    request.credentials = FormText.base64(parts[1])
                }
            default: break
            }
        }
        guard bytes.count - end >= length else { return nil }
        request.body = String(decoding: bytes[end..<end + length], as: UTF8.self)
        return (request, end + length)
    }

    /// Behind the empty line.
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 3..<bytes.count
        where bytes[index] == 10 && bytes[index - 1] == 13 && bytes[index - 2] == 10 {
            return index + 1
        }
        return nil
    }
}
